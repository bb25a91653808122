import test from 'ava';
import {compareCorpus, corpusFolders} from './corpus.js';

const folders = corpusFolders();
const title = 'every file and profile of the corpus means what it means to zc.buildout';

if (!folders) test.skip(`${title} [skipped: the corpus is not beside the project]`, () => {});
else
  test(title, async (t) => {
    t.timeout(600_000);
    const {different, profiles, slow, partial} = await compareCorpus(folders);
    t.deepEqual(different, []);
    // With the options that recipes set, what zc.buildout knew without them stays as it was.
    t.deepEqual(partial.different, []);
    t.true(partial.gained > 0);
    t.true(profiles > 0);
    // What zc.buildout can't read in minutes is read, down to options that only recipes know.
    t.deepEqual(
      slow.filter(({outcome}) => outcome !== 'ok' && outcome !== 'MissingOption'),
      [],
    );
  });

// Compares cfgc with zc.buildout's recorded answers on real configurations: `npm run corpus [-- part-of-a-path]`.
import {compareCorpus, corpusFolders} from '../test/oracle/corpus.js';

const folders = corpusFolders();
const [part = ''] = process.argv.slice(2);
if (!folders) console.log('skipped: the corpus is not here (../shared/corpus, ../shared/oracle)');
else {
  const {files, profiles, options, equal, different, slow} = await compareCorpus(folders, (file) =>
    file.includes(part),
  );
  for (const line of different) console.log(line);
  for (const {file, milliseconds, outcome} of slow)
    console.log(`no answer of zc.buildout: ${file}: ${outcome}, ${milliseconds} ms`);
  console.log(
    `${files} files, ${profiles} profiles, ${options} options compared; ${equal} answers equal, ${different.length} different`,
  );
  process.exitCode = different.length === 0 ? 0 : 1;
}

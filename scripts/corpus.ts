// Compares cfgc with zc.buildout's recorded answers on real configurations: `npm run corpus [-- part-of-a-path]`.
// With --lower: what becomes of their parts. With --cut: zc.buildout is asked about those that it reads for minutes, cut down.
import {toolBox} from '../test/harness/tools.js';
import {compareCorpus, corpusFolders, tooSlow} from '../test/oracle/corpus.js';
import {askCutDown, cutDown} from '../test/oracle/cut-down.js';
import {Oracle} from '../test/oracle/oracle.js';
import {printLowered} from './corpus-lower.js';

const folders = corpusFolders();
const words = process.argv.slice(2);
const part = words.find((word) => !word.startsWith('-')) ?? '';
if (!folders) console.log('skipped: the corpus is not here (../shared/corpus, ../shared/oracle)');
else if (words.includes('--lower')) process.exitCode = (await printLowered(folders.corpus, part)) ? 0 : 1;
else if (words.includes('--cut')) process.exitCode = (await printCutDown(folders.corpus, part)) ? 0 : 1;
else {
  const {files, profiles, options, equal, different, slow, partial} = await compareCorpus(folders, (file) =>
    file.includes(part),
  );
  for (const line of different) console.log(line);
  for (const {file, milliseconds, outcome} of slow)
    console.log(`no answer of zc.buildout: ${file}: ${outcome}, ${milliseconds} ms`);
  console.log(
    `${files} files, ${profiles} profiles, ${options} options compared; ${equal} answers equal, ${different.length} different`,
  );
  for (const line of partial.different) console.log(line);
  console.log(
    `${partial.profiles} profiles that lack options of recipes, with these: ${partial.ended} resolve to the end, ` +
      `${partial.gained} options more have a value; ${partial.options} options compared, ${partial.different.length} different`,
  );
  process.exitCode = different.length + partial.different.length === 0 ? 0 : 1;
}

async function printCutDown(corpus: string, wanted: string): Promise<boolean> {
  const box = await toolBox('buildout');
  if (box.missing) throw new Error(`zc.buildout can't be had: ${box.missing}`);
  const oracle = new Oracle(box.python);
  let [different, options] = [0, 0];
  for (const file of tooSlow(corpus).filter((each) => each.includes(wanted))) {
    const {files, milliseconds, options: compared, differences} = await askCutDown(oracle, cutDown(corpus, file));
    console.log(
      `${file}: ${files} files, ${compared} options, ${milliseconds.theirs} ms there, ${milliseconds.ours} ms here, ${differences.length} different`,
    );
    for (const line of differences) console.log(`  ${line.slice(0, 500)}`);
    different += differences.length;
    options += compared;
  }
  oracle.close();
  console.log(`${options} options compared, ${different} different`);
  return different === 0;
}

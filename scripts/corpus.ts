// Compares cfgc with zc.buildout's recorded answers on real configurations: `npm run corpus [-- part-of-a-path]`.
// With --lower: what becomes of their parts.
import {compareCorpus, corpusFolders} from '../test/oracle/corpus.js';
import {printLowered} from './corpus-lower.js';

const folders = corpusFolders();
const words = process.argv.slice(2);
const part = words.find((word) => !word.startsWith('-')) ?? '';
if (!folders) console.log('skipped: the corpus is not here (../shared/corpus, ../shared/oracle)');
else if (words.includes('--lower')) process.exitCode = (await printLowered(folders.corpus, part)) ? 0 : 1;
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

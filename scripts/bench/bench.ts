// Measures whole processes beside their peers and prints ratios: `npm run bench [-- NAME… --runs N]`; names as in `measurements`.
import {findPython} from '../../test/harness/tools.js';
import {compileBench} from './compile.js';
import type {Measurement} from './measure.js';

const measurements: readonly Measurement[] = [compileBench];

const words = process.argv.slice(2);
const at = words.indexOf('--runs');
const runs = at < 0 ? 5 : Number(words[at + 1]);
const names = words.filter((word, index) => !word.startsWith('--') && words[index - 1] !== '--runs');
const wrong = names.filter((name) => !measurements.some((each) => each.name === name));
if (wrong.length > 0 || !Number.isInteger(runs) || runs < 1) {
  console.error(`usage: npm run bench -- [${measurements.map(({name}) => name).join('|')}] [--runs N]`);
  process.exitCode = 2;
} else {
  const python = await findPython().then(
    ({path}) => path,
    () => undefined,
  );
  for (const measurement of measurements) {
    if (names.length > 0 && !names.includes(measurement.name)) continue;
    await measurement.run({runs, ...(python !== undefined && {python})});
  }
}

// Kills a deploy before each external command that it runs, and looks what was lost: `npm run faults [-- --every=N]`.
// With CFGC_TEST_RESULTS=FILE the counts are added to FILE.
import {appendFileSync} from 'node:fs';
import {killDeploys} from '../test/runtime/faults.js';

const every = Number(process.argv.find((word) => word.startsWith('--every='))?.slice('--every='.length) ?? 1);
if (!Number.isInteger(every) || every < 1) throw new Error('--every= wants a whole number, 1 or more');
const {points, tried, lost} = await killDeploys(every);
for (const line of lost) console.log(`lost: ${line}`);
console.log(
  `a deploy runs ${points} commands; it was killed before ${tried} of them; lost: ${lost.length || 'nothing'}`,
);
const failed = tried === 0 ? 1 : new Set(lost.map((line) => line.split(':')[0])).size;
const line = `${Math.max(0, tried - failed)} passed, ${failed} failed, 0 skipped`;
if (process.env.CFGC_TEST_RESULTS) appendFileSync(process.env.CFGC_TEST_RESULTS, `${line}\n`);
console.log(line);
process.exitCode = failed === 0 ? 0 : 1;

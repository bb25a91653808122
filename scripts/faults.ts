// Puts deploys through faults and prints what was tried and what was lost: `npm run faults [-- --bounded] [-- --only=WORD]`.
// --bounded: a part of each, in seconds. --only=WORD: the faults with that word in their names.
// With CFGC_TEST_RESULTS=FILE the counts are added to FILE.
import {appendFileSync} from 'node:fs';
import {faults} from '../test/runtime/faults/faults.js';

const bounded = process.argv.includes('--bounded');
const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length) ?? '';
const sum = {passed: 0, failed: 0, skipped: 0};
const lost: string[] = [];
console.log(`${'fault'.padEnd(52)} ${'tried'.padStart(5)}  ${'seconds'.padStart(7)}  lost`);
for (const fault of faults) {
  if (!fault.name.includes(only)) continue;
  if (fault.missing !== undefined) {
    sum.skipped += 1;
    console.log(`${fault.name.padEnd(52)}  skipped: ${fault.missing}`);
    continue;
  }
  const started = Date.now();
  const outcome = await fault
    .try(bounded)
    .catch((error: Error) => ({tried: 0, lost: [`it could not be tried: ${error.message}`]}));
  const seconds = String(Math.round((Date.now() - started) / 1000));
  const failed = outcome.tried === 0 ? 1 : new Set(outcome.lost.map((line) => line.split(': ')[0])).size;
  sum.failed += failed;
  sum.passed += Math.max(0, outcome.tried - failed);
  lost.push(...outcome.lost.map((line) => `${fault.name}: ${line}`));
  const count = `${String(outcome.tried).padStart(5)}  ${seconds.padStart(7)}`;
  console.log(`${fault.name.padEnd(52)} ${count}  ${outcome.lost.length || 'nothing'}`);
}
for (const line of lost) console.log(`lost: ${line}`);
const line = `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`;
if (process.env.CFGC_TEST_RESULTS) appendFileSync(process.env.CFGC_TEST_RESULTS, `${line}\n`);
console.log(line);
process.exitCode = sum.failed === 0 ? 0 : 1;

// Puts deploys through faults and prints what was tried and what was lost: `npm run faults [-- --bounded] [-- --only=WORD]`.
// points: how many there are, where they can be counted; states: how many different ones were left, each judged once.
// --bounded: a part of each, in seconds. --only=WORD: the faults with that word in their names.
// With CFGC_TEST_RESULTS=FILE the counts are added to FILE.
import {appendFileSync} from 'node:fs';
import {faults} from '../test/runtime/faults/faults.js';
import type {Outcome} from '../test/runtime/faults/site.js';

const bounded = process.argv.includes('--bounded');
const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length) ?? '';
const sum = {passed: 0, failed: 0, skipped: 0};
const cells = (...values: readonly (number | string | undefined)[]) =>
  values.map((value) => String(value ?? '').padStart(7)).join('');
console.log(`${'fault'.padEnd(48)}${cells('points', 'tried', 'states', 'seconds')}  lost`);
for (const fault of faults) {
  if (!fault.name.includes(only)) continue;
  if (fault.missing !== undefined) {
    sum.skipped += 1;
    console.log(`${fault.name.padEnd(48)}  skipped: ${fault.missing}`);
    continue;
  }
  const started = Date.now();
  const lost = new Set<string>();
  // Told at once: a whole run takes long.
  const sayer = (name: string) => (what: string) => {
    lost.add(name);
    console.log(`lost: ${fault.name}: ${name}: ${what}`);
  };
  const outcome: Outcome = await fault.try(bounded, sayer).catch((error: Error) => {
    sayer('it could not be tried')(error.message);
    return {tried: 0};
  });
  const failed = outcome.tried === 0 ? 1 : lost.size;
  sum.failed += failed;
  sum.passed += Math.max(0, outcome.tried - failed);
  const seconds = Math.round((Date.now() - started) / 1000);
  const counts = cells(outcome.points, outcome.tried, outcome.states, seconds);
  console.log(`${fault.name.padEnd(48)}${counts}  ${lost.size || 'nothing'}`);
}
const line = `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`;
if (process.env.CFGC_TEST_RESULTS) appendFileSync(process.env.CFGC_TEST_RESULTS, `${line}\n`);
console.log(line);
process.exitCode = sum.failed === 0 ? 0 : 1;

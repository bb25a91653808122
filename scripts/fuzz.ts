// Compares cfgc with the real zc.buildout on configurations that are made up: `npm run fuzz -- --seconds 60 --seed 1`.
import {writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {type FuzzFailure, fuzz} from '../test/fuzz/fuzz.js';
import {toolBox} from '../test/harness/tools.js';

const {values} = parseArgs({
  options: {
    seconds: {type: 'string', default: '60'},
    seed: {type: 'string', default: '1'},
    programs: {type: 'string'},
    save: {type: 'string'},
  },
});
const box = await toolBox('buildout');
if (box.missing) throw new Error(`zc.buildout can't be had: ${box.missing}`);
const deadline = Date.now() + Number(values.seconds) * 1000;
const most = values.programs === undefined ? Number.POSITIVE_INFINITY : Number(values.programs);
const started = Date.now();
const perSecond = (count: number): number => Math.round((count * 1000) / Math.max(1, Date.now() - started));
let told = started;
let shown = 0;
/** At once, so that a long run need not end first. */
const show = (failures: readonly FuzzFailure[]): void => {
  for (const {program, seed, differences} of failures.slice(shown, 20))
    console.log(
      `--- seed ${seed}\n${differences.join('\n').slice(0, 1500)}\n${JSON.stringify(program).slice(0, 3000)}`,
    );
  shown = failures.length;
};
const {programs, conditions, undecided, failures} = await fuzz(
  box.python,
  Number(values.seed),
  (done) => done < most && Date.now() < deadline,
  (counts) => {
    show(counts.failures);
    if (Date.now() - told < 30_000) return;
    told = Date.now();
    console.log(
      `${counts.programs} programs, ${perSecond(counts.programs)} a second, ${counts.failures.length} with a difference`,
    );
  },
);
if (values.save) writeFileSync(values.save, JSON.stringify(failures, undefined, 1));
console.log(
  `${programs} programs and ${conditions} conditions (${undecided} for the host to decide), ` +
    `${perSecond(programs)} programs a second, ${failures.length} with a difference`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

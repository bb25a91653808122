import {answerOf, differences, Oracle, type Program} from '../oracle/oracle.js';
import {makeProgram} from './programs.js';
import {Random} from './random.js';

export interface FuzzFailure {
  readonly seed: number;
  readonly program: Program;
  readonly differences: readonly string[];
}

/** How many programs zc.buildout is asked about ahead of cfgc, so that neither waits for the other. */
const ahead = 16;

/** Asks zc.buildout and cfgc the same, for as long as `more` says so. Program n of a seed is always the same. */
export async function fuzz(
  python: string,
  seed: number,
  more: (done: number) => boolean,
): Promise<{readonly count: number; readonly failures: readonly FuzzFailure[]}> {
  const oracle = new Oracle(python);
  const failures: FuzzFailure[] = [];
  let count = 0;
  try {
    while (more(count)) {
      const batch = Array.from({length: ahead}, (_, index) => {
        const own = seed * 1_000_003 + count + index;
        const program = makeProgram(new Random(own));
        return {seed: own, program, theirs: oracle.ask(program)};
      });
      for (const each of batch) {
        const ours = await answerOf(each.program);
        const found = differences(each.program, await each.theirs, ours);
        if (found.length > 0) failures.push({seed: each.seed, program: each.program, differences: found});
      }
      count += batch.length;
    }
    return {count, failures};
  } finally {
    oracle.close();
  }
}

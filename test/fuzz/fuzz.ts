import {normalize} from 'node:path/posix';
import {isUrl} from '../../compiler/util/path.js';
import {
  annotationOf,
  answerOf,
  answersTo,
  type ConditionAnswer,
  differences,
  Oracle,
  type Program,
} from '../oracle/oracle.js';
import {makeCondition} from './conditions.js';
import {makeProgram} from './programs.js';
import {Random} from './random.js';

export interface FuzzFailure {
  readonly seed: number;
  /** A program, or a section condition. */
  readonly program: Program | {readonly condition: string};
  readonly differences: readonly string[];
}

export interface FuzzCounts {
  readonly programs: number;
  readonly conditions: number;
  /** Conditions, and programs with one, of which cfgc says that they can't be decided ahead, where zc.buildout has an answer. */
  readonly undecided: number;
  readonly failures: readonly FuzzFailure[];
}

/** How many programs zc.buildout is asked about ahead of cfgc, so that neither waits for the other; and conditions to each. */
const ahead = 64;
const conditionsEach = 32;

/** Asks zc.buildout and cfgc the same, for as long as `more` says so. Program n of a seed is always the same. */
export async function fuzz(
  python: string,
  seed: number,
  more: (programs: number) => boolean,
  tell: (counts: FuzzCounts) => void = () => {},
): Promise<FuzzCounts> {
  const oracle = new Oracle(python);
  const failures: FuzzFailure[] = [];
  let [programs, conditions, undecided] = [0, 0, 0];
  const counts = (): FuzzCounts => ({programs, conditions, undecided, failures});
  const asked = (from: number): Batch => ask(oracle, seed, from);
  try {
    let next = more(0) ? asked(0) : undefined;
    while (next) {
      const batch = next;
      programs += batch.programs.length;
      // The next is made and asked before this one's answers are in.
      next = more(programs) ? asked(programs) : undefined;
      for (const each of batch.programs) {
        const [there, here] = [await each.theirs, await answerOf(each.program)];
        const annotation = await each.annotation;
        const found = [
          ...differences(each.program, there, here),
          ...(annotation === undefined
            ? []
            : differentLines(
                annotation,
                await annotationOf({...each.program, cmdline: [...(each.program.cmdline ?? []), '-v']}, true),
              )),
        ];
        const asksHost = here.error?.class === 'Undecidable' || here.errors?.includes('Undecidable');
        if (asksHost && there.error?.class !== 'SyntaxError') undecided++;
        else if (found.length > 0) failures.push({seed: each.seed, program: each.program, differences: found});
      }
      const theirs = await batch.theirs;
      const ours = answersTo(batch.conditions);
      conditions += theirs.length;
      for (const [index, condition] of batch.conditions.entries()) {
        const [there, here] = [theirs[index]!, ours[index]!];
        // What Python can't read is an error whatever the host says.
        if (here === 'Undecidable' && there !== 'SyntaxError') undecided++;
        else if (there !== here)
          failures.push({
            seed: batch.seed,
            program: {condition},
            differences: [`condition: ${there} there, ${here} here`],
          });
      }
      tell(counts());
    }
    return counts();
  } finally {
    oracle.close();
  }
}

interface Batch {
  readonly seed: number;
  readonly programs: readonly {
    readonly seed: number;
    readonly program: Program;
    readonly theirs: Promise<Answer>;
    readonly annotation: Promise<string | undefined> | undefined;
  }[];
  readonly conditions: readonly string[];
  readonly theirs: Promise<readonly ConditionAnswer[]>;
}

type Answer = Awaited<ReturnType<typeof answerOf>>;

/**
 * A file is shown from the folder of the buildout there, which [buildout] can move, and from where cfgc was started here; and by
 * the name that led to it there, which may be `d//f3.cfg`; cfgc has one name for each file.
 */
function sameNames(annotation: string): string[] {
  return annotation
    .replaceAll(
      /^ {3}IN (?:@ROOT@\/)?(.*)$/gm,
      (_, name: string) => `   IN ${isUrl(name) ? name : normalize(name).replace(/^\//, '')}`,
    )
    .replaceAll('   IN .home/', '   IN @HOME@/')
    .split('\n');
}

function differentLines(theirs: string, ours: string): string[] {
  const [there, here] = [sameNames(theirs), sameNames(ours)];
  const length = Math.max(there.length, here.length);
  const at = Array.from({length}, (_, index) => index).find((index) => there[index] !== here[index]);
  if (at === undefined) return [];
  const around = (lines: readonly string[]): string => JSON.stringify(lines.slice(Math.max(0, at - 8), at + 4));
  return [`annotate: ${around(there)} there, ${around(here)} here`];
}

function ask(oracle: Oracle, seed: number, from: number): Batch {
  const programs = Array.from({length: ahead}, (_, index) => {
    const own = seed * 1_000_003 + from + index;
    const program = makeProgram(new Random(own));
    const theirs = oracle.ask(program);
    // What `annotate` prints is compared for some of those that resolve.
    const annotated = program.op === 'resolve' && own % 4 === 0;
    return {
      seed: own,
      program,
      theirs,
      annotation: annotated
        ? oracle.output({...program, cmdline: [...(program.cmdline ?? []), '-v']}, 'annotate', [])
        : undefined,
    };
  });
  const random = new Random(seed * 7_368_787 + from);
  const conditions = Array.from({length: conditionsEach}, () => makeCondition(random));
  return {seed, programs, conditions, theirs: oracle.conditions(conditions)};
}

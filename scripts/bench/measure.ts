/**
 * Whole processes, measured side by side: what is compared runs in turn, so that a busy machine slows all of it alike.
 * No time is a pass or a failure here: ratios are printed, and people judge them.
 */
import {spawn} from 'node:child_process';
import {performance} from 'node:perf_hooks';

/** One side of a comparison. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Done before each run, and not measured. */
  readonly before?: () => Promise<void>;
  /** After so long it is stopped, and not run again: the answer is then `more than`. */
  readonly limitMs?: number;
}

export interface Measured {
  readonly name: string;
  /** Median of all runs, in milliseconds. */
  readonly milliseconds: number;
  /** It was stopped at its limit: it takes longer than this. */
  readonly stopped: boolean;
  /**
   * Work of the processor, in milliseconds, with all that it started and waited for (the median): a busy machine changes this
   * less than the time. Undefined where no Python is there to ask for it, or it was stopped; so is the next.
   */
  readonly work: number | undefined;
  /** Largest resident set of one of its processes, in MiB. */
  readonly mebibytes: number | undefined;
}

export interface BenchOptions {
  readonly runs: number;
  /** Build and host: on samples/plone, in place of what is smaller. */
  readonly plone?: boolean;
  /** A Python that tells work and peak memory of a program. */
  readonly python?: string;
}

/** A measurement: prints its own lines. Each is a file of this folder, listed in bench.ts. */
export interface Measurement {
  readonly name: string;
  run(options: BenchOptions): Promise<void>;
}

/**
 * Runs each once to warm the file system's cache (but for `warmUp: false`), then all in turn; throws where one fails, for its time
 * would mean nothing.
 */
export async function sideBySide(
  contenders: readonly Contender[],
  {runs, python, warmUp = true}: BenchOptions & {readonly warmUp?: boolean},
): Promise<readonly Measured[]> {
  const all = contenders.map((): Run[] => []);
  const stopped = new Set<Contender>();
  for (let round = warmUp ? -1 : 0; round < runs; round++) {
    for (const [index, contender] of contenders.entries()) {
      if (stopped.has(contender)) continue;
      await contender.before?.();
      const once = await run(contender, python);
      if (once === undefined) {
        stopped.add(contender);
        all[index] = [{milliseconds: contender.limitMs!, work: undefined, mebibytes: undefined}];
      } else if (round >= 0) all[index]!.push(once);
    }
  }
  return contenders.map((contender, index): Measured => {
    const known = (key: 'work' | 'mebibytes'): number[] =>
      all[index]!.map((once) => once[key]).filter((value) => value !== undefined);
    return {
      name: contender.name,
      milliseconds: median(all[index]!.map(({milliseconds}) => milliseconds)),
      stopped: stopped.has(contender),
      work: known('work').length === 0 ? undefined : median(known('work')),
      mebibytes: known('mebibytes').length === 0 ? undefined : Math.max(...known('mebibytes')),
    };
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A line a contender; the first is the one that the others are compared with. */
export function table(title: string, measured: readonly Measured[]): string {
  const [first] = measured;
  const width = Math.max(28, ...measured.map(({name}) => name.length + 1));
  const lines = measured.map(({name, milliseconds, work, mebibytes, stopped}) => {
    const memory = (mebibytes === undefined ? '' : `${mebibytes.toFixed(0)} MiB`).padStart(10);
    const worked = (work === undefined ? '' : `${work.toFixed(0)} ms of work`).padStart(20);
    const ratio = `${(first!.milliseconds / milliseconds).toFixed(2)} x`.padStart(11);
    const ofWork =
      work === undefined || first!.work === undefined ? '' : `, ${(first!.work / work).toFixed(2)} x of work`;
    return `  ${name.padEnd(width)}${`${stopped ? '> ' : ''}${milliseconds.toFixed(0)}`.padStart(10)} ms${worked}${memory}${ratio}${ofWork}`;
  });
  return `${title}\n${lines.join('\n')}\n`;
}

/** One run of a program. */
interface Run {
  readonly milliseconds: number;
  readonly work: number | undefined;
  readonly mebibytes: number | undefined;
}

// Python tells what a child used: Node tells it of itself alone. Its own start is not in the time.
const askUsage = `
import os, sys, time
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
began = time.monotonic()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
print(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024))
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
`;

/** @returns undefined where it was stopped */
function run({command, cwd, env, name, limitMs}: Contender, python: string | undefined): Promise<Run | undefined> {
  const [program, ...words] = python === undefined ? command : [python, '-c', askUsage, ...command];
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program!, words, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', python === undefined ? 'ignore' : 'pipe', 'pipe'],
      // A group of its own: what it started is stopped with it.
      detached: true,
    });
    let late = false;
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            process.kill(-child.pid!, 'SIGKILL');
          }, limitMs);
    let answer = '';
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      answer += chunk;
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-2000);
    });
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      const took = performance.now() - started;
      if (late) resolve(undefined);
      else if (status !== 0) reject(new Error(`${name} ended with ${status}: ${said}`));
      else if (python === undefined) resolve({milliseconds: took, work: undefined, mebibytes: undefined});
      else {
        const [seconds, work, mebibytes] = answer.trim().split(' ').map(Number);
        resolve({milliseconds: seconds! * 1000, work: work! * 1000, mebibytes: mebibytes!});
      }
    });
  });
}

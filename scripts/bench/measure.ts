/**
 * Whole processes, measured side by side: what is compared runs in turn, so that a busy machine slows all of it alike.
 * No time is a pass or a failure here: ratios are printed, and people judge them.
 */
import {spawn} from 'node:child_process';
import {performance} from 'node:perf_hooks';
import {execute} from '../../test/harness/tools.js';

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
  /** Largest resident set in MiB; undefined where no Python is there to ask for it, or it was stopped. */
  readonly mebibytes: number | undefined;
}

export interface BenchOptions {
  readonly runs: number;
  /** Build and host: on samples/plone, in place of what is smaller. */
  readonly plone?: boolean;
  /** A Python that tells the peak memory of a program. */
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
  const times = contenders.map((): number[] => []);
  const stopped = new Set<Contender>();
  for (let round = warmUp ? -1 : 0; round < runs; round++) {
    for (const [index, contender] of contenders.entries()) {
      if (stopped.has(contender)) continue;
      await contender.before?.();
      const milliseconds = await timed(contender);
      if (milliseconds === undefined) {
        stopped.add(contender);
        times[index] = [contender.limitMs!];
      } else if (round >= 0) times[index]!.push(milliseconds);
    }
  }
  const measured: Measured[] = [];
  for (const [index, contender] of contenders.entries()) {
    const asked = python !== undefined && !stopped.has(contender);
    if (asked) await contender.before?.();
    measured.push({
      name: contender.name,
      milliseconds: median(times[index]!),
      stopped: stopped.has(contender),
      mebibytes: asked ? (await usage(contender, python)).mebibytes : undefined,
    });
  }
  return measured;
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
  const lines = measured.map(({name, milliseconds, mebibytes, stopped}) => {
    const memory = (mebibytes === undefined ? '' : `${mebibytes.toFixed(0)} MiB`).padStart(10);
    const ratio = (first!.milliseconds / milliseconds).toFixed(2).padStart(7);
    return `  ${name.padEnd(width)}${`${stopped ? '> ' : ''}${milliseconds.toFixed(0)}`.padStart(10)} ms${memory}${ratio} x`;
  });
  return `${title}\n${lines.join('\n')}\n`;
}

/** @returns undefined where it was stopped */
function timed({command: [program, ...words], cwd, env, name, limitMs}: Contender): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program!, words, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(limitMs !== undefined && {timeout: limitMs, killSignal: 'SIGKILL' as const}),
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-2000);
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (signal === 'SIGKILL' && limitMs !== undefined) resolve(undefined);
      else if (status === 0) resolve(performance.now() - started);
      else reject(new Error(`${name} ended with ${status}: ${said}`));
    });
  });
}

const askUsage = `
import os, sys, time
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
began = time.monotonic()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
print(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024))
sys.exit(os.waitstatus_to_exitcode(status))
`;

/** What one run took. */
export interface Usage {
  readonly milliseconds: number;
  /** Of the processor, in milliseconds, with all that the program started and waited for. */
  readonly work: number;
  /** Largest resident set of one process, in MiB. */
  readonly mebibytes: number;
}

/** Runs it once; throws where it ends with another status than 0. */
export async function usage({command, cwd, env, name}: Contender, python: string): Promise<Usage> {
  const ran = await execute([python, '-c', askUsage, ...command], {
    ...(cwd !== undefined && {cwd}),
    env: env ?? process.env,
  });
  if (ran.status !== 0) throw new Error(`${name} ended with ${ran.status}: ${ran.stderr.slice(-2000)}`);
  const [seconds, work, mebibytes] = ran.stdout.trim().split(' ').map(Number);
  return {milliseconds: seconds! * 1000, work: work! * 1000, mebibytes: mebibytes!};
}

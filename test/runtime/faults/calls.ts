/**
 * A run that is halted after each system call that changes a file, in the shell and in all that it starts: by strace, which
 * stops the process that made the call, until it is told how to go on.
 */
import {spawnSync} from 'node:child_process';
import {closeSync, constants, createReadStream, openSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {dir} from 'tmp-promise';
import {findProgram, needsProgram} from '../../harness/tools.js';
import {type Ended, runGroup} from './site.js';

/** Why this machine can't halt a run: some containers forbid it. */
export const noCalls =
  needsProgram('strace', 'mkfifo') ??
  (spawnSync('strace', ['-qq', '-e', 'trace=none', 'true']).status === 0 ? undefined : 'strace may not trace here');

/** A call that came to its end, and whose process stands still now. */
export interface Call {
  readonly pid: number;
  /** File name of the program that made it. */
  readonly program: string;
  /** As strace writes it. */
  readonly text: string;
}

/** What to do with a process that stands still. */
export type Then = 'go on' | 'kill it';

// With ? a name that this architecture lacks is passed over.
const opening = ['?open', '?openat', '?creat'];
// Not copy_file_range and sendfile: the pending halt has them begin anew, for ever.
const writing = ['?write', '?writev', '?pwrite64', '?ftruncate', '?fchmod', '?fchown'];
const naming =
  `mkdir mkdirat rmdir rename renameat renameat2 unlink unlinkat link linkat symlink symlinkat chmod fchmodat
  fchmodat2 chown lchown fchownat truncate`
    .split(/\s+/)
    .map((name) => `?${name}`);

/**
 * Runs a command to its end.
 * @param within  the folder in which files count
 * @param which   `all`; or all but those that open a file, which saves the time of a halt for each file that is read
 * @param at      asked after each call that may have changed something there
 */
export async function runByCalls(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  within: string,
  which: 'all' | 'but opening',
  at: (call: Call) => Then,
): Promise<Ended> {
  const {path: folder, cleanup} = await dir({unsafeCleanup: true, prefix: 'cfgc-calls-'});
  const fifo = join(folder, 'calls');
  spawnSync('mkfifo', [fifo]);
  const input = createReadStream(fifo, 'latin1');
  const calls = [...(which === 'all' ? opening : []), ...writing, ...naming].join(',');
  const strace = ['strace', '-f', '-qq', '-y', '-s', '0', '-o', fifo, '-e', `trace=${calls}`];
  const program = findProgram(command[0]!) ?? command[0]!;
  const ended = runGroup(
    [...strace, '-e', `inject=${calls}:signal=SIGSTOP`, program, ...command.slice(1)],
    env,
    // A strace that never opened it would leave its reader waiting.
    (child) => child.on('exit', () => release(fifo)),
  );
  const begun = new Map<string, string>();
  const made = new Map<string, string>();
  for await (const line of createInterface({input})) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.startsWith('--- stopped by SIGSTOP')) {
      const text = made.get(pid);
      made.delete(pid);
      const then =
        text !== undefined && changes(text, within) ? at({pid: Number(pid), program: nameOf(pid), text}) : 'go on';
      send(Number(pid), then === 'kill it' ? 'SIGKILL' : 'SIGCONT');
    } else if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
    } else if (/^<\.\.\. \w+ resumed>/.test(rest)) {
      made.set(pid, (begun.get(pid) ?? '') + rest.replace(/^<\.\.\. \w+ resumed>/, ''));
    } else if (/^\w+\(/.test(rest)) {
      made.set(pid, rest);
    }
  }
  const how = await ended;
  await cleanup();
  return how;
}

function changes(text: string, within: string): boolean {
  if (/\) += -1 E/.test(text)) return false;
  const name = `?${text.slice(0, text.indexOf('('))}`;
  if (opening.includes(name)) return name === '?creat' || /O_CREAT|O_TRUNC/.test(text);
  return !writing.includes(name) || text.includes(`<${within}`);
}

function nameOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/^.*\//, '');
  } catch {
    return 'unknown';
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function release(fifo: string): void {
  try {
    closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // Nobody waits.
  }
}

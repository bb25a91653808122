/**
 * What every fault is tried on: release 1.0.0 is deployed and has data, 1.1.0 is to follow; then something goes wrong.
 *
 *     const site = await makeSite({shell});
 *     await site.reset();
 *     … the deploy of site.two, with a fault …
 *     await site.judge(say);
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {chmod, mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as delay, setImmediate} from 'node:timers/promises';
import {type FakeRelease, type Host, type HowToRun, makeHost} from '../../harness/shell.js';
import {execute, findProgram, findPython, type Ran, type Shell} from '../../harness/tools.js';

/** How much of one kind of fault was tried. */
export interface Outcome {
  /** How many there are, where they were counted. */
  readonly points?: number;
  readonly tried: number;
  /** How many different states of the host they left, where those that left the same one were judged once. */
  readonly states?: number;
}

/** Says what was lost, or not said. */
export type Say = (what: string) => void;

/** A `Say` under the name of what was tried. */
export type Sayer = (name: string) => Say;

/** One kind of fault. `bounded`: a part of it that takes seconds. */
export interface Fault {
  readonly name: string;
  /** Why this machine can't try it; undefined where it can. */
  readonly missing?: string | undefined;
  try(bounded: boolean, sayer: Sayer): Promise<Outcome>;
}

export interface Site {
  readonly host: Host;
  readonly shell: Shell;
  /** Paths of the scripts of 1.0.0 and of 1.1.0. */
  readonly one: string;
  readonly two: string;
  readonly python: string;
  /** A copy of PREFIX as it is after `reset`. */
  readonly base: string;
  /** Environment of a run, but for PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts the host back to where 1.0.0 serves and nothing went wrong; or to what a copy of its PREFIX holds. */
  reset(copy?: string): Promise<void>;
  /** Says what is wrong with what is current, the release before and the data, at this moment. */
  look(say: Say): Promise<void>;
  /** `look`, then the next deploy, which must come to the tree that an undisturbed one comes to. Gives that deploy. */
  judge(say: Say, how?: HowToRun): Promise<Ran>;
  deploy(how?: HowToRun): Promise<Ran>;
}

export interface SiteOptions {
  readonly shell?: Shell;
  /** In both releases. */
  readonly release?: Partial<FakeRelease>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Shell for FakeRelease.instead: no virtualenv is made. For faults in which it only takes time. */
export const withoutVirtualenv = 'environment_build() { :; }\npreflight_python() { :; }\n';

const people = 'people’s data\n';

export async function makeSite(options: SiteOptions = {}): Promise<Site> {
  const host = await makeHost();
  const shell = options.shell ?? {name: 'dash', command: [findProgram('dash') ?? '/bin/sh']};
  const one = await host.script({...options.release, version: '1.0.0'});
  const two = await host.script({...options.release, version: '1.1.0'});
  const how = {env: options.env ?? {}};
  const merged = (more: HowToRun = {}): HowToRun => ({...more, env: {...how.env, ...more.env}});
  const first = await host.run(shell, one, ['deploy'], how);
  if (first.status !== 0) throw new Error(first.stderr);
  const data = join(host.prefix, 'var/filestorage/Data.fs');
  await writeFile(data, people);
  const base = `${host.prefix}.base`;
  await execute(['cp', '-a', host.prefix, base]);
  const second = await host.run(shell, two, ['deploy'], how);
  if (second.status !== 0) throw new Error(second.stderr);
  const wanted = await tree(host.prefix);

  const reset = async (copy = base) => {
    // The folder itself stays: it may be where a file system is mounted.
    await mkdir(host.prefix, {recursive: true});
    await execute(['find', host.prefix, '-mindepth', '1', '-delete']);
    const copied = await execute(['cp', '-a', `${copy}/.`, host.prefix]);
    if (copied.status !== 0) throw new Error(copied.stderr);
  };
  const look = async (say: Say) => {
    const current = await host.current();
    const config = await readFile(join(host.prefix, 'current/etc/app.conf'), 'utf8').catch(() => 'nothing');
    if (config !== `[app]\nversion = ${current}\n`) say(`current is ${current}, and serves ${JSON.stringify(config)}`);
    if (!existsSync(join(host.prefix, 'current/.complete'))) say(`current, ${current}, is not complete`);
    if (!existsSync(join(host.prefix, 'releases/1.0.0/.complete'))) say('the release before is gone');
    const program = await execute([join(host.prefix, 'current/bin/hello')]).catch(() => undefined);
    if (program?.stdout !== 'hello\n') say('the program of current does not run');
    if ((await readFile(data, 'utf8').catch(() => '')) !== people) say('the data is gone or changed');
  };
  const judge = async (say: Say, more: HowToRun = {}) => {
    await look(say);
    const again = await host.run(shell, two, ['deploy'], merged(more));
    if (again.status !== 0) say(`the next deploy fails with ${again.status}: ${again.stderr}`);
    await look((what) => say(`after the next deploy: ${what}`));
    if ((await host.current()) !== '1.1.0') say(`after the next deploy current is ${await host.current()}`);
    if ((await tree(host.prefix)) !== wanted) say('the next deploy came to another tree');
    const verified = await host.run(shell, two, ['verify'], merged(more));
    if (verified.status !== 0) say(`after the next deploy there is drift: ${verified.stdout}${verified.stderr}`);
    const left = (await host.run(shell, two, ['prune', '--hitlist', '--dry-run'], merged(more))).stdout;
    if (left !== '') say(`left behind: ${left}`);
    return again;
  };
  await reset();
  return {
    host,
    shell,
    one,
    two,
    python: (await findPython()).path,
    base,
    env: {HOME: host.folder, PREFIX: host.prefix, PYTHON: (await findPython()).path, ...options.env},
    reset,
    look,
    judge,
    deploy: async (more = {}) => host.run(shell, two, ['deploy'], merged(more)),
  };
}

/** Says where a run did not end with one of the statuses, or not by a message of at most a screen with the reason in it. */
export function expectRefusal(ran: Ran, statuses: readonly number[], reason: RegExp, say: Say): void {
  if (!statuses.includes(ran.status)) say(`it ended with ${ran.status}: ${ran.stderr}`);
  const errors = ran.stderr.split('\n').filter((line) => /^(error|warning): /.test(line));
  if (!errors.some((line) => reason.test(line))) say(`it does not say why (${reason}): ${ran.stderr}`);
  if (errors.length > 40) say(`it says too much, ${errors.length} lines`);
  if (/Traceback \(most recent call last\)/.test(ran.stderr)) say(`it shows a traceback: ${ran.stderr}`);
}

/** MANIFEST of 1.1.0, and the files that are there. */
export async function tree(prefix: string): Promise<string> {
  const release = join(prefix, 'releases/1.1.0');
  const files = readdirSync(release, {recursive: true}).map(String).sort();
  return `${files.join('\n')}\n${await readFile(join(release, 'MANIFEST'), 'utf8')}`;
}

/** What a deploy of the fake release runs, besides sh and Python. */
const commands =
  `awk cat chmod chown cmp cp cut date df diff du find getent grep head id ln ls mkdir mv od ps rm rmdir sed sha256sum sleep sort sync
  tail tr uname xargs`.split(/\s+/);

/**
 * A folder for PATH with nothing else behind it: a shim for each external command, which counts in FAULT_COUNT and, in
 * place of the command with the number FAULT_AT, sends FAULT_SIGNAL to its whole process group; with FAULT_ALONE=yes to
 * itself, with FAULT_ALONE=shell to the process FAULT_SHELL. Which command that was is in FAULT_COUNT.name then.
 */
export async function makeShims(folder: string, python: string): Promise<string> {
  const bin = join(folder, 'shims');
  await mkdir(bin);
  for (const name of commands) {
    const program = findProgram(name);
    if (program === undefined) continue;
    const text = `#!/bin/sh
printf . >>"$FAULT_COUNT"
IFS= read -r done <"$FAULT_COUNT"
if [ "\${#done}" -eq "$FAULT_AT" ]; then
    echo ${name} >"$FAULT_COUNT.name"
    case \${FAULT_ALONE:-no} in
    yes) kill -"$FAULT_SIGNAL" $$ ;;
    shell) kill -"$FAULT_SIGNAL" "$FAULT_SHELL" ;;
    *) kill -"$FAULT_SIGNAL" 0 ;;
    esac
fi
exec ${program} "$@"
`;
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  await symlink(python, join(bin, 'python3'));
  // What most shells have in themselves: mksh has no printf.
  for (const name of ['sh', 'printf']) {
    const program = findProgram(name);
    if (program !== undefined) await symlink(program, join(bin, name));
  }
  return bin;
}

export interface Ended {
  /** Exit status; 128 and the signal's number where a signal ended it. */
  readonly status: number;
  readonly killed: boolean;
  readonly stderr: string;
}

const numbers: Readonly<Record<string, number>> = {SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15};

/** Runs it as a process group of its own, which a signal can be sent to. */
export function runGroup(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  started: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  // Found here, for the PATH in `env` may have no shell.
  const child = spawn(findProgram(command[0]!) ?? command[0]!, command.slice(1), {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  started(child);
  const closed = once(child, 'close');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', async (code, signal) => {
      // Of a group that was killed some may still be within their last system call.
      if (signal === 'SIGKILL' && env.FAULT_ALONE === undefined) await endGroup(child.pid!);
      // What it said may not be read yet; but an installer that outlived its parent may hold standard error for long.
      await Promise.race([closed, delay(1000)]);
      child.stderr.destroy();
      resolve({status: code ?? 128 + (numbers[signal ?? ''] ?? 0), killed: signal === 'SIGKILL', stderr});
    });
  });
}

/** Kills a process group, and comes back when none of it does anything any more. */
export async function endGroup(group: number): Promise<void> {
  try {
    while (process.kill(-group, 'SIGKILL') && lives(group)) await setImmediate();
  } catch {
    // Nothing of it is left.
  }
}

/** Whether a process of the group is more than a zombie that nobody has asked for yet. */
function lives(group: number): boolean {
  const numbers = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return numbers.some((number) => {
    const stat = textOf(`/proc/${number}/stat`);
    const [state, , of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return of === String(group) && state !== 'Z' && state !== 'X';
  });
}

/** The text of a file that may be gone; "" then. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

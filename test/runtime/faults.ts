/**
 * A deploy that is killed: every external command of the release script is a shim that counts, and that kills the whole
 * process group with SIGKILL in place of the command with the number FAULT_AT.
 */
import {spawn} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {chmod, mkdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {makeHost} from '../harness/shell.js';
import {execute, findProgram, findPython, type Shell} from '../harness/tools.js';

export interface Faults {
  /** Commands of one whole deploy. */
  readonly points: number;
  /** Kill points tried. */
  readonly tried: number;
  /** What was wrong after a kill, a line each: `before command N: …`. Empty: nothing was lost. */
  readonly lost: readonly string[];
}

const commands = [
  ...[
    'awk',
    'cat',
    'chmod',
    'chown',
    'cmp',
    'cp',
    'cut',
    'date',
    'df',
    'diff',
    'du',
    'find',
    'grep',
    'head',
    'id',
    'ln',
  ],
  ...[
    'ls',
    'mkdir',
    'mv',
    'od',
    'ps',
    'rm',
    'rmdir',
    'sed',
    'sha256sum',
    'sleep',
    'sort',
    'sync',
    'tail',
    'tr',
    'uname',
  ],
  'xargs',
];

/**
 * Deploys 1.1.0 over 1.0.0, killed before every `every`th command, each time from the same state. After each kill current is one
 * of the two, complete and readable, and the data is there; the next deploy comes to the same tree as one that nobody killed.
 */
export async function killDeploys(every: number): Promise<Faults> {
  const host = await makeHost();
  const shell: Shell = {name: 'sh', command: [findProgram('dash') ?? '/bin/sh']};
  const one = await host.script({version: '1.0.0'});
  const two = await host.script({version: '1.1.0'});
  const first = await host.run(shell, one, ['deploy']);
  if (first.status !== 0) throw new Error(first.stderr);
  const data = join(host.prefix, 'var/filestorage/Data.fs');
  await writeFile(data, 'people’s data\n');
  const base = `${host.prefix}.base`;
  const copy = async (from: string, to: string) => {
    await rm(to, {recursive: true, force: true});
    await execute(['cp', '-a', from, to]);
  };
  await copy(host.prefix, base);

  const count = join(host.folder, 'count');
  const python = (await findPython()).path;
  const path = await shims(host.folder, python);
  const deploy = async (at: number): Promise<boolean> => {
    await copy(base, host.prefix);
    await writeFile(count, '');
    const env = {PATH: path, HOME: host.folder, PREFIX: host.prefix, PYTHON: python};
    return killed([...shell.command, two, 'deploy'], {...env, FAULT_AT: String(at), FAULT_COUNT: count});
  };
  await deploy(1_000_000);
  if ((await host.current()) !== '1.1.0') throw new Error('the deploy that nobody kills does not come to its end');
  const points = (await readFile(count, 'utf8')).length;
  const wanted = await manifest(host.prefix);

  const lost: string[] = [];
  let tried = 0;
  for (let at = 1; at <= points; at += every) {
    if (!(await deploy(at))) continue;
    tried += 1;
    const say = (what: string) => lost.push(`before command ${at}: ${what}`);
    const current = await host.current();
    const config = await readFile(join(host.prefix, 'current/etc/app.conf'), 'utf8').catch(() => 'nothing');
    if (config !== `[app]\nversion = ${current}\n`) say(`current is ${current}, and serves ${config}`);
    if (!existsSync(join(host.prefix, 'current/.complete'))) say(`current, ${current}, is not complete`);
    if (!existsSync(join(host.prefix, 'releases/1.0.0/.complete'))) say('the release before is gone');
    const again = await host.run(shell, two, ['deploy']);
    if (again.status !== 0) say(`the next deploy fails with ${again.status}: ${again.stderr}`);
    if ((await host.current()) !== '1.1.0') say(`after the next deploy current is ${await host.current()}`);
    if ((await manifest(host.prefix)) !== wanted) say('the next deploy came to another tree');
    const verified = await host.run(shell, two, ['verify']);
    if (verified.status !== 0) say(`after the next deploy there is drift: ${verified.stdout}`);
    if ((await readFile(data, 'utf8').catch(() => '')) !== 'people’s data\n') say('the data is gone or changed');
    const left = (await host.run(shell, two, ['prune', '--hitlist', '--dry-run'])).stdout;
    if (left !== '') say(`left behind: ${left}`);
  }
  await rm(base, {recursive: true, force: true});
  return {points, tried, lost};
}

/** MANIFEST of the new release, and the files that are there. */
async function manifest(prefix: string): Promise<string> {
  const release = join(prefix, 'releases/1.1.0');
  const files = readdirSync(release, {recursive: true}).map(String).sort();
  return `${files.join('\n')}\n${await readFile(join(release, 'MANIFEST'), 'utf8')}`;
}

/** A folder for PATH with nothing else behind it: shims of what POSIX has, and links to the rest that a deploy may look for. */
async function shims(folder: string, python: string): Promise<string> {
  const bin = join(folder, 'shims');
  await mkdir(bin);
  for (const name of commands) {
    const program = findProgram(name);
    if (program === undefined) continue;
    const text = `#!/bin/sh
printf . >>"$FAULT_COUNT"
IFS= read -r done <"$FAULT_COUNT"
[ "\${#done}" -ne "$FAULT_AT" ] || kill -KILL 0
exec ${program} "$@"
`;
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  await symlink(python, join(bin, 'python3'));
  for (const name of ['sh', 'getent']) {
    const program = findProgram(name);
    if (program !== undefined) await symlink(program, join(bin, name));
  }
  return bin;
}

/** Runs it as a process group of its own; whether a SIGKILL ended it. */
function killed(command: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const child = spawn(command[0]!, command.slice(1), {detached: true, stdio: 'ignore', env});
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal === 'SIGKILL'));
  });
}

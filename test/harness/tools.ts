/**
 * The real programs that tests run beside cfgc: Python virtualenvs from the package index, pinned, built once and kept
 * in `.cache/tools/` by a key of their content. Several processes may ask for the same one at once.
 *
 *     const box = await toolBox('buildout');
 *     testWith(box)('annotate agrees', async (t) => { … await execute(box.bin('buildout'), …) … });
 *
 * `testWith` is in `test-with.ts`: this module runs outside ava too (`npm test` builds the boxes first).
 * A box that this machine can't have (no Python, an index out of reach) is `missing`, and the tests that need it skip by
 * name. With CFGC_TESTS_REQUIRE_TOOLS=1 a missing box is an error: so does CI.
 */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {delimiter, dirname, join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const run = promisify(execFile);

export const boxNames = [
  'uv',
  'ansible',
  'shellcheck',
  'buildout',
  'supervisor',
  'zodb58',
  'zodb64',
  'zope',
  'recipes',
] as const;
export type BoxName = (typeof boxNames)[number];
/** Those that site tests alone ask for: `npm test` does not build them. */
export const siteBoxNames: readonly BoxName[] = ['ansible'];

/** A virtualenv with pinned distributions: `test/harness/boxes/NAME.txt`. */
export interface Box {
  readonly name: BoxName;
  /** Why this machine can't have it; undefined where it is there. */
  readonly missing?: string;
  readonly folder: string;
  readonly python: string;
  /** The path of a program in the box. */
  bin(program: string): string;
}

/** The folder of package.json, from wherever the compiled test lies. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Folder of material that may lie beside the project; undefined where it isn't there: tests then skip by name. */
export function sharedFolder(name: string): string | undefined {
  const folder = join(dirname(projectRoot), 'shared', name);
  return existsSync(folder) ? folder : undefined;
}

/** Python that each box needs at least, where it is not the 3.10 that the project asks for. */
const needsPython: Partial<Record<BoxName, number>> = {zope: 11, recipes: 11};

const known = new Map<BoxName, Promise<Box>>();

/** The box, built where it isn't there yet. Never throws for what the machine lacks, unless CFGC_TESTS_REQUIRE_TOOLS is set. */
export function toolBox(name: BoxName): Promise<Box> {
  const box = known.get(name) ?? makeBox(name);
  known.set(name, box);
  return box;
}

export async function toolBoxes<N extends BoxName>(...names: readonly N[]): Promise<Record<N, Box>> {
  const boxes = {} as Record<N, Box>;
  for (const name of names) boxes[name] = await toolBox(name);
  return boxes;
}

/** As a need of `testWith`: a reason where a program is not on the PATH. */
export function needsProgram(...names: readonly string[]): string | undefined {
  const missing = names.filter((name) => !findProgram(name));
  return missing.length > 0 ? `no ${missing.join(', ')} on this machine` : undefined;
}

/** Absolute path of a program of the PATH. */
export function findProgram(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** One of the shells that release scripts must run in: its name, and the words that start it. */
export interface Shell {
  readonly name: string;
  readonly command: readonly string[];
}

const allShells: readonly Shell[] = [
  {name: 'dash', command: ['dash']},
  {name: 'bash', command: ['bash']},
  {name: 'bash --posix', command: ['bash', '--posix']},
  {name: 'busybox ash', command: ['busybox', 'sh']},
  {name: 'mksh', command: ['mksh']},
  {name: 'ksh93', command: ['ksh93']},
  {name: 'yash', command: ['yash']},
  {name: 'zsh as sh', command: ['zsh', '--emulate', 'sh']},
];

/** What hosts have as /bin/sh: Debian and its like, Red Hat and its like, containers. */
export const usualShells: readonly string[] = ['dash', 'bash', 'busybox ash'];

/** The shells of this machine, and the names of those it lacks (their tests skip by name). */
export function shells(): {readonly present: readonly Shell[]; readonly absent: readonly Shell[]} {
  const present = allShells.filter((shell) => findProgram(shell.command[0]!));
  return {present, absent: allShells.filter((shell) => !present.includes(shell))};
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; a status other than 0 is an answer, not an error. Throws where it can't be started. */
export function execute(
  command: readonly string[],
  options: {cwd?: string; env?: NodeJS.ProcessEnv; input?: string; timeoutMs?: number} = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command[0]!,
      command.slice(1),
      {cwd: options.cwd, env: options.env ?? process.env, timeout: options.timeoutMs, maxBuffer: 1 << 28},
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number' && !error.killed && !error.signal) reject(error);
        else resolve({status: error ? (typeof error.code === 'number' ? error.code : 128) : 0, stdout, stderr});
      },
    );
    // A program that doesn't read its input closes it: that is no fault of the test.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

async function makeBox(name: BoxName): Promise<Box> {
  try {
    return await built(name);
  } catch (error) {
    if (process.env.CFGC_TESTS_REQUIRE_TOOLS === '1') throw error;
    const missing = (error as Error).message.split('\n')[0]!;
    return {name, missing, folder: '', python: '', bin: (program) => program};
  }
}

async function built(name: BoxName): Promise<Box> {
  const python = await findPython(needsPython[name] ?? 10);
  const requirements = join(projectRoot, 'test/harness/boxes', `${name}.txt`);
  const key = createHash('sha256').update(readFileSync(requirements)).update(python.version).digest('hex').slice(0, 12);
  const cache = process.env.CFGC_TEST_TOOLS ?? join(projectRoot, '.cache/tools');
  const folder = join(cache, `${name}-${key}`);
  const done = join(folder, '.complete');
  if (!existsSync(done)) {
    await mkdir(cache, {recursive: true});
    // uv fills a box in seconds where pip takes a minute; uv's own box is pip's work.
    const uv = name === 'uv' ? undefined : (await built('uv')).bin('uv');
    await alone(`${folder}.lock`, async () => {
      if (existsSync(done)) return;
      await rm(folder, {recursive: true, force: true});
      await run(python.path, ['-m', 'venv', ...(uv ? ['--without-pip'] : []), folder], {maxBuffer: 1 << 28});
      const inside = join(folder, 'bin/python');
      const install = uv
        ? // Compiled now: where the environment forbids Python to write byte-code, each start would compile all of it again.
          [uv, 'pip', 'install', '--quiet', '--no-deps', '--compile-bytecode', '--python', inside, '-r', requirements]
        : [inside, '-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirements];
      await run(install[0]!, install.slice(1), {maxBuffer: 1 << 28});
      await writeFile(done, `${python.version}\n`);
    });
  }
  return {name, folder, python: join(folder, 'bin/python'), bin: (program) => join(folder, 'bin', program)};
}

interface Python {
  readonly path: string;
  readonly version: string;
}

const pythons = new Map<string, Promise<Python | undefined>>();

/** A Python 3 with venv and pip, of minor version `minor` or later: CFGC_TEST_PYTHON, python3, then python3.N. */
export async function findPython(minor = 10, exactly = false): Promise<Python> {
  const names = [process.env.CFGC_TEST_PYTHON ?? 'python3', `python3.${minor}`];
  for (let later = minor + 1; later < 16; later += 1) names.push(`python3.${later}`);
  for (const name of names) {
    const asked = pythons.get(name) ?? askPython(name);
    pythons.set(name, asked);
    const python = await asked;
    const found = python ? Number(python.version.split('.')[1]) : 0;
    if (python && (exactly ? found === minor : found >= minor)) return python;
  }
  throw new Error(`no Python 3.${minor}${exactly ? '' : ' or later'} with venv and pip on this machine`);
}

async function askPython(name: string): Promise<Python | undefined> {
  const question = 'import sys, venv, ensurepip; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])';
  try {
    const {stdout} = await run(name, ['-c', question]);
    const [path, version] = stdout.trim().split('\n');
    return path && version ? {path, version} : undefined;
  } catch {
    return undefined;
  }
}

/** Runs `work` while no other process does, by a folder that names its owner; a dead owner holds nothing. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  // The owner's name is in the folder before the folder has the lock's name: nobody sees a lock without an owner.
  const mine = `${lock}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await mkdir(mine);
  await writeFile(join(mine, 'pid'), String(process.pid));
  for (;;) {
    try {
      await rename(mine, lock);
      break;
    } catch {
      const owner = await readFile(join(lock, 'pid'), 'utf8').catch(() => undefined);
      if (owner !== undefined && !alive(Number(owner))) await bury(lock, owner, mine);
      else await delay(200);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, {recursive: true, force: true});
  }
}

/** Takes a dead owner's lock away: renamed first, and put back where it was another's by then. */
async function bury(lock: string, owner: string, mine: string): Promise<void> {
  const grave = `${mine}.dead`;
  try {
    await rename(lock, grave);
    if ((await readFile(join(grave, 'pid'), 'utf8')) !== owner) await rename(grave, lock);
  } catch {
    // Another process was faster.
  }
  await rm(grave, {recursive: true, force: true});
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}

/** The cases of a phase: the folders of `test/PHASE/cases/`, by name. */
export function caseFolders(phase: string): readonly {readonly name: string; readonly folder: string}[] {
  const folder = join(projectRoot, 'test', phase, 'cases');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {withFileTypes: true})
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({name: entry.name, folder: join(folder, entry.name)}))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The start of the command: what it keeps from one run to the next, and where. */
import {chmod, mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dir} from 'tmp-promise';
import {asNobody, installCommand, needsNobody} from '../harness/installed.js';
import {testWith} from '../harness/test-with.js';
import {execute, type Ran} from '../harness/tools.js';

interface Installed {
  readonly folder: string;
  readonly home: string;
  /** `cfgc --version`, with this environment alone. */
  run(env?: NodeJS.ProcessEnv): Promise<Ran>;
  /** What lies in a folder that the package did not bring. */
  kept(folder: string): Promise<readonly string[]>;
}

/** cfgc in a folder of its own, as a package manager lays it down. */
async function installed(t: ExecutionContext): Promise<Installed> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  t.teardown(cleanup);
  const [folder, home] = [join(path, 'package'), join(path, 'home')];
  await mkdir(folder);
  await mkdir(home);
  const brought = await installCommand(folder);
  return {
    folder,
    home,
    run: (env = {HOME: home}) => execute([process.execPath, join(folder, 'cfgc.cjs'), '--version'], {env}),
    kept: async (where) => (await readdir(where).catch(() => [])).filter((name) => !brought.includes(name)),
  };
}

const version = /^\d+\.\d+\.\d+\S*\n$/;

function says(t: ExecutionContext, {status, stdout, stderr}: Ran): void {
  t.is(status, 0, stderr);
  t.is(stderr, '');
  t.regex(stdout, version);
}

test('start: the code that V8 made is kept beside the bundle, and used as long as it is whole', async (t) => {
  const {folder, home, run, kept} = await installed(t);
  says(t, await run());
  const [name, ...more] = await kept(folder);
  t.deepEqual(more, []);
  t.deepEqual(await kept(home), []);
  const cache = join(folder, name!);
  const made = await stat(cache);
  t.is(made.mode & 0o777, 0o644);

  says(t, await run());
  t.is((await stat(cache)).ino, made.ino, 'a second run has nothing to write');

  const whole = await readFile(cache);
  await writeFile(cache, whole.subarray(0, whole.length >> 1));
  says(t, await run());
  t.not((await stat(cache)).ino, made.ino, 'half a file is replaced');
  says(t, await run());
});

test('start: what others may write is not used, nor replaced by a name that they chose', async (t) => {
  const {folder, home, run, kept} = await installed(t);
  says(t, await run());
  const cache = join(folder, (await kept(folder))[0]!);
  await chmod(cache, 0o666);
  says(t, await run());
  t.is((await stat(cache)).mode & 0o777, 0o644, 'another file stands in its place');
  t.deepEqual(await kept(home), []);
});

test('start: CFGC_CODE_CACHE=off keeps nothing', async (t) => {
  const {folder, home, run, kept} = await installed(t);
  says(t, await run({HOME: home, CFGC_CODE_CACHE: 'off'}));
  t.deepEqual([...(await kept(folder)), ...(await kept(home))], []);
});

test('start: a link to the command runs it', async (t) => {
  const {folder, home} = await installed(t);
  await symlink(join(folder, 'cfgc.cjs'), join(home, 'cfgc'));
  says(t, await execute([process.execPath, join(home, 'cfgc'), '--version'], {env: {HOME: home}}));
});

testWith(needsNobody)(
  'start: a user whom the machine does not know, without HOME, compiles; nothing is kept',
  async (t) => {
    const {folder, home, kept} = await installed(t);
    const profile = join(home, 'prod.cfg');
    await writeFile(profile, '[buildout]\nparts =\nextends-cache = ~/cache\n');
    for (const path of [join(folder, '..'), folder, home]) await chmod(path, 0o755);
    const ran = await execute([...asNobody, process.execPath, join(folder, 'cfgc.cjs'), 'query', profile], {
      env: {PATH: process.env.PATH},
      cwd: home,
    });
    t.is(ran.status, 0, ran.stderr);
    t.regex(ran.stdout, /^parts =$/m);
    t.deepEqual(await kept(folder), []);
  },
);

testWith(needsNobody)(
  'start: where the package belongs to another, the code is kept in the user’s cache folder',
  async (t) => {
    const {folder, home} = await installed(t);
    for (const path of [join(folder, '..'), folder]) await chmod(path, 0o755);
    await chmod(home, 0o777);
    const as = [...asNobody, process.execPath, join(folder, 'cfgc.cjs'), '--version'];
    says(t, await execute(as, {env: {PATH: process.env.PATH, HOME: home}}));
    const found = await readdir(join(home, '.cache/cfgc'));
    t.is(found.length, 1);
    says(t, await execute(as, {env: {PATH: process.env.PATH, XDG_CACHE_HOME: join(home, 'xdg')}}));
    t.deepEqual(await readdir(join(home, 'xdg/cfgc')), found);
  },
);

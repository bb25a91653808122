/** Files that can't be written or read: each command says which and why, and changes nothing else. */
import {chmod, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dir} from 'tmp-promise';
import {serve} from '../harness/http.js';
import {asNobody, installCommand, needsNobody} from '../harness/installed.js';
import {testWith} from '../harness/test-with.js';
import {execute, type Ran} from '../harness/tools.js';

interface Site {
  readonly folder: string;
  /** As root, or whoever runs the tests. */
  run(...words: string[]): Promise<Ran>;
  /** As someone who may read all and write nothing. */
  asNobody(...words: string[]): Promise<Ran>;
}

const profile = `[buildout]
parts =
[release]
name = site
version = 1.0.0
profile = dev
python = 3.11
user = www
group = www
services = none
`;

async function siteOf(t: ExecutionContext, more: Readonly<Record<string, string>> = {}): Promise<Site> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  t.teardown(cleanup);
  const folder = join(path, 'site');
  await mkdir(folder);
  for (const [name, text] of Object.entries({'prod.cfg': profile, ...more})) await writeFile(join(folder, name), text);
  await installCommand(path);
  for (const each of [path, folder]) await chmod(each, 0o755);
  const command = [process.execPath, join(path, 'cfgc.cjs')];
  const options = {cwd: folder, env: {PATH: process.env.PATH, HOME: join(path, 'home')}};
  return {
    folder,
    run: (...words) => execute([...command, ...words], options),
    asNobody: (...words) => execute([...asNobody, ...command, ...words], options),
  };
}

testWith(needsNobody)('write: a folder that the user may not write to is named, with the file', async (t) => {
  const host = await serve(t, {'/base.cfg': '[versions]\n'});
  const made = await siteOf(t, {
    'remote.cfg': `[buildout]\nextends = ${host.origin}/base.cfg\nparts =\n`,
  });
  const commands = {
    'pylock.prod.toml': ['lock', 'prod.cfg'],
    'release.sh': ['prod.cfg', '-o', 'release.sh', '--allow-dirty'],
    'new.cfg': ['init', 'prod.cfg', '-o', 'new.cfg'],
    [`vendor/${host.origin.slice('http://'.length).replace(':', '_')}/base.cfg`]: ['vendor', 'remote.cfg'],
  };
  for (const [file, words] of Object.entries(commands)) {
    if (file === 'release.sh') t.is((await made.run('lock', 'prod.cfg')).status, 0);
    const {status, stderr} = await made.asNobody(...words);
    t.is(status, 3, stderr);
    const [first, hint] = stderr.split('\n');
    t.true(
      first!.startsWith('error[CFG791]: ') && first!.includes(`${file}\` can't be written: no permission`),
      stderr,
    );
    t.true(hint!.startsWith('  = hint: '), stderr);
  }
  t.deepEqual(await readdir(made.folder), ['prod.cfg', 'pylock.prod.toml', 'remote.cfg']);
});

test('write: copies of remote files below what is a file', async (t) => {
  const host = await serve(t, {'/base.cfg': '[versions]\n'});
  const remote = `[buildout]\nextends = ${host.origin}/base.cfg\nparts =\n`;
  const {folder, run} = await siteOf(t, {'remote.cfg': remote, taken: ''});
  const {status, stderr} = await run('vendor', 'remote.cfg', '--into', 'taken/x');
  t.is(status, 3, stderr);
  t.regex(stderr, /^error\[CFG791\]: .*can't be written: what should be its folder is a file$/m);
  t.is(await readFile(join(folder, 'remote.cfg'), 'utf8'), remote, 'the profile still names what is there');
});

test('write: -o with a folder asks for a name in it', async (t) => {
  const {folder, run} = await siteOf(t);
  await mkdir(join(folder, 'out'));
  const {status, stderr} = await run('prod.cfg', '-o', 'out/', '--allow-dirty');
  t.is(status, 1, stderr);
  t.regex(
    stderr,
    /^error\[CFG790\]: `.*\/site\/out` is a folder\n {2}= hint: name a file in it: -o .*\/site\/out\/release\.sh$/m,
  );
  t.deepEqual(await readdir(join(folder, 'out')), []);
});

test('read: a lock that is a folder', async (t) => {
  const {folder, run} = await siteOf(t);
  await mkdir(join(folder, 'pylock.prod.toml'));
  for (const words of [
    ['lock', 'prod.cfg'],
    ['prod.cfg', '-o', 'release.sh', '--allow-dirty'],
    ['check', 'prod.cfg', '--locked'],
  ]) {
    const {status, stderr} = await run(...words);
    t.is(status, 1, stderr);
    t.regex(stderr, /^error\[CFG603\]: `pylock\.prod\.toml` can't be read: it is a folder$/m);
  }
  t.deepEqual(await readdir(folder), ['prod.cfg', 'pylock.prod.toml']);
});

test('write: a cache in a place that has no room for folders is done without', async (t) => {
  const host = await serve(t, {'/base.cfg': '[versions]\nx = 1\n'});
  const {folder} = await siteOf(t, {
    'remote.cfg': `[buildout]\nextends = ${host.origin}/base.cfg\nparts =\n`,
    taken: '',
  });
  // The kernel says of a new folder in /proc that the one above it is missing.
  for (const cache of ['/proc', join(folder, 'taken')]) {
    const command = [process.execPath, join(folder, '../cfgc.cjs'), 'query', 'remote.cfg', '-s', 'versions:x'];
    const env = {PATH: process.env.PATH, XDG_CACHE_HOME: cache};
    t.deepEqual(await execute(command, {cwd: folder, env, timeoutMs: 60_000}), {status: 0, stdout: '1\n', stderr: ''});
  }
});

/** A dev profile: git checkouts and develop eggs, from the sources to the launcher and through changes on both sides. */
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir, userInfo} from 'node:os';
import {dirname, join} from 'node:path';
import {testWith} from '../harness/test-with.js';
import {execute, findProgram, needsProgram, projectRoot, toolBox} from '../harness/tools.js';
import {samplePython} from './site.js';

const uv = await toolBox('uv');
const python = await samplePython();

const profile = (repository: string, pins: string, group: string): string => `[buildout]
allow-picked-versions = false
newest = false
extensions = mr.developer
auto-checkout = *
develop = eggs/*
parts = app

[sources]
my.theme = git ${repository} branch=main pushurl=git@git.example.org:my.theme.git depth=1 submodules=checkout

[versions]
${pins}

[app]
recipe = zc.recipe.egg
eggs =
    my.theme
    my.local

[release]
name = site
version = 1.0.0
python = 3.11
profile = dev
services = none
syslog = off
user = ${userInfo().username}
group = ${group}
`;

testWith(
  uv,
  needsProgram('git'),
  python.missing,
)('e2e: a dev profile checks out, installs in place, follows upstream, and keeps local changes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cfgc-dev-'));
  t.teardown(() => rm(folder, {recursive: true, force: true}));
  const [here, upstream] = [join(folder, 'profile'), join(folder, 'upstream')];
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, content);
  };
  const env = {
    ...process.env,
    LC_ALL: 'C',
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    CFGC_UV: uv.bin('uv'),
    UV: uv.bin('uv'),
    PYTHON: python.path,
    PREFIX: join(folder, 'srv'),
  };
  const run = (...command: string[]) => execute(command, {cwd: folder, env, timeoutMs: 300_000});
  const git = async (...words: string[]): Promise<void> => {
    const ran = await run('git', '-C', upstream, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...words);
    t.is(ran.status, 0, ran.stderr);
  };
  const group = (await run('id', '-gn')).stdout.trim();
  const script = join(folder, 'release.sh');
  const compile = () =>
    run(process.execPath, join(projectRoot, 'dist/cfgc.cjs'), join(here, 'dev.cfg'), '--allow-dirty', '-o', script);
  const deploy = async (): Promise<string> => {
    const ran = await run(findProgram('sh')!, script, 'deploy');
    t.is(ran.status, 0, ran.stderr);
    return ran.stderr + ran.stdout;
  };
  const hello = async (): Promise<string> => {
    const ran = await run(join(folder, 'srv/current/bin/hello'));
    t.is(ran.status, 0, ran.stderr);
    return ran.stdout.trim();
  };
  const says = (words: string): string =>
    `import iniconfig, my_local\n\n\ndef main():\n    print("${words}", iniconfig.IniConfig.__name__, my_local.where)\n`;

  write(
    join(upstream, 'setup.py'),
    `from setuptools import setup
setup(name="my.theme", version="2.0.dev0", py_modules=["my_theme"], install_requires=["iniconfig"],
      entry_points={"console_scripts": ["hello = my_theme:main"]})
`,
  );
  write(join(upstream, 'my_theme.py'), says('one'));
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'one');
  write(
    join(here, 'eggs/local/pyproject.toml'),
    `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "my.local"
version = "1.0"
[tool.setuptools]
py-modules = ["my_local"]
`,
  );
  write(join(here, 'eggs/local/my_local.py'), 'where = "in place"\n');
  write(join(here, 'eggs/README'), 'no distribution\n');

  // Nothing is checked out yet: the script of this compile does that, and what the checkout needs is not known.
  write(join(here, 'dev.cfg'), profile(upstream, '', group));
  const first = await compile();
  t.is(first.status, 0, first.stderr);
  t.regex(first.stderr, /CFG525[^\n]*src\/my\.theme/);
  // The message says what to type.
  const [, words] = /hint: type `(.*)`, then this command again/.exec(first.stderr) ?? [];
  t.is(words, 'sh release.sh build');
  const built = await run(findProgram('sh')!, '-c', words!);
  t.is(built.status, 0, built.stderr);
  t.true(existsSync(join(here, 'src/my.theme/.git')));

  // Now its needs are read, and want a pin; the checkout itself needs none, and one that is there does no harm.
  const open = await compile();
  t.is(open.status, 1, open.stderr);
  t.regex(open.stderr, /CFG601.*`iniconfig` is not pinned/);
  write(join(here, 'dev.cfg'), profile(upstream, 'iniconfig = 2.0.0\nmy.theme = 1.0', group));
  const second = await compile();
  t.is(second.status, 0, second.stderr);
  const lock = readFileSync(join(here, 'pylock.dev.toml'), 'utf8');
  t.regex(lock, /^name = "iniconfig"$/m);
  t.notRegex(lock, /name = "my-(theme|local)"/);
  t.false(lock.includes(folder), 'the lock names no folder of this host');

  await deploy();
  t.is(await hello(), 'one IniConfig in place');
  const pushes = await run('git', '-C', join(here, 'src/my.theme'), 'config', '--get', 'remote.origin.pushurl');
  t.is(pushes.stdout, 'git@git.example.org:my.theme.git\n');
  write(join(here, 'eggs/local/my_local.py'), 'where = "changed in place"\n');
  t.is(await hello(), 'one IniConfig changed in place');

  // Upstream goes on: a deploy of the same release follows it.
  write(join(upstream, 'my_theme.py'), says('two'));
  await git('commit', '--quiet', '-am', 'two');
  t.regex(await deploy(), /unchanged/);
  t.is(await hello(), 'two IniConfig changed in place');

  // Local work is left alone.
  write(join(here, 'src/my.theme/my_theme.py'), says('mine'));
  write(join(upstream, 'my_theme.py'), says('three'));
  await git('commit', '--quiet', '-am', 'three');
  t.regex(await deploy(), /my\.theme has changes that are not committed: left as it is/);
  t.is(await hello(), 'mine IniConfig changed in place');
  const verified = await run(findProgram('sh')!, script, 'verify');
  t.is(verified.status, 0, verified.stderr);
});

/** The commands of the README, as they stand there: the first one is run in a clone with nothing in it, without uv and without Python. */
import {cpSync, existsSync, mkdirSync, readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test from 'ava';
import {execute, findProgram, needsProgram, projectRoot} from '../harness/tools.js';
import {programsWithout} from './site.js';

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
const [, section = ''] = /^## Two commands\n([\s\S]*?)^## /m.exec(readme) ?? [];
const commands = [...section.matchAll(/^ {4}(\S.*?)(?: +# .*)?$/gm)].map(([, command]) => command!);

const listed = await execute(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: projectRoot,
});
const missing = needsProgram('npm', 'make') ?? (listed.status === 0 ? undefined : 'this is no clone');
const title = 'site: the first command of the README makes release.sh and Makefile in an empty clone';

test('site: the README has two commands, and the second runs the tests', (t) => {
  t.is(commands.length, 2, section);
  t.is(commands[1], 'npm ci && npm test');
});

if (missing !== undefined) test.skip(`${title} [skipped: ${missing}]`, (t) => t.pass());
else
  test(title, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cfgc-readme-'));
    t.teardown(() => rm(folder, {recursive: true, force: true}));
    const clone = join(folder, 'clone');
    for (const name of listed.stdout.split('\0').filter((name) => name !== '' && existsSync(join(projectRoot, name)))) {
      mkdirSync(dirname(join(clone, name)), {recursive: true});
      cpSync(join(projectRoot, name), join(clone, name));
    }
    const npm = Object.entries(process.env).filter(([name]) =>
      /^(npm_config_|NODE_EXTRA|https?_proxy|no_proxy)/i.test(name),
    );
    const path = programsWithout(folder, /^(python[\d.]*|pip[\d.]*|uvx?)$/);
    const elsewhere = ['node', 'npm'].filter((name) => !existsSync(join(path, name)));
    const env = {
      ...Object.fromEntries(npm),
      PATH: [path, ...elsewhere.map((name) => dirname(findProgram(name) ?? process.execPath))].join(':'),
      HOME: process.env.HOME,
    };
    const ran = await execute(['sh', '-c', commands[0]!], {cwd: clone, env, timeoutMs: 600_000});
    t.is(ran.status, 0, ran.stdout + ran.stderr);
    const help = await execute(['sh', 'release.sh', 'help'], {cwd: clone, env: {PATH: path, HOME: folder}});
    t.is(help.status, 0, help.stderr);
    t.regex(help.stdout, /deploy/);
    const made = await execute(['make', '-n', 'deploy'], {cwd: clone, env: {PATH: path}});
    t.is(made.status, 0, made.stderr);
    const status = await execute(['sh', '-c', 'git init -q . && git add -A && git status --porcelain --ignored'], {
      cwd: clone,
    });
    t.notRegex(status.stdout, /^A {2}(release\.sh|Makefile)$/m);
  });

/** A Zope and its ZEO server, started from what the recipes planned; the first administrator logs in. */
import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, openSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {dir} from 'tmp-promise';
import {freePort} from '../harness/port.js';
import {testWith} from '../harness/test-with.js';
import {execute, findPython, toolBox} from '../harness/tools.js';
import {entryAt, lowerText} from './harness.js';
import {materialise, onHost} from './materialise.js';

const zope = await toolBox('zope');

testWith(zope)(
  'zope: server and instance start, the first administrator is made, and its password is gone afterwards',
  async (t) => {
    const {path: prefix} = await dir({unsafeCleanup: true});
    const [http, zeo] = [await freePort(), await freePort()];
    const {plan} = await lowerText(`
[buildout]
parts = zeo instance
[zeo]
recipe = plone.recipe.zeoserver
zeo-address = 127.0.0.1:${zeo}
[instance]
recipe = plone.recipe.zope2instance
eggs = Zope
scripts =
user = admin:\${secrets:admin}
http-address = 127.0.0.1:${http}
zeo-client = on
zeo-address = 127.0.0.1:${zeo}
shared-blob = on
environment-vars = TZ UTC
[secrets]
admin = env:ADMIN
[release]
name = site
version = 1.0.0
python = 3.11
`);
    const host = {prefix, python: zope.python, secrets: {admin: 'a:b%c'}};
    materialise(plan, host);
    const commandOf = (name: string) => {
      const {source, environment} = entryAt(plan, 'command', name);
      const variables = environment.map((one) => [one.name, onHost(one.value, host)]);
      return execute([zope.python, '-c', onHost(source, host)], {
        env: {...process.env, ...Object.fromEntries(variables)},
      });
    };
    mkdirSync(join(prefix, 'tmp'));
    const made = await commandOf('instance-inituser');
    t.is(made.status, 0, made.stderr);
    t.regex(readFileSync(join(prefix, 'run/instance.inituser'), 'utf8'), /^admin:\{SSHA\}[^:]+\n$/);
    const log = join(prefix, 'output');
    const started = ['zeo', 'instance'].map((name) => {
      const service = entryAt(plan, 'service', name);
      // The release's Python is the box's here, and lib/bin lies below the release.
      const words = service.command.map((word) =>
        onHost(word, host).replace(/^.*\/lib\/venv\/bin\/python$/, zope.python),
      );
      const out = openSync(log, 'a');
      return spawn(words[0]!, words.slice(1), {
        stdio: ['ignore', out, out],
        env: {...process.env, TMPDIR: join(prefix, 'tmp')},
        cwd: '/',
        detached: true,
      });
    });
    try {
      const url = `http://127.0.0.1:${http}/manage_main`;
      const authorization = `Basic ${Buffer.from('admin:a:b%c').toString('base64')}`;
      const answered = await answer(url, {authorization}, started);
      t.is(answered, 200, readFileSync(log, 'utf8').slice(-3000));
      t.is(await answer(url, {}, started), 401);
      t.true(existsSync(join(prefix, 'var/filestorage/Data.fs')));
      t.true(existsSync(join(prefix, 'run/instance.inituser')));
      const ran = await commandOf('instance-inituser-read');
      t.is(ran.status, 0, ran.stderr);
      t.false(existsSync(join(prefix, 'run/instance.inituser')));
      const again = await commandOf('instance-inituser');
      t.is(again.status, 0, again.stderr);
      t.false(existsSync(join(prefix, 'run/instance.inituser')), 'not where there is a database');
      const status = await execute([join(prefix, 'release/bin/zeopack'), '-D', '0']);
      t.is(status.status, 0, status.stderr);
    } finally {
      for (const child of started) if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
    }
  },
);

test('where nothing starts Zope, nobody waits for it to read the first user', async (t) => {
  const {path: prefix} = await dir({unsafeCleanup: true});
  const python = await findPython();
  const port = await freePort();
  const {plan} = await lowerText(`
[buildout]
parts = instance
[instance]
recipe = plone.recipe.zope2instance
eggs = Zope
user = admin:\${secrets:admin}
http-address = 127.0.0.1:${port}
[secrets]
admin = env:ADMIN
[release]
name = site
version = 1.0.0
python = 3.11
services = none
`);
  const file = join(prefix, 'run/instance.inituser');
  mkdirSync(join(prefix, 'run'));
  writeFileSync(file, 'admin:x');
  const {source} = entryAt(plan, 'command', 'instance-inituser-read');
  const ran = await execute([python.path, '-c', onHost(source, {prefix, python: python.path, secrets: {}})]);
  t.is(ran.status, 1);
  t.regex(
    ran.stderr,
    /inituser is left behind: a deploy does not start it; once it runs: release\.sh run instance-inituser-read \(/,
  );
  t.true(existsSync(file));
});

async function answer(
  url: string,
  headers: Record<string, string>,
  children: readonly {exitCode: number | null}[],
): Promise<number> {
  for (;;) {
    try {
      return (await fetch(url, {headers, redirect: 'manual'})).status;
    } catch {
      if (children.some(({exitCode}) => exitCode !== null)) return 0;
      await delay(100);
    }
  }
}

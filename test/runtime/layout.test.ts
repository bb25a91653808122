/** Places that can't be trusted are noticed before anything is changed: links into elsewhere, folders of others, open parents. */
import {chmod, chown, mkdir, readdir, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Host, type HowToRun, makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import type {Ran, Shell} from '../harness/tools.js';

const asRoot = process.getuid?.() === 0 ? undefined : 'not root: no folder can be given to another user';

function ok(t: ExecutionContext, ran: Ran, status = 0): Ran {
  t.is(ran.status, status, ran.stdout + ran.stderr);
  return ran;
}

/** A deploy must be refused for that reason and leave everything as it is. */
async function refused(
  t: ExecutionContext,
  host: Host,
  shell: Shell,
  script: string,
  reason: string,
  how: HowToRun = {},
): Promise<void> {
  const before = await there(host);
  const ran = ok(t, await host.run(shell, script, ['deploy'], how), 78);
  t.true(ran.stderr.includes(reason), `${reason}\nis not said in\n${ran.stderr}`);
  t.deepEqual(await there(host), before, 'something was changed');
}

/** What is in the host's folder. */
async function there(host: Host): Promise<readonly string[]> {
  return (await readdir(host.folder, {recursive: true})).sort();
}

for (const shell of testShells()) {
  test(`${shell.name}: a folder that is a link, or open to all, or no folder, is refused`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    const elsewhere = join(host.folder, 'elsewhere');
    await mkdir(elsewhere);
    await symlink(elsewhere, host.prefix);
    await refused(t, host, shell, one, `${host.prefix} is a link to ${elsewhere}: make it a real folder`);
    await rm(host.prefix);
    await mkdir(host.prefix, {mode: 0o755});
    for (const name of ['releases', 'var', 'run', 'backups', '.cfgc', 'supervisor']) {
      await symlink(elsewhere, join(host.prefix, name));
      await refused(t, host, shell, one, `${join(host.prefix, name)} is a link to ${elsewhere}`);
      await rm(join(host.prefix, name));
    }
    await writeFile(join(host.prefix, 'var'), '');
    await refused(t, host, shell, one, `${join(host.prefix, 'var')} is not a folder`);
    await rm(join(host.prefix, 'var'));
    await mkdir(join(host.prefix, 'var'));
    await chmod(join(host.prefix, 'var'), 0o777);
    await refused(t, host, shell, one, `${join(host.prefix, 'var')} can be written by everyone: chmod o-w`);
    await chmod(join(host.prefix, 'var'), 0o700);
    ok(t, await host.run(shell, one, ['deploy']));
  });

  test(`${shell.name}: a parent that everyone can write to is refused; with the sticky bit, as /tmp has, it is none`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    const parent = join(host.folder, 'open');
    await mkdir(parent);
    await chmod(parent, 0o777);
    const prefix = join(parent, 'srv');
    await refused(
      t,
      host,
      shell,
      one,
      `${parent}, above demo's folders, can be written by everyone: chmod o-w ${parent}`,
      {prefix},
    );
    await chmod(parent, 0o1777);
    ok(t, await host.run(shell, one, ['deploy'], {prefix}));
  });

  testWith(asRoot)(`${shell.name}: folders and parents of someone else are refused`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    const parent = join(host.folder, 'theirs');
    await mkdir(parent);
    await chown(parent, 65534, 65534);
    await refused(t, host, shell, one, `${parent}, above demo's folders, belongs to user 65534, who can replace them`, {
      prefix: join(parent, 'srv'),
    });
    await mkdir(join(host.prefix, 'releases'), {recursive: true});
    await chown(join(host.prefix, 'releases'), 65534, 65534);
    await refused(t, host, shell, one, `${join(host.prefix, 'releases')} belongs to user 65534, not to root: chown it`);
  });

  test(`${shell.name}: a link in the place of current is followed by none, and a folder there is not replaced`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    const two = await host.script({version: '1.1.0'});
    ok(t, await host.run(shell, one, ['deploy']));
    const current = join(host.prefix, 'current');
    await rename(current, join(host.prefix, 'kept'));
    await mkdir(current);
    const ran = ok(t, await host.run(shell, two, ['deploy']), 1);
    t.regex(ran.stderr, /current is not a link: move it away/);
    await rm(current, {recursive: true});
    await symlink(host.folder, current);
    ok(t, await host.run(shell, two, ['deploy']));
    t.is(await host.current(), '1.1.0');
    t.false((await readdir(host.folder)).includes('current'), 'the link was followed');
  });

  test(`${shell.name}: all that is wrong with a host is said at once, each with what to do`, async (t) => {
    const host = await makeHost();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    t.teardown(() => void server.close());
    await mkdir(join(host.prefix, 'var'), {recursive: true});
    await chmod(join(host.prefix, 'var'), 0o777);
    const script = await host.script({
      version: '1.0.0',
      serviceUser: 'no-such-user',
      data: `each_system() { "$@" pdf cfgc-no-such-program; }
each_input() { "$@" CFGC_TEST_INPUT no ''; }
each_service() { "$@" web 10 x yes 5 '' 'tcp://127.0.0.1:${port}'; }
each_secret() { "$@" admin file '${host.folder}/no-such-secret' no; }`,
      instead: 'preflight_needs() { echo 999999999999; }',
    });
    const before = await there(host);
    const ran = ok(t, await host.run(shell, script, ['deploy'], {env: {PYTHON: '/bin/false'}}), 78);
    for (const reason of [
      /there is no user no-such-user, as whom the services run: useradd /,
      /var can be written by everyone: chmod o-w /,
      /MiB free, a release needs about \d+ MiB: /,
      /no cpython 3\.\d+ found: install it, or name one with PYTHON=/,
      new RegExp(`port ${port}, which service web wants, is in use: stop what listens there`),
      /no program cfgc-no-such-program on the PATH, for pdf: install it/,
      /the environment variable CFGC_TEST_INPUT is not set, and the release wants it: CFGC_TEST_INPUT=/,
      /no-such-secret/,
    ])
      t.regex(ran.stderr, reason);
    t.regex(ran.stderr, /this host is unfit for demo 1\.0\.0: \d+ to put right; nothing was changed/);
    t.deepEqual(await there(host), before, 'something was changed');
  });
}

import {existsSync} from 'node:fs';
import {chmod, copyFile, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeHost, testShells} from '../harness/shell.js';
import {execute, findPython} from '../harness/tools.js';

const isRoot = process.getuid?.() === 0;

for (const shell of testShells()) {
  if (!isRoot) {
    test.skip(`${shell.name}: a Python that the services can not run [skipped: not root]`, (t) => t.pass());
    continue;
  }
  test(`${shell.name}: a Python that the services can not run is named, with the folder that is closed`, async (t) => {
    const host = await makeHost();
    const {closed, python} = await closedPython(t);
    const ask = async (mode: number, user: string): Promise<string> => {
      await chmod(closed, mode);
      const release = {version: '1.0.0', serviceUser: user};
      const ran = await host.call(shell, 'preflight_reach', {release, env: {PYTHON: python}});
      return ran.stdout + ran.stderr;
    };
    t.is(
      await ask(0o700, 'nobody'),
      `nobody, as whom the services run, can't run ${python} (no access to ${closed}): ` +
        'install Python where everyone may run it, or name another with PYTHON=/path/to/python\n',
    );
    // The interpreter's own folder may be closed too: only this one must not be blamed.
    t.false((await ask(0o755, 'nobody')).includes(`access to ${closed}`), 'an open folder is no fault');
    t.is(await ask(0o700, 'root'), '');
  });

  test(`${shell.name}: a Python later on the PATH is taken where the services can not run the first`, async (t) => {
    const host = await makeHost();
    const {closed, python} = await closedPython(t);
    const open = await openFolder(t, 'open');
    // Asked which interpreter it is, it names itself; a copy of a real one would want that one's library.
    const other = join(open, basename(python));
    await writeFile(other, '#!/bin/sh\nprintf "%s\\n" "$0"\n', {mode: 0o755});
    const ask = async (body: string, path: string): Promise<string> => {
      const release = {version: '1.0.0', serviceUser: 'nobody'};
      const ran = await host.call(shell, `PATH=${path}\n${body}`, {release, env: {PYTHON: ''}});
      return ran.stdout + ran.stderr;
    };
    const passed = `nobody, as whom the services run, can't run ${python} (no access to ${closed})`;
    const chosen = 'environment_find_python\nprintf "%s\\n" "$HOST_PYTHON"\npreflight_passed_over\npreflight_reach';
    t.is(await ask(chosen, `${closed}:${open}:$PATH`), `${other}\n${passed}: ${other} is taken\n`);
    t.is(await ask(chosen, `${open}:${closed}:$PATH`), `${other}\n`);
  });
}

for (const shell of testShells()) {
  test(`${shell.name}: a service with a user of its own wants root, and that user`, async (t) => {
    const host = await makeHost();
    const ask = async (settings: string): Promise<readonly string[]> => {
      const ran = await host.call(shell, `${settings}\npreflight_problems`);
      return ran.stdout.split('\n').filter((line) => / is to run/.test(line));
    };
    const plain = 'id() { case $*:$# in -u:1) echo 54321 ;; *) command id "$@" ;; esac; }\nDEPLOYER=jane';
    const users = "PROGRAM_USERS='daemon nosuchuser'";
    const missing =
      'there is no user nosuchuser, as whom a service is to run: make the account, or take `user` out of that service';
    t.deepEqual(await ask(`${plain}\nSERVICES=supervisor ${users}`), [
      "jane is not root, and a supervisord of jane can't start the service that is to run as daemon: " +
        'run the script as root, or take `user` out of that service',
      missing,
    ]);
    t.deepEqual(
      await ask(`id() { case $*:$# in -u:1) echo 0 ;; *) command id "$@" ;; esac; }\nSERVICES=supervisor ${users}`),
      [missing],
    );
    t.deepEqual(await ask(`${plain}\nSERVICES=supervisor PROGRAM_USERS=`), []);
  });
}

/** A folder that everyone may enter. Not in TMPDIR, which may itself be closed to others: then that would be the place that is named. */
async function openFolder(t: ExecutionContext, name: string): Promise<string> {
  const folder = await mkdtemp(`/tmp/cfgc-${name}-`);
  t.teardown(() => rm(folder, {recursive: true, force: true}));
  await chmod(folder, 0o755);
  return folder;
}

/** A Python of the wanted version in a folder that root alone may enter: a copy, for a link would lead to the real one. */
async function closedPython(t: ExecutionContext): Promise<{closed: string; python: string}> {
  const closed = await openFolder(t, 'closed');
  await chmod(closed, 0o700);
  const {path, version} = await findPython();
  const real = await execute([path, '-c', 'import os, sys; print(os.path.realpath(sys.executable))']);
  const python = join(closed, `python${version.split('.').slice(0, 2).join('.')}`);
  await copyFile(real.stdout.trim(), python);
  return {closed, python};
}

for (const shell of testShells()) {
  test(`${shell.name}: a program that a part runs from the system is looked for, in sbin too`, async (t) => {
    const host = await makeHost();
    const data = `each_system() {
    "$@" cache no-such-program-here || return
    "$@" admin chroot
}`;
    const ran = await host.call(shell, 'PATH=/usr/bin:/bin; each_system preflight_system', {
      release: {version: '1.0.0', data},
    });
    t.is(
      ran.stdout,
      'no program no-such-program-here on the PATH, for cache: install it, or name another under [system]\n',
    );
  });
}

for (const shell of testShells()) {
  test(`${shell.name}: a port that the release before has is no stranger's, whatever is asked there`, async (t) => {
    const ask = async (ours: string): Promise<string> => {
      const host = await makeHost();
      const ran = await host.call(
        shell,
        `mkdir -p "$RELEASES/1.0.0/etc" && ln -s releases/1.0.0 "$CURRENT"
printf 'ready one unix:///run/8081\\nready one ${ours}\\n' >"$CURRENT/etc/services"
preflight_listens() { :; }
each_service() { "$@" one 10 f2 yes 1 '' 'http://127.0.0.1:8081/Plone' || return; }
preflight_ports`,
      );
      return ran.stdout + ran.stderr;
    };
    t.is(await ask('tcp://127.0.0.1:8081'), '');
    t.is(await ask('http://127.0.0.1:8081/'), '');
    t.regex(await ask('tcp://127.0.0.1:8082'), /^port 8081, which service one wants, is in use: /);
  });
}

for (const shell of testShells()) {
  test(`${shell.name}: a secret that can't be made where it should lie is told before anything is changed`, async (t) => {
    const host = await makeHost();
    const data = 'each_secret() { "$@" admin file "$PREFIX.secrets/admin" yes || return; }';
    const ask = async (instead: string): Promise<string> => {
      const ran = await host.call(shell, 'DEPLOYER=jane; each_secret secret_problem', {
        release: {version: '1.0.0', data, instead},
      });
      return ran.stdout + ran.stderr;
    };
    t.is(await ask(''), '');
    // Root may write everywhere: a folder that is none stands for one that is closed.
    t.is(
      await ask('preflight_above() { echo /closed; }'),
      `secret admin: jane can't make ${host.prefix}.secrets/admin (no access to /closed): ` +
        'run as root, or give it another place under [secrets]\n',
    );
  });

  test(`${shell.name}: a developer is told that the own account will do`, async (t) => {
    const host = await makeHost();
    const ask = async (profile: 'prod' | 'dev'): Promise<string> => {
      const release = {version: '1.0.0', profile, serviceUser: 'no-such-user'};
      return (await host.call(shell, 'DEPLOYER=jane; preflight_users', {release})).stdout.split('\n')[0]!;
    };
    t.regex(await ask('dev'), /nologin no-such-user; or write `user = jane` and `group = \S+` under \[release\]$/);
    t.regex(await ask('prod'), /nologin no-such-user$/);
  });
}

for (const shell of testShells()) {
  test(`${shell.name}: a host without a syslog socket is warned of, where the release logs there`, async (t) => {
    const host = await makeHost();
    const said = async (enabled: string): Promise<string> =>
      (await host.call(shell, `SYSLOG_ENABLED=${enabled}; preflight_syslog`)).stderr;
    t.is(await said('no'), '');
    t.is(/^warning: there is no \/dev\/log on this host/.test(await said('yes')), !existsSync('/dev/log'));
  });
}

import {chmod, copyFile, mkdtemp, rm} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
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
    // Not in TMPDIR, which may itself be closed to others: then that would be the folder that is named.
    const closed = await mkdtemp('/tmp/cfgc-closed-');
    t.teardown(() => rm(closed, {recursive: true, force: true}));
    const python = join(closed, 'python3');
    // A copy: a link would lead to the real one.
    const real = await execute([
      (await findPython()).path,
      '-c',
      'import os, sys; print(os.path.realpath(sys.executable))',
    ]);
    await copyFile(real.stdout.trim(), python);
    const ask = async (mode: number, user: string): Promise<string> => {
      await chmod(closed, mode);
      const release = {version: '1.0.0', serviceUser: user};
      const ran = await host.call(shell, 'preflight_reach', {release, env: {PYTHON: python}});
      return ran.stdout + ran.stderr;
    };
    t.is(
      await ask(0o700, 'nobody'),
      `nobody, as whom the services run, has no access to ${closed}, so it can not run ${python}: ` +
        'install Python where everyone may run it, or name another with PYTHON=/path/to/python\n',
    );
    // The interpreter's own folder may be closed too: only this one must not be blamed.
    t.false((await ask(0o755, 'nobody')).includes(`access to ${closed}`), 'an open folder is no fault');
    t.is(await ask(0o700, 'root'), '');
  });
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

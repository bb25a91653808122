import {chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeHost, testShells} from '../harness/shell.js';
import {findProgram, type Ran} from '../harness/tools.js';

function ok(t: ExecutionContext, ran: Ran, status = 0): Ran {
  t.is(ran.status, status, ran.stdout + ran.stderr);
  return ran;
}

for (const shell of testShells()) {
  test(`${shell.name}: a second deploy says unchanged, and touches nothing`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    ok(t, await host.run(shell, one, ['check']), 2);
    ok(t, await host.run(shell, one, ['deploy', '--detailed-exitcode']), 2);
    const journal = await readFile(join(host.prefix, '.cfgc/journal.jsonl'), 'utf8');
    const before = await stat(join(host.prefix, 'releases'));
    const again = ok(t, await host.run(shell, one, ['deploy', '--detailed-exitcode']));
    t.is(again.stderr, 'unchanged: release 1.0.0 is deployed\n');
    ok(t, await host.run(shell, one, ['check']));
    t.is(await readFile(join(host.prefix, '.cfgc/journal.jsonl'), 'utf8'), journal);
    t.is((await stat(join(host.prefix, 'releases'))).mtimeMs, before.mtimeMs);
  });

  test(`${shell.name}: rollback follows the history: A, B, C, D fails, then B, then A, then nothing; C by name`, async (t) => {
    const host = await makeHost();
    const scripts = [];
    for (const version of ['1.0.0', '1.10.0', '1.9.0']) {
      scripts.push(await host.script({version, keep: 5}));
      ok(t, await host.run(shell, scripts.at(-1)!, ['deploy']));
    }
    const failing = await host.script({version: '2.0.0', instead: 'environment_build() { return 1; }'});
    ok(t, await host.run(shell, failing, ['deploy']), 1);
    t.is(await host.current(), '1.9.0');
    const last = scripts[2]!;
    ok(t, await host.run(shell, last, ['rollback']));
    t.is(await host.current(), '1.10.0');
    ok(t, await host.run(shell, last, ['rollback']));
    t.is(await host.current(), '1.0.0');
    const nothing = ok(t, await host.run(shell, last, ['rollback']), 1);
    t.regex(nothing.stderr, /no release was active before 1\.0\.0/);
    ok(t, await host.run(shell, last, ['rollback', '1.9.0']));
    t.is(await host.current(), '1.9.0');
    const unfinished = ok(t, await host.run(shell, last, ['rollback', '2.0.0']), 1);
    t.regex(unfinished.stderr, /missing, unfinished or bad/);
  });

  test(`${shell.name}: where nothing was deployed, nothing is made by what only takes away`, async (t) => {
    const host = await makeHost();
    const script = await host.script({version: '1.0.0'});
    const commands = [
      ['rollback'],
      ['prune'],
      ['uninstall'],
      ['pin', '1.0.0'],
      ['unpin', '1.0.0'],
      ['run', 'x'],
      ['status'],
      ['list'],
    ];
    for (const command of commands) {
      const ran = await host.run(shell, script, command);
      if (!['status', 'list'].includes(command[0]!)) {
        t.is(ran.status, 1, command.join(' '));
        t.regex(ran.stderr, /nothing of \S+ is in \S+: there is nothing to /, command.join(' '));
      }
      await t.throwsAsync(stat(host.prefix), {code: 'ENOENT'}, command.join(' '));
    }
  });

  test(`${shell.name}: keep counts complete releases: after five failed deploys both good ones are there`, async (t) => {
    const host = await makeHost();
    for (const version of ['1.0.0', '1.1.0']) {
      ok(t, await host.run(shell, await host.script({version, keep: 2}), ['deploy']));
    }
    let last = '';
    for (const number of [1, 2, 3, 4, 5]) {
      last = await host.script({version: `2.${number}.0`, keep: 2, instead: 'entry_configure() { return 1; }'});
      ok(t, await host.run(shell, last, ['deploy']), 1);
    }
    ok(t, await host.run(shell, last, ['prune']));
    t.deepEqual((await readdir(join(host.prefix, 'releases'))).sort(), ['1.0.0', '1.1.0']);
    ok(t, await host.run(shell, last, ['rollback']));
    t.is(await host.current(), '1.0.0');
  });

  test(`${shell.name}: prune never takes current, the one before, a pinned one, or one that a process runs from`, async (t) => {
    const host = await makeHost();
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0']) {
      ok(t, await host.run(shell, await host.script({version, keep: 9}), ['deploy']));
    }
    const script = await host.script({version: '1.4.0', keep: 1});
    ok(t, await host.run(shell, script, ['pin', '1.0.0']));
    const ran = await host.call(
      shell,
      `settings; KEEP=1
       sleep_there() { exec sh -c 'sleep 60; :' "$RELEASES/1.1.0/lib/app"; }
       sleep_there >/dev/null 2>&1 &
       there=$!
       while [ -z "$(release_processes 1.1.0)" ]; do :; done
       prune_candidates
       kill "$there"`,
      {release: {version: '1.4.0', keep: 1}},
    );
    t.is(ran.stdout, '', ran.stderr);
    t.regex(ran.stderr, /1\.1\.0 would be deleted, but processes run from it/);
    ok(t, await host.run(shell, script, ['unpin', '1.0.0']));
    const dry = ok(t, await host.run(shell, script, ['prune', '--dry-run']));
    t.deepEqual(dry.stdout.split('\n').sort(), [
      '',
      'release 1.0.0: more than the 1 that are kept',
      'release 1.1.0: more than the 1 that are kept',
    ]);
    // What a release compiled for itself goes with it; a link in the services' folder leads nowhere.
    const cache = join(host.prefix, 'var/cache');
    for (const name of ['1.1.0', '1.2.0', 'ours']) await mkdir(join(cache, name), {recursive: true});
    await symlink('../../releases', join(cache, '1.0.0'));
    ok(t, await host.run(shell, script, ['prune']));
    t.deepEqual((await readdir(cache)).sort(), ['1.0.0', '1.2.0', 'ours']);
    await rename(cache, join(host.prefix, 'elsewhere'));
    await symlink(join(host.prefix, 'elsewhere'), cache);
    const led = await host.call(shell, 'release_remove_cache 1.2.0', {release: {version: '1.4.0'}});
    t.is(led.status, 0, led.stderr);
    t.deepEqual((await readdir(join(host.prefix, 'elsewhere'))).sort(), ['1.0.0', '1.2.0', 'ours']);
  });

  test(`${shell.name}: a command after the switch that fails brings the release before back`, async (t) => {
    const host = await makeHost();
    ok(t, await host.run(shell, await host.script({version: '1.0.0'}), ['deploy']));
    const instead = 'entry_commands() { [ "$1" != after-switch ] || [ "$RELEASE_ID" = 1.0.0 ] || return 3; }';
    const failing = await host.script({version: '1.1.0', instead});
    const ran = ok(t, await host.run(shell, failing, ['deploy']), 30);
    t.regex(ran.stderr, /1\.0\.0 is back/);
    t.is(await host.current(), '1.0.0');
    // Of a release that was verified it is no reason to go back.
    const later = await host.script({version: '1.2.0'});
    ok(t, await host.run(shell, later, ['deploy']));
    ok(t, await host.run(shell, await host.script({version: '1.2.0', instead}), ['restart']), 3);
    t.is(await host.current(), '1.2.0');
  });

  test(`${shell.name}: the same version with other content is refused in prod, and has a name of its own in dev`, async (t) => {
    const host = await makeHost();
    ok(t, await host.run(shell, await host.script({version: '1.0.0', config: 'a\n'}), ['deploy']));
    const other = await host.script({version: '1.0.0', config: 'b\n'});
    const refused = ok(t, await host.run(shell, other, ['deploy']), 1);
    t.regex(refused.stderr, /on this host with other content/);
    t.is(await readFile(join(host.prefix, 'current/etc/app.conf'), 'utf8'), 'a\n');
    const dev = await host.script({version: '1.0.0', config: 'b\n', profile: 'dev'});
    ok(t, await host.run(shell, dev, ['deploy']));
    t.regex((await host.current())!, /^1\.0\.0\+[0-9a-f]{8}$/);
    t.is(await readFile(join(host.prefix, 'current/etc/app.conf'), 'utf8'), 'b\n');
    ok(t, await host.run(shell, dev, ['check']));
  });

  test(`${shell.name}: an unfinished release of a killed run is made anew`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    await mkdir(join(host.prefix, 'releases/1.0.0/lib'), {recursive: true});
    await writeFile(join(host.prefix, 'releases/1.0.0/lib/half'), 'half');
    const ran = ok(t, await host.run(shell, one, ['deploy']));
    t.regex(ran.stderr, /unfinished, from a run before/);
    await t.throwsAsync(stat(join(host.prefix, 'current/lib/half')));
  });

  test(`${shell.name}: a release that fails its gate is bad: the one before comes back, prune keeps the evidence`, async (t) => {
    const host = await makeHost();
    ok(t, await host.run(shell, await host.script({version: '1.0.0'}), ['deploy']));
    const broken = await host.script({
      version: '1.1.0',
      instead: 'health_checks() { log_error "no answer"; return 1; }',
    });
    const ran = ok(t, await host.run(shell, broken, ['deploy']), 30);
    t.is(await host.current(), '1.0.0', ran.stderr);
    const listed = ok(t, await host.run(shell, broken, ['list']));
    t.regex(listed.stdout, /1\.0\.0 +active/);
    t.regex(listed.stdout, /1\.1\.0 +bad/);
    const back = ok(t, await host.run(shell, broken, ['rollback', '1.1.0']), 1);
    t.regex(back.stderr, /missing, unfinished or bad/);
    // The cause lay elsewhere: the same release is tried again.
    const cured = await host.script({version: '1.1.0'});
    ok(t, await host.run(shell, cured, ['deploy']));
    t.is(await host.current(), '1.1.0');
  });

  test(`${shell.name}: each step is a command, and what is done already says so`, async (t) => {
    const host = await makeHost();
    const one = await host.script({version: '1.0.0'});
    const steps = ok(t, await host.run(shell, one, ['steps']))
      .stdout.trim()
      .split('\n');
    t.true(steps.length >= 10);
    for (const step of [
      'setup',
      'preflight',
      'backup',
      'build',
      'configure',
      'permissions',
      'complete',
      'switch',
      'restart',
      'verify',
    ]) {
      ok(t, await host.run(shell, one, [step]));
    }
    t.is(await host.current(), '1.0.0');
    ok(t, await host.run(shell, one, ['check']));
    t.regex(ok(t, await host.run(shell, one, ['build'])).stderr, /nothing to build/);
  });
}

const [shell] = testShells();

test('a command that is killed while a release is completed leaves none that looks complete', async (t) => {
  const host = await makeHost();
  const script = await host.script({version: '1.0.0'});
  const bin = join(host.folder, 'bin');
  await mkdir(bin);
  // They work in the release's own folder: of a pipe any of them may be cut off, and so may what it prints.
  for (const name of ['awk', 'cat', 'find', 'ls', 'mv', 'openssl', 'sha256sum', 'sort']) {
    if (name === 'openssl' && !findProgram(name)) continue;
    const shim = join(bin, name);
    const text = `#!/bin/sh\ncase $PWD in */releases/1.0.0) kill -KILL $$ ;; esac\nexec ${findProgram(name)} "$@"\n`;
    await writeFile(shim, text);
    await chmod(shim, 0o755);
    const env = {PATH: `${bin}${delimiter}${process.env.PATH}`};
    const ran = ok(t, await host.run(shell!, script, ['deploy'], {env}), 1);
    t.regex(ran.stderr, /^error: (?!deploy failed)/m, name);
    await t.throwsAsync(stat(join(host.prefix, 'releases/1.0.0/.complete')), {code: 'ENOENT'}, name);
    await rm(shim);
  }
  ok(t, await host.run(shell!, script, ['deploy']));
  ok(t, await host.run(shell!, script, ['verify']));
});

test('a release whose Python is killed as it is asked what it is does not become complete, and the next deploy completes it', async (t) => {
  const host = await makeHost();
  const script = await host.script({
    version: '1.0.0',
    instead: `environment_build() {
mkdir -p "$VENV/bin"
printf '#!/bin/sh\\n[ -n "\${CALM:-}" ] || kill -KILL $$\\necho 3.11.7 /usr/bin/python3.11\\n' >"$VENV/bin/python"
chmod 755 "$VENV/bin/python"
}`,
  });
  const ran = ok(t, await host.run(shell!, script, ['deploy']), 1);
  t.regex(ran.stderr, /^error: \S+\/bin\/python does not say which Python it is$/m);
  const mark = join(host.prefix, 'releases/1.0.0/.complete');
  await t.throwsAsync(stat(mark), {code: 'ENOENT'});
  ok(t, await host.run(shell!, script, ['deploy'], {env: {CALM: 'yes'}}));
  t.regex(await readFile(mark, 'utf8'), /^python=3\.11\.7 \/usr\/bin\/python3\.11$/m);
});

test('a command that is killed gives its step status 1, and a deploy after it comes to its end', async (t) => {
  const host = await makeHost();
  const script = await host.script({
    version: '1.0.0',
    instead: 'entry_check() {\n[ -n "${CALM:-}" ] || sh -c "kill -KILL \\$\\$"\n}',
  });
  const ran = ok(t, await host.run(shell!, script, ['deploy']), 1);
  t.regex(ran.stderr, /deploy failed in step complete with status 1;/);
  ok(t, await host.run(shell!, script, ['deploy'], {env: {CALM: 'yes'}}));
});

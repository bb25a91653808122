/** Commands of the profile: what becomes of their words. */
import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {makeHost, testShells} from '../harness/shell.js';

/** The host's log, as a file beside the prefix. */
const syslog = `
syslog_init() { LOG_SYSLOG=yes; }
syslog_write() { printf '%s %s\\n' "$1" "$2" >>"$PREFIX.syslog"; }`;

function commandData(when: string, stopOnError: 'yes' | 'no', source: string): string {
  return `
each_command() {
    "$@" 'upgrade' ${when} sh ${stopOnError} <<'END' || return
${source}
END
}`;
}

for (const shell of testShells()) {
  test(`${shell.name}: the last words of a command that fails after the switch are in the log, and hold no secret`, async (t) => {
    const host = await makeHost();
    const first = await host.run(shell, await host.script({version: '1.0.0'}), ['deploy']);
    t.is(first.status, 0, first.stderr);
    const data = `${commandData(
      'after-switch',
      'yes',
      `i=0; while [ "$i" -lt 30 ]; do i=$((i + 1)); echo "row $i"; done
ls -l ../../.cfgc/command.log >"$PWD.mode"
echo "connected with canary-of-the-test, PASSWORD=guessed" >&2
exit 7`,
    )}
each_secret() { "$@" 'admin' env 'ADMIN_OF_TEST' no || return; }`;
    const script = await host.script({version: '1.1.0', data, instead: syslog});
    const ran = await host.run(shell, script, ['deploy'], {env: {ADMIN_OF_TEST: 'canary-of-the-test'}});
    t.is(ran.status, 30, ran.stderr);
    for (const line of ['row 1', 'row 30'])
      t.is(ran.stderr.split(`\n${line}\n`).length, 2, `${line} is on the screen, once`);
    const logged = await readFile(`${host.prefix}.syslog`, 'utf8');
    t.regex(
      logged,
      /^err upgrade: row 30\nerr upgrade: connected with \*\*\*, PASSWORD=\*\*\*\nerr error: command upgrade failed with status 7$/m,
    );
    t.notRegex(logged, /row 1\n|canary|guessed/);
    t.notRegex(await readFile(join(host.prefix, '.cfgc/last.log'), 'utf8'), /canary|guessed/);
    t.regex(await readFile(join(host.prefix, 'releases/1.1.0.mode'), 'utf8'), /^-rw-------/, 'nobody reads along');
    await t.throwsAsync(stat(join(host.prefix, '.cfgc/command.log')), {code: 'ENOENT'});
  });

  test(`${shell.name}: a command whose part says to go on is a warning, its words too`, async (t) => {
    const host = await makeHost();
    const data = commandData('build', 'no', 'echo no such table; exit 1');
    const ran = await host.run(shell, await host.script({version: '1.0.0', data, instead: syslog}), ['deploy']);
    t.is(ran.status, 0, ran.stderr);
    t.regex(
      await readFile(`${host.prefix}.syslog`, 'utf8'),
      /^warning upgrade: no such table\nwarning warning: command upgrade failed/m,
    );
  });

  test(`${shell.name}: a command's words are shown while it runs, and a daemon that it starts holds nothing up`, async (t) => {
    const host = await makeHost();
    const data = commandData(
      'after-switch',
      'yes',
      // It goes on when its first word was seen: at the latest after 20 s.
      `echo early
i=0; while [ ! -e "$PWD.seen" ] && [ "$i" -lt 20 ]; do i=$((i + 1)); sleep 1; done
[ -e "$PWD.seen" ] || exit 9
sleep 30 &
printf 'last, without an end of line'`,
    );
    const began = Date.now();
    const ran = await host.call(
      shell,
      `mkdir -p "$STATE" "$RELEASE"
{ entry_commands after-switch; printf '=%s\\n' "$?"; } 2>&1 | while IFS= read -r line; do
    [ "$line" != early ] || : >"$RELEASE.seen"
    printf '%s\\n' "$line"
done`,
      {release: {version: '1.0.0', data}},
    );
    t.is(ran.stdout, 'command upgrade\nearly\nlast, without an end of line=0\n', ran.stderr);
    t.true(Date.now() - began < 25_000);
  });

  test(`${shell.name}: what restarts the services of a profile leaves its last words in the log`, async (t) => {
    const host = await makeHost();
    const data = `each_service_command() { "$@" restart 'echo no such unit; kill -KILL $$' || return; }`;
    const ran = await host.call(shell, 'mkdir -p "$STATE"; LOG_SYSLOG=yes; service_command restart', {
      release: {version: '1.0.0', data, instead: syslog},
    });
    t.is(ran.status, 1);
    t.is(ran.stdout, '');
    t.regex(ran.stderr, /^no such unit$/m);
    const logged = await readFile(`${host.prefix}.syslog`, 'utf8');
    t.regex(
      logged,
      /^err services: restart: no such unit\n(.*Killed.*\n)?err error: services: restart failed with status 137: /,
    );
  });
}

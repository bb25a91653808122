import {existsSync, readFileSync} from 'node:fs';
import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {type Host, makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import type {Shell} from '../harness/tools.js';

const jobs = `each_schedule() {
    "$@" pack '0 3 * * 0' '/srv/demo/current/bin/zeopack >/dev/null 2>&1' || return
    "$@" stamp '@daily' 'echo \\%d  two blanks "$HOME" \\\\n'
}
`;

/** A crontab that keeps each user's table in a file and says what Debian's says. */
const fakeCrontab = `#!/bin/sh
user=self
[ "$1" != -u ] || { user=$2; shift 2; }
file=$FAKE_CRON/$user
case $1 in
-l) [ -f "$file" ] && exec cat "$file"; echo "no crontab for $user" >&2; exit 1 ;;
*) cat "$1" >"$file" ;;
esac
`;

interface Cron {
  readonly host: Host;
  readonly table: string;
  readonly folder: string;
  /** Records the jobs, makes the release current, and runs the body. */
  install(
    shell: Shell,
    data: string,
    how: 'root' | 'user',
    body?: string,
  ): Promise<{status: number; stderr: string; stdout: string}>;
}

async function cron(): Promise<Cron> {
  const host = await makeHost();
  const [bin, tables, folder] = [join(host.folder, 'fake'), join(host.folder, 'tables'), join(host.folder, 'cron.d')];
  await Promise.all([bin, tables, folder].map((path) => mkdir(path)));
  await writeFile(join(bin, 'crontab'), fakeCrontab);
  await chmod(join(bin, 'crontab'), 0o755);
  return {
    host,
    folder,
    table: join(tables, 'self'),
    install: (shell, data, how, body = 'crontab_install') =>
      host.call(
        shell,
        `PATH=${bin}:$PATH FAKE_CRON=${tables} CRON_FOLDER=${folder} SERVICE_USER=zope
         export FAKE_CRON
         ${how === 'user' ? 'id() { case $1 in -u) echo 1000 ;; *) command id "$@" ;; esac; }' : 'id() { case $1 in -u) echo 0 ;; *) command id "$@" ;; esac; }'}
         mkdir -p "$ETC" "$STATE" && schedule_record && ln -sfn "releases/$RELEASE_ID" "$CURRENT" || exit 9
         ${body}`,
        {release: {version: '1.0.0', data}},
      ),
  };
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const none = 'each_schedule() { :; }';
const block = (
  host: Host,
): string => `# BEGIN demo in ${host.prefix}: written by its release script, edit its configuration instead
# pack
0 3 * * 0\t/srv/demo/current/bin/zeopack >/dev/null 2>&1
# stamp
@daily\techo \\%d  two blanks "$HOME" \\\\n
# END demo in ${host.prefix}
`;

for (const shell of testShells()) {
  const test = testWith();

  test(`crontab: a block of the application's own, other lines untouched, in ${shell.name}`, async (t) => {
    const {host, table, install} = await cron();
    const theirs = 'MAILTO=ops@example.org\n\n# mine\n\t5 4 * * *  echo "a\\%b"  \n';
    await writeFile(table, theirs);
    const first = await install(shell, jobs, 'user');
    t.is(first.status, 0, first.stderr);
    t.is(read(table), theirs + block(host));
    t.is(read(join(host.prefix, '.cfgc/crontab.before')), theirs);
    t.is(
      (await install(shell, jobs, 'user', 'crontab_shown')).stdout.split('\n')[0],
      '0 3 * * 0\t/srv/demo/current/bin/zeopack >/dev/null 2>&1',
    );

    t.regex((await install(shell, jobs, 'user')).stderr, /the crontab is unchanged/);

    // In the middle of other lines it is replaced where it stands.
    await writeFile(table, `${read(table)}@hourly after\n`);
    await install(shell, jobs.replace('0 3', '30 4'), 'user');
    t.is(read(table), `${theirs}${block(host).replace('0 3', '30 4')}@hourly after\n`);

    await install(shell, none, 'user');
    t.is(read(table), `${theirs}@hourly after\n`);
  });

  test(`crontab: what it does not understand it leaves alone, in ${shell.name}`, async (t) => {
    const {host, table, install} = await cron();
    for (const odd of [block(host) + block(host), block(host).replace(/# END.*\n/, '')]) {
      await writeFile(table, odd);
      const ran = await install(shell, jobs.replace('0 3', '1 1'), 'user');
      t.is(ran.status, 1);
      t.regex(ran.stderr, /twice, or without its last line/);
      t.is(read(table), odd);
    }
    const broken = await install(
      shell,
      jobs,
      'user',
      'crontab() { echo "cannot open: Permission denied" >&2; return 1; }; crontab_install',
    );
    t.is(broken.status, 1);
    t.regex(broken.stderr, /can't be read: .*Permission denied/);
  });

  test(`crontab: root has a file of its own in cron.d, with the user, in ${shell.name}`, async (t) => {
    const {host, table, folder, install} = await cron();
    const first = await install(shell, jobs, 'root');
    t.is(first.status, 0, first.stderr);
    const text = read(join(folder, 'demo'));
    t.regex(text, /\n0 3 \* \* 0\tzope\t\/srv\/demo\/current\/bin\/zeopack >\/dev\/null 2>&1\n/);
    t.regex(text, /\n@daily\tzope\techo \\%d {2}two blanks "\$HOME" \\\\n\n/);
    t.is(read(table), '');
    t.regex((await install(shell, jobs, 'root')).stderr, /jobs of cron are unchanged/);
    await install(shell, none, 'root');
    t.false(existsSync(join(folder, 'demo')));

    await writeFile(join(folder, 'demo'), '* * * * * root theirs\n');
    const problems = await install(shell, jobs, 'root', 'crontab_problems');
    t.regex(problems.stdout, /cron\.d\/demo has other jobs \("\* \* \* \* \* root theirs"\)/);
    t.is((await install(shell, none, 'root', 'schedule_problems')).stdout, '');
    const refused = await install(shell, jobs, 'root');
    t.is(refused.status, 1);
    t.regex(refused.stderr, /belongs to something else/);
    t.is(read(join(folder, 'demo')), '* * * * * root theirs\n');
    t.truthy(host);
  });
}

testWith()('crontab: a job of two lines is refused before the switch', async (t: ExecutionContext) => {
  const {install} = await cron();
  const ran = await install(testShells()[0]!, `each_schedule() { "$@" one '0 3 * * *' 'a\nb'; }`, 'user');
  t.is(ran.status, 9);
  t.regex(ran.stderr, /job one has a newline/);
});

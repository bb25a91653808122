/**
 * The table of permissions on a real host: as root, with a real user for the services. What each class gets whatever the umask
 * was; what the service and what a stranger can do; drift, said in the manner of `rpm -V`, and repaired alone.
 */
import {chmod, chown, lstat, mkdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {defaultPermissions} from '../../compiler/settings/permissions.js';
import {type FakeRelease, type Host, makeHost, testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {execute, findProgram, needsProgram, type Ran, type Shell} from '../harness/tools.js';

// Users that every system has, with groups of their own.
const service = 'daemon';
const stranger = 'nobody';

const asRoot = process.getuid?.() === 0 ? needsProgram('setpriv') : 'not root: no user can be changed';

/** The default table, as the emitter writes it, and something of each class. */
const data = `each_permission() {
${Object.entries(defaultPermissions)
  .map(
    ([name, {owner, group, file, executable, directory}]) =>
      `    "$@" ${name} ${owner} ${group} ${file} ${executable} ${directory} || return`,
  )
  .join('\n')}
}
each_environment() { "$@" main; }
each_directory() {
    "$@" data "$DATA/filestorage" '' '' || return
    "$@" blobs "$DATA/blobs" '' '' || return
    "$@" run "$RUN/sockets" '' '' || return
    "$@" log "$LOG/access" '' '' || return
    "$@" backups "$BACKUPS/main" '' '' || return
    "$@" code "$SHARE/open" 0755 ''
}
each_file() {
    "$@" etc "$ETC/app.conf" '' no '' <<CONFIG || return
[app]
version = $VERSION
CONFIG
    "$@" secret "$ETC/secret.conf" '' no '' <<'CONFIG' || return
password = canary
CONFIG
    "$@" code "$SHARE/tool" '' yes '' <<'TOOL' || return
#!/bin/sh
TOOL
    "$@" data "$DATA/settings.ini" '' no '' <<'CONFIG' || return
[data]
CONFIG
    "$@" bin "$BIN/hello" '' yes '' <<'HELLO'
#!/bin/sh
echo hello
HELLO
}`;

/** Path below PREFIX, who has it, and its mode; R is the release. One row a class and kind. */
const table: readonly (readonly [string, string, string])[] = [
  ['.', 'root:root', '755'],
  ['releases', 'root:root', '755'],
  ['R', 'root:root', '755'],
  ['R/bin', 'root:root', '770'],
  ['R/bin/hello', 'root:root', '770'],
  ['R/lib', 'root:service', '750'],
  ['R/share', 'root:service', '750'],
  ['R/share/tool', 'root:service', '750'],
  ['R/share/open', 'root:service', '755'],
  ['R/lib/venv/bin', 'root:service', '750'],
  ['R/lib/venv/pyvenv.cfg', 'root:service', '640'],
  ['R/lib/venv/bin/activate', 'root:service', '640'],
  ['R/etc', 'root:service', '750'],
  ['R/etc/app.conf', 'root:service', '640'],
  ['R/etc/secret.conf', 'root:service', '640'],
  ['R/MANIFEST', 'root:service', '640'],
  ['var', 'service:service', '700'],
  ['var/settings.ini', 'service:service', '600'],
  ['var/filestorage', 'service:service', '700'],
  ['var/blobs', 'service:service', '700'],
  ['var/log', 'service:service', '700'],
  ['var/log/access', 'service:service', '700'],
  ['run', 'service:service', '700'],
  ['run/sockets', 'service:service', '700'],
  ['backups', 'root:root', '700'],
  ['backups/main', 'root:root', '700'],
  ['.cfgc/cache', 'root:root', '700'],
];

const release: FakeRelease = {
  version: '1.0.0',
  serviceUser: service,
  serviceGroup: service,
  data,
  // The interpreter of a test machine may lie in root's own home.
  instead: 'preflight_reach() { :; }',
};

function ok(t: ExecutionContext, ran: Ran, status = 0): Ran {
  t.is(ran.status, status, ran.stdout + ran.stderr);
  return ran;
}

/** A host that the service can get to, with the release deployed under a umask. */
async function deployed(t: ExecutionContext, shell: Shell, umask: string, more: Partial<FakeRelease> = {}) {
  const host = await makeHost();
  await chmod(host.folder, 0o755);
  const script = await host.script({...release, ...more});
  const ran = await host.run(shell, script, ['deploy'], {under: ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']});
  ok(t, ran);
  return {host, script};
}

/** Runs it as that user, with no group but its own. */
function as(user: string, command: readonly string[], cwd = '/'): Promise<Ran> {
  return execute(
    ['setpriv', '--reuid', user, '--regid', user === stranger ? 'nogroup' : user, '--clear-groups', ...command],
    {
      cwd,
    },
  );
}

async function listed(host: Host): Promise<string> {
  const {stdout} = await execute(['find', '.', '-printf', '%M %u %g %p\n'], {cwd: host.prefix});
  return stdout.split('\n').sort().join('\n');
}

for (const shell of testShells()) {
  testWith(asRoot)(`${shell.name}: each class has its owner and mode, under any umask`, async (t) => {
    const lists: string[] = [];
    for (const umask of ['000', '022', '077']) {
      const {host} = await deployed(t, shell, umask);
      for (const [path, owner, mode] of table) {
        const place = join(host.prefix, path.replace(/^R/, 'releases/1.0.0'));
        const {stdout} = await execute(['stat', '-c', '%U:%G %a', place]);
        t.is(stdout.trim(), `${owner.replaceAll('service', service)} ${mode}`, `${path} under umask ${umask}`);
      }
      lists.push(await listed(host));
    }
    t.is(lists[0], lists[1], 'umask 000 and 022');
    t.is(lists[1], lists[2], 'umask 022 and 077');
  });

  testWith(asRoot)(
    `${shell.name}: the service writes its data and not its code; a stranger reads neither data nor secrets`,
    async (t) => {
      const {host, script} = await deployed(t, shell, '022');
      ok(t, await host.run(shell, await host.script({...release, version: '1.1.0'}), ['deploy']));
      const {prefix} = host;
      const writable = await as(service, ['find', prefix, '!', '-type', 'l', '-writable']);
      t.deepEqual(
        writable.stdout.trim().split('\n').sort(),
        [
          'run',
          'run/sockets',
          'var',
          'var/blobs',
          'var/filestorage',
          'var/log',
          'var/log/access',
          'var/settings.ini',
        ].map((path) => join(prefix, path)),
      );
      const allowed = async (user: string, text: string) =>
        (await as(user, ['sh', '-c', text, 'sh', prefix])).status === 0;
      t.true(await allowed(service, 'cat "$1/current/etc/app.conf" "$1/current/etc/secret.conf"'));
      t.true(await allowed(service, 'echo data >"$1/var/filestorage/Data.fs"'));
      for (const text of [
        'echo code >>"$1/current/share/tool"',
        'echo code >"$1/current/lib/new"',
        'mv "$1/current" "$1/other"',
        'rm -f "$1/current"',
        'mv "$1/releases/1.0.0" "$1/releases/gone"',
        'ls "$1/backups"',
        'ls "$1/.cfgc/cache"',
        ': >"$1/.cfgc/journal.jsonl"',
      ])
        t.false(await allowed(service, text), text);
      // What a stranger can read: folders on the way and links, no file of a release, nothing of data, logs, pids and backups.
      const readable = await as(stranger, ['find', prefix, '-type', 'f', '-readable']);
      t.deepEqual(
        readable.stdout
          .trim()
          .split('\n')
          .filter((path) => !path.startsWith(join(prefix, '.cfgc/')))
          .sort(),
        ['1.0.0', '1.1.0'].map((id) => join(prefix, 'releases', id, '.complete')),
      );
      t.notRegex(readable.stdout, /last\.log|secret|owner/);
      for (const place of ['current/etc', 'current/bin', 'current/lib', 'var', 'run', 'backups', 'var/log'])
        t.false(await allowed(stranger, `ls "$1/${place}"`), place);
      ok(t, await host.run(shell, script, ['verify']));
    },
  );

  testWith(asRoot)(`${shell.name}: drift is one line for each path, and verify --fix repairs that alone`, async (t) => {
    const {host, script} = await deployed(t, shell, '022');
    const place = (path: string) => join(host.prefix, path);
    const outside = join(host.folder, 'outside');
    await writeFile(outside, 'of someone else\n', {mode: 0o644});
    await chmod(place('releases/1.0.0/etc/app.conf'), 0o666);
    await chown(place('releases/1.0.0/share/tool'), 65534, 0);
    await chmod(place('releases/1.0.0/lib'), 0o777);
    await chmod(place('var'), 0o755);
    await chown(place('backups'), 65534, 65534);
    // A file that became a link: its target is none of the release's.
    await rm(place('releases/1.0.0/etc/secret.conf'));
    await symlink(outside, place('releases/1.0.0/etc/secret.conf'));
    const untouched = ['releases/1.0.0/bin/hello', 'releases/1.0.0/share', 'var/filestorage', 'releases/1.0.0/etc'];
    const times = async () => Promise.all(untouched.map(async (path) => (await lstat(place(path))).ctimeMs));
    const before = await times();
    const {uid, gid} = await stat(place('var'));
    const found = ok(t, await host.run(shell, script, ['verify']), 2).stdout;
    const link = '....L....  releases/1.0.0/etc/secret.conf  (another kind of file)';
    const expected = [
      link,
      `.....UG..  ${place('backups')}  (user 65534, not 0; group 65534, not 0)`,
      `.....UG..  releases/1.0.0/share/tool  (user 65534, not 0; group 0, not ${gid})`,
      `.M.......  ${place('var')}  (mode 0755, not 0700)`,
      '.M.......  releases/1.0.0/etc/app.conf  (mode 0666, not 0640)',
      '.M.......  releases/1.0.0/lib  (mode 0777, not 0750)',
    ];
    t.deepEqual(found.trimEnd().split('\n').sort(), expected.sort());
    const fixed = ok(t, await host.run(shell, script, ['verify', '--fix']), 2);
    t.is(fixed.stdout, `${link}\n`, fixed.stderr);
    t.is(fixed.stderr.match(/^repaired: /gm)?.length, 5, fixed.stderr);
    t.deepEqual(await times(), before, 'what had not drifted was not touched');
    t.is((await stat(outside)).mode & 0o777, 0o644);
    t.is((await stat(outside)).uid, 0);
    t.deepEqual([(await stat(place('var'))).uid, (await stat(place('var'))).mode & 0o777], [uid, 0o700]);
    // The next release has the table's permissions whatever was done to this one.
    const next = await host.script({...release, version: '1.1.0'});
    ok(t, await host.run(shell, next, ['deploy']));
    ok(t, await host.run(shell, next, ['verify']));
  });

  testWith(asRoot)(
    `${shell.name}: an ordinary user is told what could not be enforced, and what it can be is checked`,
    async (t) => {
      const host = await makeHost();
      await chmod(host.folder, 0o755);
      await mkdir(host.prefix);
      const {uid, gid} = await ids(service);
      await chown(host.prefix, uid, gid);
      const under = [findProgram('setpriv')!, '--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
      const noPython =
        'environment_build() { :; }\npreflight_python() { :; }\npreflight_reach() { :; }\nrelease_python() { :; }';
      const run = async (script: string, words: readonly string[]) =>
        host.run(shell, script, words, {under, env: {PYTHON: findProgram('true')!}});
      // For services of another user an ordinary one can't deploy to production.
      const other = await host.script({...release, serviceUser: stranger, serviceGroup: '', instead: noPython});
      await chmod(other, 0o755);
      const refused = ok(t, await run(other, ['deploy']), 78);
      t.regex(refused.stderr, /daemon is neither root nor nobody: data can't be given to the services/);
      // For its own, it can.
      const own = await host.script({...release, instead: noPython});
      await chmod(own, 0o755);
      ok(t, await run(own, ['deploy']));
      ok(t, await run(own, ['verify']));
      const config = join(host.prefix, 'current/etc/app.conf');
      t.is(((await stat(config)).mode & 0o777).toString(8), '640');
      await chmod(config, 0o644);
      t.regex(
        ok(t, await run(own, ['verify']), 2).stdout,
        /^\.M\.{7} {2}releases\/1\.0\.0\/etc\/app\.conf {2}\(mode 0644, not 0640\)\n$/,
      );
      ok(t, await run(own, ['verify', '--fix']));
      t.is(((await stat(config)).mode & 0o777).toString(8), '640');
      // In dev that is allowed, and said.
      const dev = await host.script({
        ...release,
        version: '1.1.0',
        profile: 'dev',
        serviceUser: stranger,
        serviceGroup: '',
        instead: noPython,
      });
      await chmod(dev, 0o755);
      t.regex(ok(t, await run(dev, ['deploy'])).stderr, /warning: not root: nothing can be given to user nobody/);
      t.is(await readFile(config, 'utf8'), '[app]\nversion = 1.1.0\n');
    },
  );

  testWith(asRoot)(`${shell.name}: a table that lets the service write its code is refused`, async (t) => {
    const host = await makeHost();
    await chmod(host.folder, 0o755);
    const table = (row: string) => `${data}\n${data.replace(/"\$@" code .*/, `"$@" code ${row} || return`)}`;
    for (const [row, reason] of [
      [`${service} root 0640 0750 0750`, /class code would belong to daemon, so the services could change it/],
      [
        `root ${service} 0660 0770 0770`,
        /class code could be written by group daemon, and daemon, as whom the services run, is in it/,
      ],
    ] as const) {
      const script = await host.script({...release, data: table(row)});
      const ran = ok(t, await host.run(shell, script, ['deploy']), 78);
      t.regex(ran.stderr, reason);
    }
  });
}

async function ids(user: string): Promise<{uid: number; gid: number}> {
  const {stdout} = await execute(['sh', '-c', 'id -u "$1"; id -g "$1"', 'sh', user]);
  const [uid, gid] = stdout.trim().split('\n').map(Number);
  return {uid: uid!, gid: gid!};
}

import {chmod, mkdir, readFile, stat, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import test from 'ava';
import {dir} from 'tmp-promise';
import {hostFolders} from '../../compiler/emit/host-folders.js';
import {emitMtree, emitSysusers, emitTmpfiles} from '../../compiler/emit/host-tables.js';
import {emitPuppet} from '../../compiler/emit/puppet.js';
import type {ReleasePlan} from '../../compiler/model/release-plan.js';
import {place, text} from '../../compiler/util/text.js';
import {testWith} from '../harness/test-with.js';
import {execute, needsProgram} from '../harness/tools.js';
import {origin, samplePlan} from './sample-plan.js';

const asRoot = process.getuid?.() === 0 ? undefined : 'only root gives folders away';

/** A plan of root's own below `prefix`, with folders of a part. A folder's name is as hostile as paths of a profile may be. */
function planBelow(prefix: string, changes: Partial<ReleasePlan['release']> = {}): ReleasePlan {
  const plan = samplePlan();
  return {
    ...plan,
    logging: {enabled: true, facility: 'local4', remotes: []},
    release: {...plan.release, prefix, user: 'root', group: 'root', ...changes},
    entries: [
      ...plan.entries,
      {kind: 'directory', origin: origin('more', 1), class: 'data', path: place('data', odd), mode: '0750'},
      {kind: 'directory', origin: origin('host', 1), class: 'log', path: text('/x/', {ref: 'env', name: 'PORT'})},
    ],
  };
}
const odd = `it's 100% "$x" \\ é #1`;

async function workspace(t: {teardown(done: () => Promise<void>): void}): Promise<string> {
  const {path, cleanup} = await dir({unsafeCleanup: true});
  t.teardown(cleanup);
  return path;
}

test('the folders that outlive releases, with all names filled in', (t) => {
  const plan = planBelow('/srv/guestbook', {user: 'web', group: 'www', operators: 'ops'});
  const folders = hostFolders(plan).map(({path, owner, group, mode}) => `${path} ${owner}:${group} ${mode}`);
  t.true(folders.includes('/srv/guestbook root:root 0755'), folders.join('\n'));
  t.true(folders.includes('/srv/guestbook/backups root:root 0700'));
  t.true(folders.includes('/srv/guestbook/var web:www 0700'));
  t.true(folders.includes('/srv/guestbook/var/log web:www 0700'));
  t.true(folders.includes(`/srv/guestbook/var/${odd} web:www 0750`));
  t.false(
    folders.some((line) => line.includes('/x/')),
    'what only the host knows is left to the script',
  );
});

test('[layout] style and folders move them as the script does', (t) => {
  const plan = planBelow('/opt/guestbook');
  const moved: ReleasePlan = {...plan, layout: {style: 'fhs', folders: {log: text('/var/log/guestbook')}}};
  const paths = hostFolders(moved).map(({path}) => path);
  for (const path of [
    '/var/opt/guestbook/data',
    '/var/opt/guestbook/backups',
    '/run/guestbook',
    '/var/log/guestbook',
  ]) {
    t.true(paths.includes(path), path);
  }
});

testWith(needsProgram('systemd-tmpfiles') ?? asRoot)('tmpfiles.d: systemd-tmpfiles makes the folders', async (t) => {
  const root = await workspace(t);
  const plan = planBelow(join(root, 'site'));
  const file = join(root, 'guestbook.conf');
  await writeFile(file, emitTmpfiles(plan));
  const ran = await execute(['systemd-tmpfiles', '--create', file]);
  t.is(ran.stderr, '');
  for (const {path, mode} of hostFolders(plan)) t.is(await modeOf(path), mode, path);
});

testWith(needsProgram('systemd-sysusers') ?? asRoot)('sysusers.d: systemd-sysusers makes the account', async (t) => {
  for (const [user, group] of [
    ['web', 'web'],
    ['web', 'www'],
    ['web', 'root'],
    ['root', 'www'],
    ['root', 'root'],
  ] as const) {
    const root = await workspace(t);
    await mkdir(join(root, 'etc'));
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
    await writeFile(join(root, 'guestbook.conf'), emitSysusers(planBelow('/srv/guestbook', {user, group})));
    const ran = await execute(['systemd-sysusers', `--root=${root}`, join(root, 'guestbook.conf')]);
    t.is(ran.status, 0, ran.stderr);
    const groups = await readFile(join(root, 'etc/group'), 'utf8');
    const gid = new RegExp(`^${group}:x:(\\d+):`, 'm').exec(groups)?.[1];
    t.truthy(gid, groups);
    const users = await readFile(join(root, 'etc/passwd'), 'utf8');
    if (user !== 'root')
      t.regex(users, new RegExp(`^${user}:x:\\d+:${gid}:[^:]*:/srv/guestbook:/usr/sbin/nologin$`, 'm'));
  }
});

testWith(needsProgram('mtree') ?? asRoot)(
  'mtree: the real one finds no difference, and then the one that is made',
  async (t) => {
    const root = await workspace(t);
    const plan = planBelow(join(root, 'site'));
    const folders = hostFolders(plan);
    for (const {path, mode} of folders) {
      await mkdir(path, {recursive: true});
      await chmod(path, Number.parseInt(mode, 8));
    }
    const file = join(root, 'spec.mtree');
    await writeFile(file, emitMtree(plan));
    const compare = () => execute(['mtree', '-e', '-p', '/', '-f', file]);
    const same = await compare();
    t.is(same.stdout + same.stderr, '');
    t.is(same.status, 0);
    for (const {path, mode} of folders) {
      await chmod(path, 0o711);
      const other = await compare();
      t.is(other.status, 2, path);
      t.regex(other.stdout, new RegExp(`0?${mode.slice(1)}`), path);
      await chmod(path, Number.parseInt(mode, 8));
    }
  },
);

testWith(needsProgram('puppet') ?? asRoot)('puppet: applied twice, the second time quiet', async (t) => {
  const root = await workspace(t);
  // A stand-in for the release script: what Puppet asks of it, and how often it deployed.
  const source = join(root, 'source.sh');
  await writeFile(
    source,
    'case $1 in\ncheck) [ -e "$PREFIX/var/deployed" ] || exit 2 ;;\ndeploy) echo once >>"$PREFIX/var/deployed" ;;\nesac\n',
  );
  const plan = planBelow(join(root, 'sites/site'));
  const script = join(root, 'release.sh');
  const logs = join(root, 'rsyslog.d');
  const restarted = join(root, 'restarted');
  await mkdir(logs);
  const manifest = join(root, 'site.pp');
  await writeFile(
    manifest,
    `${emitPuppet(plan)}
class { 'guestbook':
  script          => '${script}',
  source          => '${source}',
  rsyslog_folder  => '${logs}',
  rsyslog_restart => 'echo once >>${restarted}',
}
`,
  );
  const apply = () =>
    execute(
      [
        'puppet',
        'apply',
        '--detailed-exitcodes',
        '--confdir',
        join(root, 'conf'),
        '--vardir',
        join(root, 'vardir'),
        manifest,
      ],
      {env: {HOME: root, PATH: process.env.PATH, LC_ALL: 'C.UTF-8'}, timeoutMs: 300_000},
    );
  const first = await apply();
  t.is(first.status, 2, first.stdout + first.stderr);
  for (const {path, mode} of hostFolders(plan)) t.is(await modeOf(path), mode, path);
  t.is(await modeOf(script), '0700');
  const second = await apply();
  t.is(second.status, 0, second.stdout + second.stderr);
  t.notRegex(second.stdout, /Notice: \/Stage/);
  t.is(await readFile(join(plan.release.prefix, 'var/deployed'), 'utf8'), 'once\n');
  t.is(await readFile(restarted, 'utf8'), 'once\n');
  t.is(dirname(script), root);
});

async function modeOf(path: string): Promise<string> {
  return `0${((await stat(path)).mode & 0o777).toString(8)}`;
}

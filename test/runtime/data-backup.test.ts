import {existsSync} from 'node:fs';
import {chmod, mkdir, readFile, rm, stat, symlink, unlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {testShells} from '../harness/shell.js';
import {testWith} from '../harness/test-with.js';
import {findProgram, needsProgram, shells, toolBoxes} from '../harness/tools.js';
import {flipByte, listed, makeDataSite, needsTmpfs, treeOf} from './data-site.js';

const {zodb58, zodb64} = await toolBoxes('zodb58', 'zodb64');

for (const box of [zodb58, zodb64]) {
  const test = testWith(box);

  test(`${box.name}: the first backup is full, the next ones are increments of the same set, each with its blobs`, async (t) => {
    const site = await makeDataSite(box);
    await site.write(3);
    t.like(await site.run(['backup_run']), {status: 0, stdout: ''});
    await site.write(2);
    const second = await site.run(['backup_run']);
    t.is(second.status, 0, second.stderr);
    t.regex(second.stderr, /incremental backup, with its blobs, verified/);
    t.is((await listed(join(site.backups, 'data/main'))).length, 1);
    const files = await listed(await site.newestSet());
    t.is(files.filter((name) => name.endsWith('.fsz')).length, 1);
    t.is(files.filter((name) => name.endsWith('.deltafsz')).length, 1);
    const [, newest] = await site.records();
    const copy = join(site.backups, 'blobs/main', newest!);
    t.deepEqual(await treeOf(copy), await treeOf(site.blobs));
    // Nothing changed: a record, but nothing more in the set.
    t.is((await site.run(['backup_run'])).status, 0);
    t.deepEqual(await listed(await site.newestSet()), files);
    t.is((await site.records()).length, 3);
  });

  test(`${box.name}: an unchanged blob is not stored twice`, async (t) => {
    for (const blobMode of ['rsync', 'copy'] as const) {
      const site = await makeDataSite(box, {blobMode});
      await site.write(2);
      await site.run(['backup_run']);
      await site.write(1);
      await site.run(['backup_run']);
      const [first, second] = await site.records();
      for (const name of Object.keys(await treeOf(join(site.backups, 'blobs/main', first!)))) {
        const before = await stat(join(site.backups, 'blobs/main', first!, name));
        const after = await stat(join(site.backups, 'blobs/main', second!, name));
        t.is(after.ino, before.ino, `${blobMode}: ${name}`);
      }
    }
  });

  test(`${box.name}: a pack starts a new set, and keep counts sets`, async (t) => {
    const site = await makeDataSite(box, {keep: 2});
    await site.write(4);
    for (let round = 0; round < 3; round += 1) {
      t.is((await site.run(['backup_run'])).status, 0);
      await site.write(3, true);
    }
    const last = await site.run(['backup_run']);
    t.regex(last.stderr, /full backup \(the file was packed or replaced\)/);
    const sets = await listed(join(site.backups, 'data/main'));
    t.is(sets.length, 2);
    const records = await site.records();
    t.is(records.length, 2);
    t.deepEqual(
      (await listed(join(site.backups, 'blobs/main'))).filter((name) => !name.endsWith('.sums')),
      records,
    );
  });

  test(`${box.name}: a flipped byte in the set stops with 20, names the file, and the next backup starts anew`, async (t) => {
    const site = await makeDataSite(box);
    await site.write(3);
    await site.run(['backup_run']);
    const set = await site.newestSet();
    const full = (await listed(set)).find((name) => name.endsWith('.fsz'))!;
    await flipByte(join(set, full));
    await site.write(1);
    const ran = await site.run(['backup_run']);
    t.is(ran.status, 20);
    t.true(ran.stderr.includes(join(set, full)), ran.stderr);
    t.is((await site.records()).length, 1);
    const again = await site.run(['backup_run']);
    t.is(again.status, 0, again.stderr);
    t.regex(again.stderr, /full backup/);
    t.true(existsSync(join(set, 'DAMAGED')));
  });

  test(`${box.name}: a missing increment stops with 20 and names the file`, async (t) => {
    const site = await makeDataSite(box);
    await site.write(3);
    await site.run(['backup_run']);
    await site.write(1);
    await site.run(['backup_run']);
    const set = await site.newestSet();
    const delta = (await listed(set)).find((name) => name.endsWith('.deltafsz'))!;
    await unlink(join(set, delta));
    await site.write(1);
    const ran = await site.run(['backup_run']);
    t.is(ran.status, 20);
    t.true(ran.stderr.includes(`${join(set, delta)} is missing`), ran.stderr);
  });

  test(`${box.name}: what a killed repozo left behind its list is never part of a set`, async (t) => {
    const site = await makeDataSite(box);
    await site.write(3);
    await site.run(['backup_run']);
    const set = await site.newestSet();
    const before = await listed(set);
    // As after a kill between repozo's rename of the data and its line in the list.
    await writeFile(join(set, '2020-01-01-00-00-00.index'), 'x');
    const orphan = '2099-01-01-00-00-00.deltafsz';
    await writeFile(join(set, orphan), 'x');
    await writeFile(join(set, 'tmp.tmp'), 'x');
    await site.write(1);
    const ran = await site.run(['backup_run']);
    t.is(ran.status, 0, ran.stderr);
    const after = await listed(set);
    t.false(after.includes(orphan));
    t.false(after.includes('tmp.tmp'));
    t.true(before.every((name) => after.includes(name)));
    const keys = await site.read();
    await rm(site.file);
    t.is((await site.run(['restore_run', '-n'])).status, 0);
    t.deepEqual(await site.read(), keys);
  });

  test(`${box.name}: blobs as tar and tar.gz come back whole`, async (t) => {
    for (const blobMode of ['tar', 'tar.gz'] as const) {
      const site = await makeDataSite(box, {blobMode, compress: false});
      await site.write(3);
      const ran = await site.run(['backup_run']);
      t.is(ran.status, 0, ran.stderr);
      const keys = await site.read();
      await rm(site.file);
      await rm(site.blobs, {recursive: true});
      const restored = await site.run(['restore_run', '-n']);
      t.is(restored.status, 0, restored.stderr);
      t.deepEqual(await site.read(), keys);
    }
  });
}

const asRoot = process.getuid?.() === 0 ? undefined : 'needs root';
const test = testWith(zodb64);

test('a blob folder that is missing is no backup', async (t) => {
  const site = await makeDataSite(zodb64);
  await site.write(2);
  await rm(site.blobs, {recursive: true});
  const ran = await site.run(['backup_run']);
  t.is(ran.status, 20);
  t.regex(ran.stderr, /its blob folder .* is missing/);
  t.deepEqual(await site.records(), []);
});

test('a database that is missing, where backups of it exist, stops the run', async (t) => {
  const site = await makeDataSite(zodb64);
  await site.write(2);
  await site.run(['backup_run']);
  await rm(site.file);
  const ran = await site.run(['backup_run']);
  t.is(ran.status, 20);
  t.regex(ran.stderr, /is missing, and backups of it exist/);
});

test('nothing is backed up before a release is active, nor where there is no file yet, and it says so', async (t) => {
  const site = await makeDataSite(zodb64);
  const empty = await site.run(['backup_run']);
  t.is(empty.status, 0);
  t.regex(empty.stderr, /does not exist yet, nothing to back up/);
  await unlink(join(site.prefix, 'current'));
  const none = await site.run(['backup_run']);
  t.is(none.status, 0);
  t.regex(none.stderr, /no release is active yet/);
});

test('the record names the release that was active, the one to come, and what belongs together', async (t) => {
  const site = await makeDataSite(zodb64, {release: '1.4.0', dump: 'echo dumped'});
  await site.write(1);
  await site.run(['backup_run', '--before', '1.5.0']);
  const [stamp] = await site.records();
  const record = await readFile(join(site.backups, 'records', stamp!), 'utf8');
  t.regex(record, /^release 1\.4\.0$/m);
  t.regex(record, /^before 1\.5\.0$/m);
  t.regex(record, new RegExp(`^blobs ${stamp}$`, 'm'));
  t.regex(record, /^dump base$/m);
  t.regex(record, /^verified yes\n$/m);
  const list = await site.run(['backup_run', '--list']);
  t.is(list.stdout, `${stamp}  usual     release 1.4.0  main base \n`);
});

test('a snapshot is a full set of its own that no increment is added to, counted apart', async (t) => {
  const site = await makeDataSite(zodb64, {keep: 1});
  await site.write(1);
  await site.run(['backup_run']);
  await site.run(['backup_run', '--snapshot']);
  await site.write(1);
  const ran = await site.run(['backup_run']);
  t.regex(ran.stderr, /incremental/);
  const sets = await listed(join(site.backups, 'data/main'));
  t.is(sets.length, 2);
  const kinds = await Promise.all(
    (await site.records()).map(
      async (stamp) => /^kind (.*)$/m.exec(await readFile(join(site.backups, 'records', stamp), 'utf8'))![1],
    ),
  );
  t.deepEqual(kinds, ['usual', 'snapshot', 'usual']);
});

test('own commands: the output is kept, a failing or silent one is no backup, keep applies', async (t) => {
  const site = await makeDataSite(zodb64, {
    keep: 2,
    dump: 'printf "line one\\n"',
    restoreDump: `cat >"$HOME/restored"`,
  });
  for (let round = 0; round < 3; round += 1) t.is((await site.run(['backup_run'])).status, 0);
  t.is((await listed(join(site.backups, 'dumps/base'))).length, 2);
  for (const dump of ['printf half; exit 3', ':']) {
    await site.configure({dump});
    const ran = await site.run(['backup_run']);
    t.is(ran.status, 20, dump);
    t.regex(ran.stderr, dump === ':' ? /wrote nothing/ : /failed with status 3/);
  }
  t.is((await listed(join(site.backups, 'dumps/base'))).length, 2);
  await site.configure({dump: ':', restoreDump: `cat >"$HOME/restored"`});
  const restored = await site.run(['restore_run', '-n', 'base'], {env: {...process.env, HOME: site.prefix}});
  t.is(restored.status, 0, restored.stderr);
  t.is(await readFile(join(site.prefix, 'restored'), 'utf8'), 'line one\n');
});

test('a pre-command that fails stops before anything is written, a post-command that fails is said', async (t) => {
  const site = await makeDataSite(zodb64, {pre: 'exit 4'});
  await site.write(1);
  const stopped = await site.run(['backup_run']);
  t.is(stopped.status, 20);
  t.regex(stopped.stderr, /pre-command failed with status 4/);
  t.deepEqual(await listed(join(site.backups, 'data')), []);
  await site.configure({pre: 'echo before >&2', post: 'exit 5'});
  const ran = await site.run(['backup_run']);
  t.is(ran.status, 1);
  t.regex(ran.stderr, /post-command failed with status 5; the backup itself is complete/);
  t.is((await site.records()).length, 1);
});

test('a clock that was set back starts a new set, and the order of backups stays', async (t) => {
  const site = await makeDataSite(zodb64);
  await site.write(2);
  t.is((await site.run(['backup_run'])).status, 0);
  const [first] = await site.records();
  // The same as setting the clock back by years: the set's files and its record lie in the future.
  const future = '2099-01-01-00-00-00';
  const set = await site.newestSet();
  for (const name of await listed(set)) {
    const renamed = join(set, name.replace(/^\d{4}(-\d\d){5}/, future));
    await writeFile(renamed, await readFile(join(set, name)));
    await unlink(join(set, name));
  }
  const listing = join(set, `${future}.dat`);
  await writeFile(listing, (await readFile(listing, 'utf8')).replace(/\d{4}(-\d\d){5}\.fsz/, `${future}.fsz`));
  const record = await readFile(join(site.backups, 'records', first!), 'utf8');
  await writeFile(join(site.backups, 'records', future), record.replace(/^last .*$/m, `last ${future}.fsz`));
  await unlink(join(site.backups, 'records', first!));
  await site.write(1);
  const ran = await site.run(['backup_run']);
  t.is(ran.status, 0, ran.stderr);
  t.regex(ran.stderr, /the clock is behind/);
  t.deepEqual(await site.records(), [future, '2099-01-01-00-00-01']);
  const keys = await site.read();
  await rm(site.file);
  t.is((await site.run(['restore_run', '-n'])).status, 0);
  t.deepEqual(await site.read(), keys);
});

testWith(
  zodb64,
  needsProgram('setpriv'),
  asRoot,
)('a file that cannot be read is named, with what to do', async (t) => {
  const {path} = await dir({unsafeCleanup: true, prefix: 'cfgc-data-'});
  await chmod(path, 0o755);
  const site = await makeDataSite(zodb64, {}, path);
  await site.write(1);
  await mkdir(site.backups);
  await chmod(site.backups, 0o777);
  await chmod(site.file, 0o600);
  await chmod(site.blobs, 0o700);
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const ran = await site.run(['backup_run'], {shell: {name: 'as nobody', command: [...nobody, 'sh']}});
  t.is(ran.status, 20);
  t.true(ran.stderr.includes(`cannot read ${site.file}`), ran.stderr);
  t.true(ran.stderr.includes(`cannot read ${site.blobs}`), ran.stderr);
  t.regex(ran.stderr, /Run the script as root or as the owner of the data/);
});

testWith(zodb64, needsProgram('busybox'))('the backups of a host with busybox alone', async (t) => {
  const busybox = findProgram('busybox')!;
  const site = await makeDataSite(zodb64);
  const bin = join(site.prefix, 'busybox-bin');
  await mkdir(bin);
  await symlink(busybox, join(bin, 'busybox'));
  const applets = await site.run(['busybox', '--list']);
  for (const applet of applets.stdout.trim().split('\n')) await symlink(busybox, join(bin, applet)).catch(() => {});
  const how = {shell: {name: 'busybox', command: [join(bin, 'sh')]}, env: {PATH: bin, HOME: site.prefix}};
  await site.write(2);
  await site.run(['backup_run'], how);
  await site.write(1);
  const ran = await site.run(['backup_run'], how);
  t.is(ran.status, 0, ran.stderr);
  const keys = await site.read();
  await rm(site.file);
  await rm(site.blobs, {recursive: true});
  const restored = await site.run(['restore_run', '-n'], how);
  t.is(restored.status, 0, restored.stderr);
  t.deepEqual(await site.read(), keys);
});

for (const shell of process.env.CFGC_SHELL ? testShells() : shells().present) {
  test(`${shell.name}: backup, increment, restore`, async (t) => {
    const site = await makeDataSite(zodb64, {dump: 'echo dumped', restoreDump: 'cat >/dev/null'});
    await site.write(2);
    t.is((await site.run(['backup_run'], {shell})).status, 0);
    await site.write(1);
    const ran = await site.run(['backup_run'], {shell});
    t.is(ran.status, 0, ran.stderr);
    t.regex(ran.stderr, /incremental/);
    const keys = await site.read();
    await site.write(1);
    const restored = await site.run(['restore_run', '-n', 'main'], {shell});
    t.is(restored.status, 0, restored.stderr);
    t.deepEqual(await site.read(), keys);
  });
}

testWith(zodb64, needsTmpfs())(
  'a full disk: refused beforehand where it can be seen, and earlier backups are whole',
  async (t) => {
    const {path: tmpfs} = await dir({prefix: 'cfgc-full-'});
    const site = await makeDataSite(zodb64, {backups: tmpfs});
    const mounted = await site.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', tmpfs]);
    t.is(mounted.status, 0, mounted.stderr);
    t.teardown(() => site.run(['umount', '-l', tmpfs]));
    await site.write(20);
    t.is((await site.run(['backup_run'])).status, 0);
    const before = await treeOf(tmpfs);
    await site.write(300);
    const refused = await site.run(['backup_run']);
    t.is(refused.status, 20);
    t.regex(refused.stderr, /not enough free space/);
    t.deepEqual(await treeOf(tmpfs), before);
    // The disk fills up while the backup runs: the look beforehand is answered by a lie.
    await site.configure({backups: tmpfs, more: 'backup_space() { :; }'});
    const failed = await site.run(['backup_run']);
    t.is(failed.status, 20, failed.stderr);
    t.is((await site.records()).length, 1);
    const keys = Object.keys(await site.read()).length;
    t.is(keys, 320);
    await site.configure({backups: tmpfs});
    await rm(site.file);
    t.is((await site.run(['restore_run', '-n'])).status, 0);
    t.is(Object.keys(await site.read()).length, 20);
  },
);

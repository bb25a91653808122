import {existsSync} from 'node:fs';
import {readFile, rm, stat, unlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {dir} from 'tmp-promise';
import {testWith} from '../harness/test-with.js';
import {toolBoxes} from '../harness/tools.js';
import {flipByte, listed, makeDataSite, needsTmpfs, treeOf} from './data-site.js';

const {zodb58, zodb64} = await toolBoxes('zodb58', 'zodb64');

for (const box of [zodb58, zodb64]) {
  const test = testWith(box);

  test(`${box.name}: the newest backup comes back, or that of a date; what was there is kept beside`, async (t) => {
    const site = await makeDataSite(box);
    await site.write(2);
    await site.run(['backup_run']);
    const old = await site.read();
    await site.write(2);
    await site.run(['backup_run']);
    const recent = await site.read();
    await site.write(1);
    const live = await site.read();
    const newest = await site.run(['restore_run', '-n']);
    t.is(newest.status, 0, newest.stderr);
    t.deepEqual(await site.read(), recent);
    const folder = join(site.data, 'filestorage');
    const kept = (await listed(folder)).filter((name) => /before-restore-[-\d]+$/.test(name));
    t.is(kept.length, 1);
    const keptBlobs = (await listed(site.data)).find((name) => name.startsWith('blobstorage.before-restore-'))!;
    t.deepEqual(await site.read(join(folder, kept[0]!), join(site.data, keptBlobs)), live);
    // Only the blobs of the restored state are left in the live folder.
    const [first, second] = await site.records();
    t.deepEqual(
      Object.keys(await treeOf(site.blobs)),
      Object.keys(await treeOf(join(site.backups, 'blobs/main', second!))),
    );
    const dated = await site.run(['restore_run', '-n', '--at', first!, 'main']);
    t.is(dated.status, 0, dated.stderr);
    t.deepEqual(await site.read(), old);
  });

  test(`${box.name}: a corrupt set is refused: data and blobs are byte for byte as before`, async (t) => {
    const site = await makeDataSite(box);
    await site.write(3);
    await site.run(['backup_run']);
    await site.write(1);
    await site.run(['backup_run']);
    await site.write(1);
    const before = await treeOf(site.data);
    const set = await site.newestSet();
    const full = join(set, (await listed(set)).find((name) => name.endsWith('.fsz'))!);
    const good = await readFile(full);
    await flipByte(full);
    const flipped = await site.run(['restore_run', '-n']);
    t.is(flipped.status, 20);
    t.true(flipped.stderr.includes(full), flipped.stderr);
    t.deepEqual(await treeOf(site.data), before);
    await writeFile(full, good);
    const delta = join(set, (await listed(set)).find((name) => name.endsWith('.deltafsz'))!);
    await unlink(delta);
    const missing = await site.run(['restore_run', '-n']);
    t.is(missing.status, 20);
    t.true(missing.stderr.includes(`${delta} is missing`), missing.stderr);
    t.deepEqual(await treeOf(site.data), before);
    // The backup before needs no increment: it comes back.
    const [first] = await site.records();
    t.is((await site.run(['restore_run', '-n', '--at', first!])).status, 0);
  });

  test(`${box.name}: a blob of the backup that changed or is gone is found before anything is replaced`, async (t) => {
    const site = await makeDataSite(box);
    await site.write(2);
    await site.run(['backup_run']);
    const [stamp] = await site.records();
    const copy = join(site.backups, 'blobs/main', stamp!);
    const blob = Object.keys(await treeOf(copy)).find((name) => name.endsWith('.blob'))!;
    const before = await treeOf(site.data);
    await flipByte(join(copy, blob));
    const changed = await site.run(['restore_run', '-n']);
    t.is(changed.status, 20);
    t.true(changed.stderr.includes(blob), changed.stderr);
    await unlink(join(copy, blob));
    const gone = await site.run(['restore_run', '-n']);
    t.is(gone.status, 20);
    t.true(gone.stderr.includes(blob), gone.stderr);
    t.deepEqual(await treeOf(site.data), before);
  });
}

const test = testWith(zodb64);

test('a database without its blobs is refused unless asked for by name', async (t) => {
  const site = await makeDataSite(zodb64);
  await site.write(2);
  await site.run(['backup_run']);
  const [stamp] = await site.records();
  await rm(join(site.backups, 'blobs/main', stamp!), {recursive: true});
  await site.write(1);
  const before = await treeOf(site.data);
  const refused = await site.run(['restore_run', '-n']);
  t.is(refused.status, 20);
  t.regex(refused.stderr, /--without-blobs/);
  t.deepEqual(await treeOf(site.data), before);
  const blobs = await treeOf(site.blobs);
  const asked = await site.run(['restore_run', '-n', '--without-blobs']);
  t.is(asked.status, 0, asked.stderr);
  t.deepEqual(await treeOf(site.blobs), blobs);
  t.is(Object.keys(await site.read()).length, 2);
});

test('a backup that was made without blobs is refused for a storage that has them', async (t) => {
  const site = await makeDataSite(zodb64, {blobMode: 'none'});
  await site.write(2);
  await site.run(['backup_run']);
  const ran = await site.run(['restore_run', '-n']);
  t.is(ran.status, 1);
  t.regex(ran.stderr, /holds no blobs/);
});

test('it asks for a literal yes', async (t) => {
  const site = await makeDataSite(zodb64);
  await site.write(1);
  await site.run(['backup_run']);
  await site.write(1);
  const before = await treeOf(site.data);
  for (const input of ['', 'y\n', 'no\n']) {
    const ran = await site.run(['restore_run'], {input});
    t.is(ran.status, 1);
    t.regex(ran.stderr, /not confirmed, nothing was changed/);
  }
  t.deepEqual(await treeOf(site.data), before);
  t.is((await site.run(['restore_run'], {input: 'yes\n'})).status, 0);
  t.is(Object.keys(await site.read()).length, 1);
});

test('wrong words, dates and names are usage errors; a time without a backup is said', async (t) => {
  const site = await makeDataSite(zodb64);
  await site.write(1);
  await site.run(['backup_run']);
  t.is((await site.run(['restore_run', '--what'])).status, 64);
  t.is((await site.run(['restore_run', '--at', 'yesterday'])).status, 64);
  const name = await site.run(['restore_run', '-n', 'other']);
  t.is(name.status, 64);
  t.regex(name.stderr, /known: main/);
  const early = await site.run(['restore_run', '-n', '2001-01-01']);
  t.is(early.status, 1);
  t.regex(early.stderr, /no backup of 2001-01-01 or earlier/);
});

test('services are stopped for the swap and started again, also where the restore fails', async (t) => {
  const log =
    'SERVICES=supervisor; service_stop() { echo stop >>"$PREFIX/services"; }; service_start() { echo start >>"$PREFIX/services"; }';
  const site = await makeDataSite(zodb64, {more: log});
  await site.write(1);
  await site.run(['backup_run']);
  t.is((await site.run(['restore_run', '-n'])).status, 0);
  t.is(await readFile(join(site.prefix, 'services'), 'utf8'), 'stop\nstart\n');
  await rm(join(site.prefix, 'services'));
  await site.configure({more: `${log}; restore_swap_data() { RESTORE_FAILED=yes; }`});
  const before = await readFile(site.file);
  const failed = await site.run(['restore_run', '-n']);
  t.is(failed.status, 1);
  t.regex(failed.stderr, /what was there is in its place/);
  t.is(await readFile(join(site.prefix, 'services'), 'utf8'), 'stop\nstart\n');
  t.deepEqual(await readFile(site.file), before);
});

test('a dump that does not go back takes the storages along: all is as it was', async (t) => {
  const base = `$HOME/base`;
  const commands = {dump: `cat "${base}"`, restoreDump: `cat >"${base}"; ! grep -q old "${base}"`};
  const site = await makeDataSite(zodb64, commands);
  const env = {...process.env, HOME: site.prefix};
  await writeFile(join(site.prefix, 'base'), 'old');
  await site.write(2);
  t.is((await site.run(['backup_run'], {env})).status, 0);
  await writeFile(join(site.prefix, 'base'), 'new');
  await site.write(3);
  const keys = await site.read();
  const [file, blobs] = [await readFile(site.file), await treeOf(site.blobs)];
  const failed = await site.run(['restore_run', '-n'], {env});
  t.is(failed.status, 1, failed.stderr);
  t.regex(failed.stderr, /restore command failed[\s\S]*what was there before is back/);
  t.is(await readFile(join(site.prefix, 'base'), 'utf8'), 'new');
  t.deepEqual(await readFile(site.file), file);
  t.deepEqual(await treeOf(site.blobs), blobs);
  t.deepEqual(await site.read(), keys);
});

test('a server that has the file open is noticed', async (t) => {
  const site = await makeDataSite(zodb64);
  await site.write(1);
  await site.run(['backup_run']);
  await writeFile(
    join(site.prefix, 'hold.py'),
    `
import fcntl, subprocess, sys
stream = open(sys.argv[1], 'r+b')
fcntl.flock(stream, fcntl.LOCK_EX)
sys.exit(subprocess.call(sys.argv[2:]))
`,
  );
  const python = join(site.prefix, 'current/lib/venv/bin/python');
  const shell = {name: 'held', command: [python, join(site.prefix, 'hold.py'), `${site.file}.lock`, 'sh']};
  const before = await treeOf(site.data);
  const ran = await site.run(['restore_run', '-n'], {shell});
  t.is(ran.status, 1);
  t.regex(ran.stderr, /is in use/);
  t.deepEqual(await treeOf(site.data), before);
});

test('rollback with data: the backup that was taken before the release of now took over', async (t) => {
  const site = await makeDataSite(zodb64, {release: '1.0'});
  await site.write(1);
  await site.run(['backup_run']);
  await site.write(1);
  await site.run(['backup_run', '--before', '2.0']);
  const wanted = await site.read();
  await site.configure({release: '2.0'});
  await site.write(1);
  await site.run(['backup_run']);
  const none = await site.run(['restore_with_release', '0.9', '-n']);
  t.is(none.status, 1);
  t.regex(none.stderr, /no backup of the time when release 0\.9 was active/);
  const ran = await site.run(['restore_with_release', '1.0', '-n']);
  t.is(ran.status, 0, ran.stderr);
  t.deepEqual(await site.read(), wanted);
});

testWith(zodb64, process.getuid?.() === 0 ? undefined : 'needs root')(
  'what is restored belongs to the owner of the data, with the modes of the data',
  async (t) => {
    const site = await makeDataSite(zodb64);
    await site.write(2);
    await site.run(['backup_run']);
    await site.run(['chown', '-R', '1234:2345', site.data]);
    await site.run(['chmod', '640', site.file]);
    await rm(site.blobs, {recursive: true});
    const ran = await site.run(['restore_run', '-n']);
    t.is(ran.status, 0, ran.stderr);
    const file = await stat(site.file);
    t.deepEqual([file.uid, file.gid, file.mode & 0o777], [1234, 2345, 0o640]);
    for (const name of Object.keys(await treeOf(site.blobs))) {
      const info = await stat(join(site.blobs, name));
      t.deepEqual([info.uid, info.gid, info.mode & 0o777], [1234, 2345, 0o600], name);
    }
    t.is((await stat(join(site.blobs, '0x00'))).mode & 0o777, 0o700);
  },
);

testWith(zodb64, needsTmpfs())('a full disk: what was there stays, byte for byte', async (t) => {
  const {path} = await dir({prefix: 'cfgc-full-'});
  const mounted = await (await makeDataSite(zodb64)).run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'none', path]);
  t.is(mounted.status, 0, mounted.stderr);
  const {path: backups} = await dir({unsafeCleanup: true, prefix: 'cfgc-data-'});
  const site = await makeDataSite(zodb64, {backups}, path);
  t.teardown(() => site.run(['umount', '-l', path]));
  await site.write(300);
  t.is((await site.run(['backup_run'])).status, 0);
  await writeFile(join(path, 'ballast'), Buffer.alloc(2_400_000));
  const before = await treeOf(site.data);
  const refused = await site.run(['restore_run', '-n']);
  t.is(refused.status, 1);
  t.regex(refused.stderr, /not enough free space/);
  t.deepEqual(await treeOf(site.data), before);
  await site.configure({backups, more: 'restore_space() { :; }'});
  const failed = await site.run(['restore_run', '-n']);
  t.not(failed.status, 0);
  t.deepEqual(await treeOf(site.data), before);
  t.false(existsSync(join(site.data, '.restore-blobstorage')));
});

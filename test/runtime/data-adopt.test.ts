import {chmod, mkdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {testWith} from '../harness/test-with.js';
import {type Box, toolBox} from '../harness/tools.js';
import {copyTree, type DataSite, makeDataSite, type SiteOptions, treeOf} from './data-site.js';

const zodb64 = await toolBox('zodb64');
const test = testWith(zodb64);

test('the data of a buildout deployment is taken over, the old place stays as it was', async (t) => {
  const {site, old, keys} = await buildoutDeployment(zodb64, {
    more: 'each_directory() { "$@" data "$DATA/filestorage" "" "" ; "$@" data "$DATA/import" "" ""; }',
  });
  await mkdir(join(old, 'var/import'));
  await writeFile(join(old, 'var/import/page.zexp'), 'exported');
  const before = await treeOf(old);
  const plan = await site.run(['adopt_run', '--from', old, '--plan']);
  t.is(plan.status, 2, plan.stderr);
  t.true(plan.stderr.includes(`${old}/var/filestorage/Data.fs is copied to ${site.file}`), plan.stderr);
  t.deepEqual(await treeOf(site.data), {});
  const ran = await site.run(['adopt_run', '--from', old, '-n']);
  t.is(ran.status, 0, ran.stderr);
  t.deepEqual(await site.read(), keys);
  t.is(await readFile(join(site.data, 'import/page.zexp'), 'utf8'), 'exported');
  t.deepEqual(await treeOf(old), before);
  // The data file is another file, so that what is written from now on does not reach the old place; blobs are the same.
  t.not((await stat(site.file)).ino, (await stat(join(old, 'var/filestorage/Data.fs'))).ino);
  const blob = Object.keys(await treeOf(site.blobs)).find((name) => name.endsWith('.blob'))!;
  t.is((await stat(join(site.blobs, blob))).ino, (await stat(join(old, 'var/blobstorage', blob))).ino);
  await site.write(2, true);
  t.deepEqual(await treeOf(old), before);
});

test('data that is already there is not replaced', async (t) => {
  const {site, old} = await buildoutDeployment(zodb64);
  await site.write(1);
  const before = await treeOf(site.data);
  const ran = await site.run(['adopt_run', '--from', old, '-n']);
  t.is(ran.status, 1);
  t.regex(ran.stderr, /data is already there: .*Data\.fs/);
  t.regex(ran.stderr, /data is already there: .*blobstorage/);
  t.deepEqual(await treeOf(site.data), before);
});

test('what is missing is named, with the option that says where it is', async (t) => {
  const {site, old, keys} = await buildoutDeployment(zodb64);
  await copyTree(join(old, 'var/filestorage'), join(old, 'elsewhere'));
  await rm(join(old, 'var/filestorage'), {recursive: true});
  const missing = await site.run(['adopt_run', '--from', old, '-n']);
  t.is(missing.status, 1);
  t.regex(missing.stderr, /--file main=PATH/);
  t.is((await site.run(['adopt_run', '--from', join(old, 'nowhere')])).status, 64);
  t.is((await site.run(['adopt_run'])).status, 64);
  const file = `main=${join(old, 'elsewhere/Data.fs')}`;
  const ran = await site.run(['adopt_run', '--from', old, '-n', '--copy', '--file', file]);
  t.is(ran.status, 0, ran.stderr);
  t.deepEqual(await site.read(), keys);
  const blob = Object.keys(await treeOf(site.blobs)).find((name) => name.endsWith('.blob'))!;
  t.not((await stat(join(site.blobs, blob))).ino, (await stat(join(old, 'var/blobstorage', blob))).ino);
});

test('a database whose blobs are not all there is refused, and nothing stays behind', async (t) => {
  const {site, old} = await buildoutDeployment(zodb64);
  const blob = Object.keys(await treeOf(join(old, 'var/blobstorage'))).find((name) => name.endsWith('.blob'))!;
  await rm(join(old, 'var/blobstorage', blob));
  const ran = await site.run(['adopt_run', '--from', old, '-n']);
  t.is(ran.status, 1);
  t.true(ran.stderr.includes(blob), ran.stderr);
  t.deepEqual(await treeOf(site.data), {});
});

test('a server that runs is stopped by its own supervisor, or the data stays where it is', async (t) => {
  const {site, old, keys} = await buildoutDeployment(zodb64);
  const lock = join(old, 'var/filestorage/Data.fs.lock');
  const holder = join(site.prefix, 'hold.py');
  await writeFile(
    holder,
    `import fcntl, os, subprocess, sys, time
child = os.fork()
if child == 0:
    stream = open(sys.argv[1], 'r+b')
    fcntl.flock(stream, fcntl.LOCK_EX)
    open(sys.argv[1] + '.held', 'w').close()
    while not os.path.exists(sys.argv[1] + '.stop'):
        time.sleep(0.05)
    os._exit(0)
while not os.path.exists(sys.argv[1] + '.held'):
    time.sleep(0.05)
status = subprocess.call(sys.argv[2:])
open(sys.argv[1] + '.stop', 'w').close()
os.waitpid(child, 0)
sys.exit(status)
`,
  );
  const python = join(site.prefix, 'current/lib/venv/bin/python');
  const shell = {name: 'held', command: [python, holder, lock, 'sh']};
  const refused = await site.run(['adopt_run', '--from', old, '-n'], {shell, env: {...process.env, ADOPT_WAIT: '0'}});
  t.is(refused.status, 1);
  t.regex(refused.stderr, /still runs; stop it by hand/);
  t.deepEqual(await treeOf(site.data), {});
  await rm(`${lock}.stop`);
  await rm(`${lock}.held`);
  await mkdir(join(old, 'bin'));
  await writeFile(join(old, 'bin/supervisorctl'), `#!/bin/sh\n[ "$1" = shutdown ] && : >'${lock}.stop'\n`);
  await chmod(join(old, 'bin/supervisorctl'), 0o755);
  const ran = await site.run(['adopt_run', '--from', old, '-n'], {shell});
  t.is(ran.status, 0, ran.stderr);
  t.regex(ran.stderr, /supervisorctl shutdown/);
  t.deepEqual(await site.read(), keys);
});

test('killed between the renames, the next run goes on', async (t) => {
  const {site, old, keys} = await buildoutDeployment(zodb64);
  await site.configure({
    more: 'mv() { command mv "$@"; case $* in *blobstorage*) kill -KILL $$; exit 1 ;; esac; }',
  });
  t.not((await site.run(['adopt_run', '--from', old, '-n'])).status, 0);
  // A shell that runs the copy in a process of its own still takes it away; ksh93 has none.
  const there = Object.keys(await treeOf(join(site.data, 'filestorage')));
  const kept = process.env.CFGC_SHELL === 'ksh93' ? there.filter((path) => !path.startsWith('.restore-')) : there;
  t.deepEqual(kept, []);
  await site.configure({});
  const ran = await site.run(['adopt_run', '--from', old, '-n']);
  t.is(ran.status, 0, ran.stderr);
  t.deepEqual(await site.read(), keys);
  const again = await site.run(['adopt_run', '--from', old, '-n']);
  t.is(again.status, 1, 'a finished one is not begun again');
});

/** A buildout's var/ with data in it, and beside it a release that has none yet. */
async function buildoutDeployment(box: Box, options: SiteOptions = {}) {
  const source = await makeDataSite(box);
  await source.write(3);
  const keys = await source.read();
  const site: DataSite = await makeDataSite(box, options);
  const old = join(site.prefix, 'old buildout');
  await mkdir(old);
  await copyTree(source.data, join(old, 'var'));
  return {site, old, keys};
}

/** The data of a deployment that the real zc.buildout made and whose servers run, taken over by a release. */
import {cp, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {freePort} from '../harness/port.js';
import {testWith} from '../harness/test-with.js';
import {execute, toolBox} from '../harness/tools.js';
import {makeDataSite, treeOf} from './data-site.js';

const recipes = await toolBox('recipes');
const zodb64 = await toolBox('zodb64');
const test = testWith(recipes, zodb64);

const profile = (port: number, supervisorPort: number): string => `
[buildout]
parts = zeo instance PARTS
[zeo]
recipe = plone.recipe.zeoserver
zeo-address = 127.0.0.1:${port}
[instance]
recipe = plone.recipe.zope2instance
eggs = Zope
user = admin:admin
zodb-temporary-storage = off
zeo-client = on
shared-blob = on
zeo-address = 127.0.0.1:${port}
blob-storage = \${buildout:directory}/var/blobstorage
[supervisor]
recipe = collective.recipe.supervisor
port = 127.0.0.1:${supervisorPort}
programs = 10 zeo \${buildout:bin-directory}/zeo [fg] true
`;

/** Writes three objects with blobs through the running server, and gives the SHA-256 of each. */
const client = `
import hashlib, json, os, sys, ZODB, ZODB.blob
from ZEO.ClientStorage import ClientStorage
port, cache = sys.argv[1:]
storage = ClientStorage(('127.0.0.1', int(port)), blob_dir=cache, wait_timeout=60)
database = ZODB.DB(storage)
found = {}
with database.transaction() as connection:
    for number in range(3):
        data = os.urandom(4000)
        connection.root()['key-%d' % number] = ZODB.blob.Blob(data)
        found['key-%d' % number] = hashlib.sha256(data).hexdigest()
database.close()
json.dump(found, sys.stdout)
`;

for (const {how, parts, start, stop} of [
  {how: 'its control scripts', parts: '', start: ['bin/zeo', 'start'], stop: ['bin/zeo', 'stop']},
  {how: 'its supervisor', parts: 'supervisor', start: ['bin/supervisord'], stop: ['bin/supervisorctl', 'shutdown']},
]) {
  test(`a deployment of zc.buildout is taken over: it runs, and is stopped by ${how}`, async (t) => {
    const site = await makeDataSite(zodb64);
    const old = join(site.prefix, 'old');
    const port = await freePort();
    await mkdir(old);
    await writeFile(join(old, 'buildout.cfg'), profile(port, await freePort()).replace('PARTS', parts));
    const built = await execute([recipes.bin('buildout'), '-o'], {cwd: old, env: {...process.env, HOME: old}});
    t.is(built.status, 0, built.stderr);
    const call = ([script, ...words]: readonly string[]) => execute([join(old, script!), ...words], {cwd: old});
    t.teardown(() => call(stop).then(() => undefined));
    const started = await call(start);
    t.is(started.status, 0, started.stderr + started.stdout);
    const keys = await written(t, port, join(site.prefix, 'cache'));
    const planned = await site.run(['adopt_run', '--from', old, '--plan']);
    t.is(planned.status, 2, planned.stderr);
    t.regex(planned.stderr, /a server of .* has it open and is stopped before/);
    t.deepEqual(await treeOf(site.data), {});
    const ran = await site.run(['adopt_run', '--from', old, '-n']);
    t.is(ran.status, 0, ran.stderr);
    t.true(ran.stderr.includes(`${old}/${stop.join(' ')}`), ran.stderr);
    t.notRegex(ran.stderr, /zeopack/);
    t.deepEqual(await site.read(), keys);
    // The old place has all that it had, and opens by itself.
    const before = await readFile(join(old, 'var/filestorage/Data.fs'));
    t.true(before.length > 0);
    const copy = join(site.prefix, 'copy');
    await cp(join(old, 'var'), copy, {recursive: true});
    t.deepEqual(await site.read(join(copy, 'filestorage/Data.fs'), join(copy, 'blobstorage')), keys);
    t.is((await execute([recipes.python, '-c', connects, String(port)])).stdout, 'stopped\n');
  });
}

const connects = `
import socket, sys
try:
    socket.create_connection(('127.0.0.1', int(sys.argv[1])), 1)
    print('runs')
except OSError:
    print('stopped')
`;

async function written(t: ExecutionContext, port: number, cache: string): Promise<Record<string, string>> {
  const ran = await execute([recipes.python, '-c', client, String(port), cache]);
  t.is(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

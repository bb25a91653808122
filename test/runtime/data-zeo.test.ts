import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {testWith} from '../harness/test-with.js';
import {toolBox} from '../harness/tools.js';
import {makeDataSite} from './data-site.js';

const zope = await toolBox('zope');

testWith(zope)('a ZEO server under write load, and a pack meanwhile: each backup opens, with every blob', async (t) => {
  const site = await makeDataSite(zope, {keep: 0});
  await mkdir(site.blobs, {recursive: true});
  const socket = join(site.prefix, 'zeo.sock');
  const conf = join(site.prefix, 'zeo.conf');
  await writeFile(
    conf,
    `<zeo>
  address ${socket}
</zeo>
<filestorage main>
  path ${site.file}
  blob-dir ${site.blobs}
</filestorage>
`,
  );
  const server = spawn(zope.bin('runzeo'), ['-C', conf], {stdio: 'ignore'});
  const log = join(site.prefix, 'committed');
  const writer = spawn(zope.python, ['-c', writing, socket, join(site.prefix, 'client'), log], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  writer.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  t.teardown(() => {
    for (const child of [writer, server]) child.kill('SIGKILL');
  });
  const committed = async (): Promise<readonly string[]> => {
    const text = existsSync(log) ? await readFile(log, 'utf8') : '';
    return text.split('\n').slice(0, -1);
  };
  const progress = async (count: number) => {
    while ((await committed()).length < count) {
      if (writer.exitCode !== null) throw new Error(`the writer ended: ${said}`);
      await delay(50);
    }
  };
  await progress(5);
  const known: (readonly string[])[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = await committed();
    if (round === 1) await writeFile(`${log}.pack`, '');
    const ran = await site.run(['backup_run']);
    t.is(ran.status, 0, ran.stderr);
    known.push(before);
    await progress(before.length + 3);
  }
  await stopped(writer);
  await stopped(server);
  const all = new Map((await committed()).map((line) => line.split(' ') as [string, string]));
  const records = await site.records();
  t.is(records.length, 3);
  for (const [round, stamp] of records.entries()) {
    const restored = await site.run(['restore_run', '-n', '--at', stamp]);
    t.is(restored.status, 0, restored.stderr);
    const found = await site.read();
    for (const line of known[round]!) {
      const [key, digest] = line.split(' ');
      t.is(found[key!], digest, `${key} was committed before backup ${round}`);
    }
    for (const [key, digest] of Object.entries(found)) {
      // The last commit may not have reached the log.
      const logged = all.get(key);
      if (logged !== undefined) t.is(digest, logged);
    }
  }
});

/** Asks a process to end and waits until it has. */
async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}

// One object with a blob a commit, as fast as it goes; each is logged once it is committed. Superseded blobs make work for a pack.
const writing = `
import hashlib, os, sys, transaction, ZEO, ZODB, ZODB.blob
socket, client, log = sys.argv[1:]
os.makedirs(client)
database = ZODB.DB(ZEO.client(socket, storage='main', blob_dir=client, wait=True, wait_timeout=120))
connection = database.open()
root = connection.root()
count = 0
while True:
    data = os.urandom(3000)
    root['key-%d' % count] = ZODB.blob.Blob(data)
    root['churn'] = ZODB.blob.Blob(os.urandom(500))
    transaction.commit()
    with open(log, 'a') as stream:
        stream.write('key-%d %s\\n' % (count, hashlib.sha256(data).hexdigest()))
    count += 1
    if os.path.exists(log + '.pack'):
        os.unlink(log + '.pack')
        database.pack()
`;

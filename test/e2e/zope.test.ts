/**
 * samples/zope on this machine: ZEO and two instances under supervisor, as root with a service user (else as the user who runs
 * this). Deployed, written to, changed, broken, taken back and restored; its logs at a real rsyslogd, its webhooks signed.
 */
import {readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {eventually} from '../harness/eventually.js';
import {type LoggedSite, testLoggedSite} from './logged-site.js';
import {arrived} from './rsyslog.js';
import {isRoot, page, refused, signatureOf, takePort, unknownZcml, zopeSettings} from './site.js';

await testLoggedSite(
  'e2e: Zope with ZEO is deployed, changed, broken, taken back and restored',
  {
    sample: 'zope',
    logFile: 'bulletin.log',
    settings: (place) => [
      ...zopeSettings(place, 300),
      `webhooks:test=${place.hooks.url} secret=hook-key`,
      // An ordinary user's jobs would go to the real crontab.
      ...(isRoot ? [] : ['buildout:parts-=zeopack']),
    ],
  },
  bulletin,
);

async function bulletin(t: ExecutionContext, {site, log, remotes}: LoggedSite): Promise<void> {
  const [one, two] = [`http://127.0.0.1:${site.ports[1]}`, `http://127.0.0.1:${site.ports[2]}`];
  const current = (): string => readlinkSync(join(site.prefix, 'current'));
  const pidOf = (name: string): string =>
    /pid (\d+)/.exec(pids.find((line) => line.startsWith(name)) ?? '')?.[1] ?? `no pid of ${name}`;
  let pids: string[] = [];
  const askPids = async (): Promise<void> => {
    const ran = await site.as([join(site.prefix, 'supervisor/bin/supervisorctl'), 'status']);
    pids = ran.stdout.split('\n');
  };

  // Compiled with the committed lock alone, built, and served by both instances.
  const first = await site.compile('1.0.0');
  t.is(first.ran.status, 0, first.ran.stderr);
  const deployed = await site.run(first.script, 'deploy');
  t.is(deployed.status, 0, deployed.stderr);
  t.is(current(), 'releases/1.0.0');
  const admin = readFileSync(join(site.prefix, '../secrets/admin'), 'utf8').trim();
  await write(t, one, admin, 'note', 'Written in the first release');
  for (const instance of [one, two])
    t.is(await eventually(() => page(`${instance}/note`)), 'Written in the first release');
  const key = readFileSync(join(site.prefix, '../secrets/hook-key'), 'utf8').trim();
  t.is(site.hooks.deliveries[0]?.event, 'start');
  t.is(site.hooks.deliveries.at(-1)?.event, 'success');
  t.true(site.hooks.deliveries.some(({event, json}) => event === 'step' && json.step === 'build'));
  for (const {body, signature} of site.hooks.deliveries) t.is(signature, signatureOf(body, key));

  // A change of the instances: backed up and verified; one of both answers at any time; the server runs on.
  await askPids();
  const [zeo, instance1] = [pidOf('zeo'), pidOf('instance1')];
  const second = await site.compile('1.1.0', 'instance-base:zodb-cache-size=6000');
  t.is(second.ran.status, 0, second.ran.stderr);
  const client = poll([`${one}/note`, `${two}/note`]);
  const upgraded = await site.run(second.script, 'deploy');
  const {asked, failed} = await client.end();
  t.is(upgraded.status, 0, upgraded.stderr);
  t.is(current(), 'releases/1.1.0');
  t.is(failed, 0, `of ${asked} requests`);
  t.true(asked > 10, `${asked} requests`);
  await askPids();
  t.is(pidOf('zeo'), zeo);
  t.not(pidOf('instance1'), instance1);
  t.regex(upgraded.stderr, /backup[\s\S]*verified/i);
  t.true(readdirSync(join(site.prefix, 'backups'), {recursive: true}).some((name) => /\.fsz?$/.test(String(name))));
  t.is(await page(`${two}/note`), 'Written in the first release');
  await write(t, two, admin, 'later', 'Written in the second release');

  // Releases that can't serve: the one that does goes on.
  const same = async (): Promise<void> => {
    for (const instance of [one, two])
      t.is(await eventually(() => page(`${instance}/later`)), 'Written in the second release');
  };
  await refused(t, site, {version: '1.2.0', change: unknownZcml, status: [1, 30], says: /no\.such/, same});
  t.is(site.hooks.deliveries.at(-1)?.event, 'failure');
  t.is(site.hooks.deliveries.at(-1)?.signature, signatureOf(site.hooks.deliveries.at(-1)?.body ?? '', key));
  const taken = await takePort();
  await refused(t, site, {
    version: '1.3.0',
    change: `ports:instance1=${taken.port}`,
    status: [78],
    says: new RegExp(`\\b${taken.port}\\b`),
    same,
  });
  taken.close();

  // Back: the release before serves, and nothing is built.
  const releases = readdirSync(join(site.prefix, 'releases')).sort();
  const back = await site.run(second.script, 'rollback');
  t.is(back.status, 0, back.stderr);
  t.is(current(), 'releases/1.0.0');
  t.deepEqual(readdirSync(join(site.prefix, 'releases')).sort(), releases);
  t.notRegex(back.stderr, /install/i);
  t.is(await eventually(() => page(`${one}/later`)), 'Written in the second release');
  t.true(site.hooks.deliveries.some(({event}) => event === 'rollback'));

  // The database is lost, and comes back.
  const backup = await site.run(first.script, 'backup');
  t.is(backup.status, 0, backup.stderr);
  rmSync(join(site.prefix, 'var/filestorage/Data.fs'));
  const restored = await site.run(first.script, 'restore', '-n');
  t.is(restored.status, 0, restored.stderr);
  for (const [name, body] of [
    ['note', 'Written in the first release'],
    ['later', 'Written in the second release'],
  ])
    for (const instance of [one, two]) t.is(await eventually(() => page(`${instance}/${name}`)), body);
  await write(t, one, admin, 'last', 'Written to what was restored');

  for (const ran of [deployed, upgraded, back, restored]) t.false((ran.stdout + ran.stderr).includes(admin));
  if (log !== undefined)
    await arrived(t, log, remotes, {
      local: [
        ['the script', /bulletin: .*current is 1\.1\.0/],
        ['an error of the script', /bulletin: .*health|bulletin: .*service/],
        ['the access log', /bulletin@instance1-access: .*GET \/note/],
        ['the event log', /bulletin@instance2: INFO .*/],
        ['ZEO', /bulletin@zeo: INFO /],
        ['supervisord', /bulletin\[\d+\]: .*entered RUNNING state/],
      ],
      // local3 is 19, info is 6: <19 * 8 + 6>.
      remote: /^<158>.*GET \/note/,
    });
}

/** Adds a file to the root of the database, as its administrator. */
async function write(t: ExecutionContext, instance: string, password: string, id: string, body: string): Promise<void> {
  const form = new FormData();
  form.set('id', id);
  form.set('title', '');
  form.set('file', new Blob([body], {type: 'text/plain'}), `${id}.txt`);
  const answer = await fetch(`${instance}/manage_addFile`, {
    method: 'POST',
    body: form,
    headers: {authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`},
    redirect: 'manual',
  });
  t.true([200, 204, 302].includes(answer.status), `${answer.status}: ${(await answer.text()).slice(-2000)}`);
}

/** A client behind a balancer: it asks the next instance where one does not answer. */
function poll(urls: readonly string[]): {end(): Promise<{asked: number; failed: number}>} {
  let [asked, failed, ends] = [0, 0, false];
  const work = (async () => {
    while (!ends) {
      let answer: string | undefined;
      for (const url of urls) {
        answer = await page(url, 120_000);
        if (answer !== undefined) break;
      }
      asked += 1;
      if (answer === undefined) failed += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async end() {
      ends = true;
      await work;
      return {asked, failed};
    },
  };
}

/**
 * samples/plone on this machine: Plone 6.2 built by the script, ZEO and two instances under supervisor, as root with a service
 * user (else as the user who runs this). A site and a page are made; the page outlives a deploy, three releases that can't serve,
 * a rollback and a lost database. The logs go to a real rsyslogd, the webhooks are signed.
 */
import {readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {eventually} from '../harness/eventually.js';
import {type LoggedSite, testLoggedSite} from './logged-site.js';
import {arrived} from './rsyslog.js';
import {lastScreen, page, refused, signatureOf, takePort, unknownZcml, zopeSettings} from './site.js';

await testLoggedSite(
  'site: Plone is built, serves a page, is changed, taken back and restored',
  {
    sample: 'plone',
    logFile: 'edu-portal.log',
    settings: (place) => [
      ...zopeSettings(place, 600),
      `webhooks:ci=${place.hooks.url} secret=hook-key`,
      // A weekly job has no place in a crontab of this machine.
      'buildout:parts-=zeopack',
      'buildout:parts+=plonesite',
      'plonesite:recipe=collective.recipe.plonesite',
      'plonesite:site-id=Plone',
      'plonesite:instance=instance1',
    ],
  },
  portal,
);

async function portal(t: ExecutionContext, {site, log, remotes}: LoggedSite): Promise<void> {
  const instances = [site.ports[1], site.ports[2]].map((port) => `http://127.0.0.1:${port}`);
  const current = (): string => readlinkSync(join(site.prefix, 'current'));
  const served = async (): Promise<void> => {
    for (const instance of instances)
      t.regex((await eventually(() => page(`${instance}/Plone/hello`))) ?? '', /Written before the change/, instance);
  };

  // Compiled with the committed lock alone, built, and served by both instances.
  const first = await site.compile('1.0.0');
  t.is(first.ran.status, 0, first.ran.stderr);
  const deployed = await site.run(first.script, 'deploy');
  t.is(deployed.status, 0, deployed.stderr);
  t.is(current(), 'releases/1.0.0');
  const admin = readFileSync(join(site.prefix, '../secrets/admin'), 'utf8').trim();
  await post(t, `${instances[0]}/Plone`, admin, {'@type': 'Document', id: 'hello', title: 'Written before the change'});
  await post(t, `${instances[0]}/Plone/hello/@workflow/publish`, admin, {});
  await served();
  const key = readFileSync(join(site.prefix, '../secrets/hook-key'), 'utf8').trim();
  t.is(site.hooks.deliveries[0]?.event, 'start');
  t.is(site.hooks.deliveries.at(-1)?.event, 'success');

  // A change: backed up and verified, switched, restarted.
  const second = await site.compile('1.1.0', 'instance-base:zodb-cache-size=6000');
  t.is(second.ran.status, 0, second.ran.stderr);
  const upgraded = await site.run(second.script, 'deploy');
  t.is(upgraded.status, 0, upgraded.stderr);
  t.is(current(), 'releases/1.1.0');
  t.regex(upgraded.stderr, /backup[\s\S]*verified/i);
  await served();

  // A hash that is wrong: the release that serves goes on, and the distribution is named.
  const wrong = await site.compile('1.2.0');
  const text = readFileSync(wrong.script, 'utf8');
  const edited = text.replace(/^(waitress==\S+ --hash=sha256:)[0-9a-f]{8}/m, '$100000000');
  t.not(edited, text);
  writeFileSync(wrong.script, edited);
  const hashless = await site.run(wrong.script, 'deploy', '--accept-edited');
  t.is(hashless.status, 1, hashless.stderr);
  t.regex(lastScreen(hashless), /waitress[\s\S]*hash|hash[\s\S]*waitress/i);
  t.is(current(), 'releases/1.1.0');
  t.is(site.hooks.deliveries.at(-1)?.event, 'failure');
  await served();

  // An unknown ZCML, and a port that is in use: the same.
  await refused(t, site, {version: '1.3.0', change: unknownZcml, status: [1, 30], says: /no\.such/, same: served});
  t.is(site.hooks.deliveries.at(-1)?.event, 'failure');
  const taken = await takePort();
  const inUse = new RegExp(`\\b${taken.port}\\b`);
  await refused(t, site, {
    version: '1.4.0',
    change: `ports:instance1=${taken.port}`,
    status: [78],
    says: inUse,
    same: served,
  });
  taken.close();

  // Back: the release before serves, and nothing is built.
  const releases = readdirSync(join(site.prefix, 'releases')).sort();
  const back = await site.run(second.script, 'rollback');
  t.is(back.status, 0, back.stderr);
  t.is(current(), 'releases/1.0.0');
  t.deepEqual(readdirSync(join(site.prefix, 'releases')).sort(), releases);
  t.notRegex(back.stderr, /install/i);
  await served();

  // The database is lost, and comes back from the backup that the change made.
  rmSync(join(site.prefix, 'var/filestorage/Data.fs'));
  const restored = await site.run(first.script, 'restore', '-n');
  t.is(restored.status, 0, restored.stderr);
  await served();
  for (const ran of [deployed, upgraded, hashless, back, restored]) t.false((ran.stdout + ran.stderr).includes(admin));
  for (const {body, signature} of site.hooks.deliveries) t.is(signature, signatureOf(body, key));
  if (log !== undefined)
    await arrived(t, log, remotes, {
      local: [
        ['the script', /edu-portal: .*current is 1\.1\.0/],
        ['an error of the script', /edu-portal: error: this host is unfit/],
        ['the access log', /edu-portal@instance1-access: .*GET \/Plone\/hello/],
        ['the event log', /edu-portal@instance2: INFO /],
        ['ZEO', /edu-portal@zeo: INFO /],
        ['supervisord', /edu-portal\[\d+\]: .*entered RUNNING state/],
      ],
      // local3 is 19, info is 6: <19 * 8 + 6>.
      remote: /^<158>.*GET \/Plone\/hello/,
    });
}

/** Sends JSON to plone.restapi as the site's administrator. */
async function post(t: ExecutionContext, url: string, password: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
    },
  });
  const said = await answer.text();
  t.true([200, 201].includes(answer.status), `${answer.status}: ${said.slice(-2000)}`);
}

/**
 * samples/plone on this machine: Plone 6.2 built by the script, ZEO and two instances under supervisor, as root with a service
 * user (else as the user who runs this). A site and a page are made; the page outlives a deploy, a rollback and a lost database.
 */
import {readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {toolBox} from '../harness/tools.js';
import {eventually, isRoot, makeSite, page, type Site, samplePython, signatureOf, zopeSettings} from './site.js';

const python = await samplePython();
const uv = await toolBox('uv');
const missing = python.missing ?? uv.missing;

if (missing !== undefined) test.skip(`site: Plone [skipped: ${missing}]`, (t) => t.pass());
else
  test.serial('site: Plone is built, serves a page, is changed, taken back and restored', async (t) => {
    const site = await makeSite(
      'plone',
      isRoot ? 'root with a service user' : 'ordinary user',
      python.path,
      (place) => [
        ...zopeSettings(place, 600),
        `webhooks:ci=${place.hooks.url} secret=hook-key`,
        // A weekly job has no place in a crontab of this machine.
        'buildout:parts-=zeopack',
        'buildout:parts+=plonesite',
        'plonesite:recipe=collective.recipe.plonesite',
        'plonesite:site-id=Plone',
        'plonesite:instance=instance1',
      ],
      uv.bin('uv'),
    );
    t.teardown(() => site.close());
    await portal(t, site);
  });

async function portal(t: ExecutionContext, site: Site): Promise<void> {
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
  for (const {body, signature} of site.hooks.deliveries) t.is(signature, signatureOf(body, key));

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
  const refused = await site.run(wrong.script, 'deploy', '--accept-edited');
  t.is(refused.status, 1, refused.stderr);
  t.regex(refused.stderr, /waitress[\s\S]*hash|hash[\s\S]*waitress/i);
  t.is(current(), 'releases/1.1.0');
  t.is(site.hooks.deliveries.at(-1)?.event, 'failure');
  await served();

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
  for (const ran of [deployed, upgraded, refused, back, restored]) t.false((ran.stdout + ran.stderr).includes(admin));
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

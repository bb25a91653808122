/** samples/wsgi: from .cfg to a served page and back, as an ordinary user and as root with a service user. */
import {existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {eventually} from '../harness/eventually.js';
import {needsProgram, toolBox} from '../harness/tools.js';
import {isRoot, makeSite, page, processesOf, type Site, samplePython, signatureOf, type Way} from './site.js';

const python = await samplePython();

const uv = await toolBox('uv');

const ways: readonly {way: Way; missing: string | undefined}[] = [
  {way: 'ordinary user', missing: isRoot ? needsProgram('setpriv') : undefined},
  {way: 'root with a service user', missing: isRoot ? uv.missing : 'not root'},
];

for (const {way, missing} of ways) {
  const reason = python.missing ?? missing;
  if (reason !== undefined) {
    test.skip(`e2e: the guestbook, ${way} [skipped: ${reason}]`, (t) => t.pass());
    continue;
  }
  test.serial(`e2e: the guestbook is deployed, changed, taken back and restored: ${way}`, async (t) => {
    const site = await makeSite(
      'wsgi',
      way,
      python.path,
      ({ports, hooks, folder}) => [
        `ports:web=${ports[0]}`,
        `secrets:session-key=generate:${folder}/secrets/session-key`,
        `secrets:hook-key=generate:${folder}/secrets/hook-key`,
        `webhooks:test=${hooks.url} secret=hook-key`,
        'healthcheck:deadline=20',
      ],
      way === 'ordinary user' ? undefined : uv.bin('uv'),
    );
    t.teardown(() => site.close());
    await guestbook(t, site, way);
  });
}

async function guestbook(t: ExecutionContext, site: Site, way: Way): Promise<void> {
  const home = `http://127.0.0.1:${site.ports[0]}/`;
  const current = (): string => readlinkSync(join(site.prefix, 'current'));

  // Compiled with the committed lock alone, and planned without a trace.
  const first = await site.compile('1.0.0');
  t.is(first.ran.status, 0, first.ran.stderr);
  const plan = await site.run(first.script, 'plan');
  t.is(plan.status, 2, plan.stderr);
  t.regex(plan.stdout, /added flask 3\.1\.3/);
  t.false(existsSync(site.prefix));

  // Deployed, served, and told to the webhook with a right signature.
  const deployed = await site.run(first.script, 'deploy');
  t.is(deployed.status, 0, deployed.stderr);
  t.is(current(), 'releases/1.0.0');
  t.regex((await page(home)) ?? '', /<h1>Guestbook<\/h1>/);
  const signed = await fetch(home, {method: 'POST', body: new URLSearchParams({name: 'Ada', words: 'It works'})});
  t.is(signed.status, 200);
  const events = site.hooks.deliveries.map(({event}) => event);
  t.is(events[0], 'start');
  t.is(events.at(-1), 'success');
  const key = readFileSync(join(site.prefix, '../secrets/hook-key'), 'utf8').trim();
  for (const {body, signature} of site.hooks.deliveries) t.is(signature, signatureOf(body, key));
  t.like(site.hooks.deliveries.at(-1)!.json, {release: 'guestbook', version: '1.0.0', profile: 'prod'});
  checkPermissions(t, site, way);

  // Once more: nothing to do, and the same processes.
  const before = processesOf(site.prefix).sort();
  const again = await site.run(first.script, 'deploy');
  t.is(again.status, 0, again.stderr);
  t.regex(again.stderr + again.stdout, /unchanged/);
  t.deepEqual(processesOf(site.prefix).sort(), before);
  t.is((await site.run(first.script, 'check')).status, 0);
  const drift = await site.run(first.script, 'verify');
  t.is(drift.status, 0, drift.stdout);
  t.regex(
    (await site.run(first.script, 'status')).stdout,
    /made from prod\.cfg, base\.cfg, .*release\.cfg, .*versions\.cfg/,
  );

  // A change: backed up, switched, restarted; what was written is there.
  const second = await site.compile('1.1.0', 'settings:title=Visitors');
  t.is(second.ran.status, 0, second.ran.stderr);
  const upgraded = await site.run(second.script, 'deploy');
  t.is(upgraded.status, 0, upgraded.stderr);
  t.is(current(), 'releases/1.1.0');
  t.regex((await page(home)) ?? '', /<h1>Visitors<\/h1>[\s\S]*Ada: It works/);
  t.true(readdirSync(join(site.prefix, 'backups'), {recursive: true}).length > 0);

  // Broken releases: the one that serves goes on, and the reason is said.
  const sick = await site.compile('1.2.0', 'settings:title=Sick', `healthcheck:url=${home}nowhere`);
  const refused = await site.run(sick.script, 'deploy');
  t.is(refused.status, 30, refused.stderr);
  t.is(current(), 'releases/1.1.0');
  t.regex(refused.stderr, /404/);
  t.regex((await eventually(() => page(home))) ?? '', /Visitors/);
  t.is(site.hooks.deliveries.findLast(({event}) => event === 'failure')?.json.status, 30);

  const third = await site.compile('1.3.0');
  const text = readFileSync(third.script, 'utf8');
  const wrong = text.replace(/^(flask==\S+ --hash=sha256:)[0-9a-f]{8}/m, '$100000000');
  t.not(wrong, text);
  writeFileSync(third.script, wrong);
  const edited = await site.run(third.script, 'deploy');
  t.not(edited.status, 0);
  t.regex(edited.stderr, /edited|checksum|changed/i);
  const hashless = await site.run(third.script, 'deploy', '--accept-edited');
  t.is(hashless.status, 1, hashless.stderr);
  t.regex(hashless.stderr, /hash/i);
  t.is(current(), 'releases/1.1.0');
  t.regex((await page(home)) ?? '', /Visitors/);

  // Back: the release before serves, nothing is built, what was written stays.
  const back = await site.run(second.script, 'rollback');
  t.is(back.status, 0, back.stderr);
  t.is(current(), 'releases/1.0.0');
  t.regex((await eventually(() => page(home))) ?? '', /<h1>Guestbook<\/h1>[\s\S]*Ada: It works/);
  t.regex(site.hooks.deliveries.map(({event}) => event).join(' '), /rollback/);

  // The database is lost, and comes back from the backup that the change made.
  const database = join(site.prefix, 'var/guestbook/entries.db');
  rmSync(database);
  t.notRegex((await page(home)) ?? '', /Ada/);
  const restored = await site.run(first.script, 'restore', '-n');
  t.is(restored.status, 0, restored.stderr);
  t.regex((await eventually(() => page(home))) ?? '', /Ada: It works/);
  const later = await fetch(home, {method: 'POST', body: new URLSearchParams({name: 'Grace', words: 'Still here'})});
  t.is(later.status, 200, 'the service can write to what was restored');

  // No secret in anything that was written or sent.
  const secret = readFileSync(join(site.prefix, '../secrets/session-key'), 'utf8').trim();
  for (const {body} of site.hooks.deliveries) t.false(body.includes(secret));
  for (const ran of [deployed, upgraded, refused, back, restored]) t.false((ran.stdout + ran.stderr).includes(secret));
  const journal = readFileSync(join(site.prefix, '.cfgc/journal.jsonl'), 'utf8');
  t.false(journal.includes(secret));
  t.regex(journal, /"rollback"/);
}

/** What the service may not write, and nobody else may read. */
function checkPermissions(t: ExecutionContext, site: Site, way: Way): void {
  const release = join(site.prefix, 'releases/1.0.0');
  const ini = statSync(join(release, 'etc/app/guestbook.ini'));
  t.is(ini.mode & 0o777, 0o640);
  const root = statSync(site.prefix).uid;
  for (const name of readdirSync(release, {recursive: true}).map(String)) {
    const path = join(release, name);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) continue;
    t.is(stat.mode & 0o002, 0, path);
    t.is(stat.uid, root, path);
  }
  if (way === 'root with a service user') {
    t.is(root, 0);
    const nobody = Number(/^nobody:[^:]*:(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1]);
    t.is(statSync(join(site.prefix, 'var/guestbook/entries.db')).uid, nobody);
    t.is(statSync(join(site.prefix, 'var/guestbook')).mode & 0o777, 0o700);
    for (const pid of processesOf('waitress-serve').filter((pid) => processesOf(site.prefix).includes(pid)))
      t.regex(readFileSync(`/proc/${pid}/status`, 'utf8'), new RegExp(`^Uid:\\t${nobody}\\t`, 'm'));
  }
}

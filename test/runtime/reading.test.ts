/** What an administrator asks at three in the morning, and what the script answers. */
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, readdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {rsyslogDropIn} from '../../compiler/emit/rsyslog.js';
import {eventually} from '../harness/eventually.js';
import {unfit} from '../harness/host-schema.js';
import {type FakeRelease, type Host, makeHost, testShells} from '../harness/shell.js';
import {projectRoot, type Shell} from '../harness/tools.js';

/** A release with something to back up; its Python is an empty virtualenv. */
const data = `each_environment() { "$@" main; }
each_backup() { "$@" base '' ''; }
each_dump() { "$@" base 'echo saved' 'cat >/dev/null' 2 ''; }
each_directory() { "$@" data "$DATA/filestorage" '' ''; }`;

async function status(t: ExecutionContext, host: Host, shell: Shell, script: string) {
  const ran = await host.run(shell, script, ['status', '--json']);
  t.is(ran.status, 0, ran.stderr);
  const said = JSON.parse(ran.stdout);
  t.is(unfit('status', said), '');
  const text = await host.run(shell, script, ['status']);
  t.is(text.status, 0, text.stderr);
  return {said, text: text.stdout};
}

for (const shell of testShells()) {
  test(`status, history, list, hitlist, pin and uninstall answer what one asks, in ${shell.name}`, async (t) => {
    const host = await makeHost();
    const release = (version: string, more: Partial<FakeRelease> = {}) =>
      host.script({version, data, keep: 2, ...more});
    const run = async (script: string, ...words: string[]) => host.run(shell, script, words);
    const first = await release('1.0.0');
    const none = await status(t, host, shell, first);
    t.like(none.said, {current: '', backup: '', last_run: []});
    t.regex(none.text, /nothing is deployed\n +backup +none yet\n +this script is 1\.0\.0, not on this host yet/);

    // Who, when, why, from which files.
    await host.run(shell, first, ['deploy'], {env: {REASON: 'the "first" \\ one', SUDO_USER: 'jane'}});
    const second = await release('1.1.0');
    t.is((await run(second, 'deploy')).status, 0);
    t.is((await run(second, 'pin', '1.0.0')).status, 0);
    const third = await release('1.2.0');
    t.is((await host.run(shell, third, ['deploy'], {env: {REASON: 'ticket 12'}})).status, 0);
    const good = await status(t, host, shell, third);
    t.like(good.said, {current: '1.2.0', before: '1.1.0', reason: 'ticket 12', drift: 0, hitlist: 0, pending: ''});
    t.deepEqual(good.said.sources, ['prod.cfg']);
    t.deepEqual(good.said.backup_problems, []);
    t.regex(
      good.text,
      /current +1\.2\.0 since \d{4}-\d\d-\d\dT[\d:]+Z, by \S+ \(ticket 12\)\n +before +1\.1\.0\n +made from prod\.cfg\n +drift +none/,
    );
    t.regex(
      good.text,
      /backup +[\d-]+, verified, of release 1\.1\.0\n +last run +\S+ +deploy 1\.1\.0 -> 1\.2\.0 +by .* done/,
    );

    // What failed last, what differs, which backup is no longer one, what could go.
    const failing = await release('2.0.0', {instead: 'entry_configure() { return 1; }'});
    t.is((await run(failing, 'deploy')).status, 1);
    const bad = await release('2.1.0', {instead: 'health_checks() { return 1; }'});
    t.is((await run(bad, 'deploy')).status, 30);
    await writeFile(join(host.prefix, 'current/etc/app.conf'), 'changed');
    await mkdir(join(host.prefix, 'old stuff'));
    const dumps = join(host.prefix, 'backups/dumps/base');
    const newest = (await readdir(dumps)).sort().at(-1)!;
    await rm(join(dumps, newest));
    const worse = await status(t, host, shell, third);
    t.like(worse.said, {current: '1.2.0', drift: 1, hitlist: 2, deletable: ['2.0.0']});
    t.is(worse.said.last_run.at(-1).status, '30');
    t.regex(worse.text, /drift +1 difference: see verify/);
    t.true(worse.text.includes(`NOT GOOD: ${newest}: dump base: ${join(dumps, newest)} is gone`), worse.text);
    t.regex(
      worse.text,
      /last run +\S+ +deploy 1\.2\.0 -> 2\.1\.0 .*failed in step verify with status 30: 1\.2\.0 came back/,
    );
    t.regex(worse.text, /could go +1 release, 2 other paths/);
    const hits = (await run(third, 'status', '--hitlist')).stdout;
    t.regex(
      hits,
      /releases\/2\.0\.0\tunfinished, \d+ KiB\n.*\/old stuff\tno release and no class accounts for it, \d+ KiB\n/,
    );
    t.is(hits.split('\n').length, 3);
    t.regex((await run(third, 'list')).stdout, /^1\.0\.0 +retired +\S+ pinned$/m);
    const listed = JSON.parse((await run(third, 'list', '--json')).stdout);
    t.is(unfit('list', listed), '');
    const verified = JSON.parse((await run(third, 'verify', '--json')).stdout);
    t.is(unfit('verify', verified), '');
    t.is(verified.differences.length, 1);
    const planned = JSON.parse((await run(failing, 'plan', '--json')).stdout);
    t.is(unfit('plan', planned), '');
    t.like(planned, {from: '1.2.0', to: '2.0.0', verdict: 'build'});
    t.deepEqual(
      listed.map((one: {id: string; state: string}) => `${one.id} ${one.state}`),
      ['2.0.0 failed', '1.0.0 retired', '1.1.0 retired', '1.2.0 active', '2.1.0 bad'],
    );

    const fixed = await run(third, 'verify', '--fix');
    t.is(fixed.status, 2);
    t.regex(fixed.stderr, /deploy a new version, or go back with rollback/);
    const dry = (await run(third, 'prune', '--dry-run', '--hitlist')).stdout;
    t.regex(dry, /^release 2\.0\.0: unfinished$/m);
    t.true(existsSync(join(host.prefix, 'old stuff')));
    t.is((await run(third, 'prune', '--hitlist')).status, 0);
    t.false(existsSync(join(host.prefix, 'old stuff')));
    t.is((await run(third, 'unpin', '1.0.0')).status, 0);
    t.is((await run(third, 'prune')).status, 0);
    t.deepEqual((await readdir(join(host.prefix, 'releases'))).sort(), ['1.1.0', '1.2.0', '2.1.0']);

    const history = (await run(third, 'history')).stdout.split('\n');
    t.regex(history[0]!, /Z {2}deploy nothing -> 1\.0\.0 {2}by jane as \S+ {2}done {2}\(the "first" \\ one\)$/);
    t.true(history.some((line) => / {2}pin 1\.0\.0 {2}by /.test(line)));
    t.true(history.some((line) => / {2}deploy 2\.0\.0 {2}by .*failed in step configure with status 1$/.test(line)));
    // What only looks, or was not meant, is no run.
    t.false(history.some((line) => /dry-run/.test(line)));
    t.is((await run(third, 'history', '2')).stdout.trim().split('\n').length, 2);
    for (const line of (await run(third, 'history', '--json', '2')).stdout.trim().split('\n'))
      t.is(unfit('line', JSON.parse(line)), '');

    const asked = await run(third, 'uninstall');
    t.is(asked.status, 64);
    t.is((await run(third, 'history')).stdout.split('\n').length, history.length);
    const gone = await run(third, 'uninstall', '--yes');
    t.is(gone.status, 0, gone.stderr);
    t.deepEqual(
      gone.stdout
        .trim()
        .split('\n')
        .map((line) => line.replace(/^\d+ KiB\t/, '').replace(`${host.prefix}/`, '')),
      ['var', 'backups', '.cfgc'],
    );
    t.true(existsSync(join(host.prefix, 'var/filestorage')));
    t.deepEqual((await readdir(host.prefix)).sort(), ['.cfgc', 'backups', 'var']);
  });
}

for (const shell of testShells()) {
  test(`uninstall lists files of secrets, and what an administrator put beside them, in ${shell.name}`, async (t) => {
    const host = await makeHost();
    const etc = join(host.folder, 'etc');
    const [units, rsyslog, log] = [join(etc, 'units'), join(etc, 'rsyslog.d'), join(host.folder, 'demo.log')];
    for (const folder of [join(units, 'demo-web.service.d'), rsyslog, join(etc, 'demo')])
      await mkdir(folder, {recursive: true});
    await writeFile(join(rsyslog, '30-demo.conf'), rsyslogDropIn('demo', syslog)!.replace('/var/log/demo.log', log));
    await writeFile(join(rsyslog, '31-demo2.conf'), rsyslogDropIn('demo2', syslog)!);
    for (const path of [log, `${log}.1`, join(host.folder, 'elsewhere'), join(etc, 'demo/mail')])
      await writeFile(path, 'x', {mode: 0o600});
    const script = await host.script({
      version: '1.0.0',
      data: `${data}
each_secret() {
    "$@" admin file '${etc}/demo/admin' yes || return
    "$@" mail file '${etc}/demo/mail' no || return
    "$@" other file '${host.folder}/elsewhere' no || return
    "$@" db env DB no
}
each_file() {
    "$@" etc "$ETC/app.conf" '' no '' </dev/null || return
    "$@" etc '${host.folder}/outside.conf' '' no '' </dev/null
}`,
    });
    const env = {SYSTEMD_FOLDER: units, RSYSLOG_FOLDER: rsyslog, DB: 'x'};
    const deployed = await host.run(shell, script, ['deploy'], {env});
    t.is(deployed.status, 0, deployed.stderr);
    const gone = await host.run(shell, script, ['uninstall', '--yes'], {env});
    t.is(gone.status, 0, gone.stderr);
    const listed = gone.stdout.trim().split('\n');
    t.deepEqual(
      listed.map((line) => line.replace(/^\d+ KiB\t/, '').replace(`${host.folder}/`, '')),
      [
        ...[
          'srv/var',
          'srv/backups',
          'srv/.cfgc',
          'outside.conf',
          'etc/demo/admin',
          'etc/demo',
          'etc/demo/mail',
          'elsewhere',
        ],
        ...['etc/units/demo-web.service.d', 'etc/rsyslog.d/30-demo.conf', 'demo.log', 'demo.log.1'],
      ].filter((path) => path !== 'etc/demo/mail'),
    );
    for (const line of listed) t.true(existsSync(line.split('\t')[1]!), line);
  });
}

const syslog = {enabled: true, facility: 'local3', remotes: []};
const [shell] = testShells();

test('what only looks answers while another run is at work', async (t) => {
  const host = await makeHost();
  t.is((await host.run(shell!, await host.script({version: '1.0.0', data}), ['deploy'])).status, 0);
  const mark = join(host.folder, 'mark');
  const slow = await host.script({
    version: '1.1.0',
    data,
    instead: `entry_configure() { : >'${mark}'; while [ -e '${mark}' ]; do sleep 0.1; done; }`,
  });
  const work = host.run(shell!, slow, ['deploy']);
  t.truthy(await eventually(() => existsSync(mark) || undefined));
  for (const words of [
    ['status'],
    ['list'],
    ['history'],
    ['backup', '--list'],
    ['prune', '--dry-run'],
    ['verify'],
    ['help'],
  ]) {
    const ran = await host.run(shell!, slow, words);
    t.is(ran.status, 0, `${words.join(' ')}: ${ran.stderr}`);
  }
  const {said, text} = await status(t, host, shell!, slow);
  t.regex(said.lock, / deploy 1\.1\.0 since /);
  t.regex(text, /at work +\d+ .* deploy 1\.1\.0/);
  t.regex(text, /last run .*did not end \(killed, or still at work\)/);
  await rm(mark);
  t.is((await work).status, 0);
});

test('help: one screen, and a page for each topic and each command', async (t) => {
  const host = await makeHost();
  const script = await host.script({version: '1.0.0'});
  const help = async (...words: string[]) => host.run(shell!, script, ['help', ...words]);
  const overview = (await help()).stdout;
  t.true(overview.trimEnd().split('\n').length <= 30, overview);
  const topics = /help TOPIC, of (.*)/.exec(overview)![1]!.split(' ');
  t.true(topics.length > 8);
  const main = readFileSync(join(projectRoot, 'runtime-templates/lib/main.sh'), 'utf8');
  const commands = [
    ...main.slice(main.indexOf('main_run() {'), main.indexOf('main_steps() {')).matchAll(/^ {4}([a-z| ]+)\)/gm),
  ]
    .flatMap((match) => match[1]!.split('|'))
    .map((name) => name.trim());
  t.true(commands.length > 20);
  for (const word of [...topics, ...commands]) {
    const ran = await help(word);
    t.is(ran.status, 0, `${word}: ${ran.stderr}`);
    t.true(ran.stdout.split('\n').length > 2, word);
    for (const line of ran.stdout.split('\n')) t.true(line.length <= 140, line);
  }
  t.like(await help('nothing'), {status: 64, stdout: ''});
});

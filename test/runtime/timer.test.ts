/** `schedules = systemd`, by a systemctl that stands in for the real one: whole deploys, rollbacks and an uninstall. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {shFeed, shWord} from '../../compiler/emit/quote.js';
import {timerFiles} from '../../compiler/emit/systemd-timer.js';
import {text} from '../../compiler/util/text.js';
import {unfit} from '../harness/host-schema.js';
import {type Host, makeHost, pathFor, testShells} from '../harness/shell.js';
import {type FakeSystemd, fakeSystemd} from '../harness/systemctl.js';
import {testWith} from '../harness/test-with.js';
import type {Shell} from '../harness/tools.js';

/** Name, times, command. */
type Job = readonly [string, string, string];

interface Jobs {
  readonly host: Host;
  readonly systemd: FakeSystemd;
  release(version: string, jobs: readonly Job[], schedules?: 'cron' | 'systemd'): Promise<string>;
  run(t: ExecutionContext, script: string, ...words: string[]): Promise<{stdout: string; stderr: string}>;
  /** What `status --json` says of jobs. */
  states(t: ExecutionContext, script: string): Promise<readonly string[]>;
}

async function withJobs(shell: Shell): Promise<Jobs> {
  const host = await makeHost();
  const systemd = await fakeSystemd(host.folder, await pathFor(shell));
  const cron = join(host.folder, 'cron.d');
  await mkdir(cron);
  // Who is not root has a crontab.
  const crontab = join(host.folder, 'systemctl/crontab');
  await writeFile(
    crontab,
    `#!/bin/sh\ncase $1 in\n-u) exit 0 ;;\n-l) cat '${cron}/own' ;;\n*) cat "$1" >'${cron}/own' ;;\nesac\n`,
  );
  await chmod(crontab, 0o755);
  const run: Jobs['run'] = async (t, script, ...words) => {
    const ran = await host.run(shell, script, words, {env: {...systemd.env, CRON_FOLDER: cron}});
    t.true(ran.status === 0 || (words[0] === 'plan' && ran.status === 2), `${words.join(' ')}: ${ran.stderr}`);
    return ran;
  };
  return {
    host,
    systemd,
    run,
    release: (version, jobs, schedules = 'systemd') =>
      host.script({
        version,
        schedules,
        data: dataOf(jobs, schedules),
        config: JSON.stringify([version, jobs, schedules]),
      }),
    async states(t, script) {
      const said = JSON.parse((await run(t, script, 'status', '--json')).stdout);
      t.is(unfit('status', said), '');
      return said.schedules;
    },
  };
}

/** The data functions of a release with these jobs, its units as cfgc writes them. */
function dataOf(jobs: readonly Job[], schedules: 'cron' | 'systemd'): string {
  const units = timerFiles(
    jobs.map(([name, times, command]) => ({
      kind: 'schedule',
      origin: {part: name, file: 'prod.cfg', line: 1},
      name,
      times,
      command: text(command),
      environment: [],
    })),
    [],
    {
      name: 'demo',
      user: text({ref: 'user'}),
      group: text({ref: 'group'}),
      syslog: {enabled: false, facility: 'local3'},
      writable: [],
    },
    (diagnostic) => {
      throw new Error(diagnostic.message);
    },
  );
  const files = units.map(({path, content}) => shFeed(content, `"$@" etc "$ETC/${path}" '' no ''`, ' || return'));
  return `each_schedule() { :
${jobs.map((job) => `"$@" ${job.map((word) => shWord(word)).join(' ')} || return`).join('\n')}
}
each_file() { :
${schedules === 'systemd' ? files.join('\n') : ''}
}`;
}

const pack: Job = ['pack', '0 3 * * 0', 'echo "$HOME" %input'];
const mail: Job = ['mail', '*/5 * * * *', 'echo mail'];
const warm: Job = ['warm', '@reboot', 'echo warm'];

for (const [index, shell] of testShells().entries()) {
  const test = testWith();

  test(`timers: put, read and enabled once; only what changed is read again, in ${shell.name}`, async (t) => {
    const {systemd, run, release, states, host} = await withJobs(shell);
    const first = await release('1.0.0', [pack, warm]);
    const plan = await run(t, first, 'plan');
    t.regex(plan.stdout, /\njobs to add, change or remove:\nadded pack 0 3 \* \* 0\nadded warm @reboot\n/);
    await run(t, first, 'deploy');
    t.deepEqual(await systemd.calls(), [
      'daemon-reload',
      // It starts with the host, and not now.
      'enable demo-job-warm.service',
      'enable demo-job-pack.timer',
    ]);
    t.deepEqual(readdirSync(systemd.units).sort(), [
      'demo-job-pack.service',
      'demo-job-pack.timer',
      'demo-job-warm.service',
    ]);
    t.true(existsSync(join(systemd.memory, 'pid/demo-job-pack.timer')), 'the timer runs');
    t.deepEqual(await states(t, first), ['pack scheduled 0 3 * * 0', 'warm scheduled @reboot']);
    t.regex((await run(t, first, 'status')).stdout, /\n {2}job {7}pack scheduled \(0 3 \* \* 0\)\n/);

    // Another release with the same jobs; then one whose times differ, one that goes, one that comes.
    await run(t, await release('1.1.0', [pack, warm]), 'deploy');
    t.deepEqual(await systemd.calls(), []);
    const third = await release('1.2.0', [['pack', '30 4 * * 0', pack[2]], mail]);
    t.regex(
      (await run(t, third, 'plan')).stdout,
      /:\nchanged pack 30 4 \* \* 0\nadded mail \*\/5 \* \* \* \*\nremoved warm\n/,
    );
    await run(t, third, 'deploy');
    t.deepEqual(await systemd.calls(), [
      'disable demo-job-warm.service',
      'daemon-reload',
      'enable demo-job-mail.timer',
      'try-restart demo-job-pack.timer',
    ]);
    t.regex(readFileSync(join(systemd.units, 'demo-job-pack.timer'), 'utf8'), /\nOnCalendar=Sun \*-\*-\* 04:30:00\n/);

    // Back, by the newer release's script.
    await run(t, third, 'rollback');
    t.deepEqual(await states(t, third), ['pack scheduled 0 3 * * 0', 'warm scheduled @reboot']);
    await systemd.calls();
    await run(t, third, 'uninstall', '--yes');
    t.deepEqual(readdirSync(systemd.units), []);
    t.false(existsSync(join(systemd.memory, 'pid/demo-job-pack.timer')));
    t.true(existsSync(join(host.prefix, 'var')));
  });

  // One shell is enough for what is the manager's doing.
  if (index > 0) continue;

  test('timers: one that an operator stopped stays so; what another has is left alone', async (t) => {
    const {systemd, run, release, states, host} = await withJobs(shell);
    await run(t, await release('1.0.0', [pack, mail]), 'deploy');
    const {calls} = systemd;
    const stop = await host.call(shell, 'systemctl disable --now demo-job-pack.timer', {env: systemd.env});
    t.is(stop.status, 0, stop.stderr);
    const second = await release('1.1.0', [['pack', '@daily', 'true'], mail]);
    await calls();
    await run(t, second, 'deploy');
    t.deepEqual(await calls(), ['daemon-reload', 'try-restart demo-job-pack.timer']);
    t.deepEqual(await states(t, second), ['pack stopped @daily', 'mail scheduled */5 * * * *']);

    // A job becomes one of the start of the host, and back.
    await run(t, await release('1.2.0', [['mail', '@reboot', 'true']]), 'deploy');
    t.deepEqual(await calls(), [
      'disable demo-job-mail.timer',
      'disable demo-job-pack.timer',
      'daemon-reload',
      'enable demo-job-mail.service',
    ]);
    await run(t, await release('1.3.0', [mail]), 'deploy');
    t.deepEqual(await calls(), ['disable demo-job-mail.service', 'daemon-reload', 'enable demo-job-mail.timer']);

    await writeFile(join(systemd.units, 'demo-job-theirs.timer'), '[Timer]\n');
    const fourth = await release('1.4.0', [['theirs', '@daily', 'true']]);
    const refused = await host.run(shell, fourth, ['deploy'], {env: systemd.env});
    t.is(refused.status, 78);
    t.regex(refused.stderr, /demo-job-theirs\.timer belongs to something else/);
    t.is(readFileSync(join(systemd.units, 'demo-job-theirs.timer'), 'utf8'), '[Timer]\n');
  });

  test('timers: a run that ended before systemd had read them is gone on with; what is left is in the hitlist', async (t) => {
    const {systemd, run, release, states, host} = await withJobs(shell);
    const first = await release('1.0.0', [pack]);
    await run(t, first, 'deploy');
    await systemd.calls();
    const second = await release('1.1.0', [['pack', '@daily', 'true'], mail]);
    const ended = await host.script({
      version: '1.1.0',
      schedules: 'systemd',
      data: dataOf([['pack', '@daily', 'true'], mail], 'systemd'),
      config: JSON.stringify(['1.1.0', [['pack', '@daily', 'true'], mail], 'systemd']),
      instead: 'systemctl() { case $1 in daemon-reload) return 1 ;; *) command systemctl "$@" ;; esac; }',
    });
    t.is((await host.run(shell, ended, ['deploy'], {env: systemd.env})).status, 1);
    t.deepEqual(await systemd.calls(), []);
    t.true(existsSync(join(systemd.units, 'demo-job-mail.timer')));
    await run(t, second, 'deploy');
    t.deepEqual(await systemd.calls(), [
      'daemon-reload',
      'enable demo-job-mail.timer',
      'try-restart demo-job-pack.timer',
    ]);
    t.deepEqual(await states(t, second), ['pack scheduled @daily', 'mail scheduled */5 * * * *']);

    const left = join(systemd.units, 'demo-job-old.timer');
    await writeFile(left, readFileSync(join(systemd.units, 'demo-job-mail.timer')));
    t.true((await run(t, second, 'status', '--hitlist')).stdout.includes(`${left}\tno release`));
    await run(t, second, 'prune', '--hitlist');
    t.false(existsSync(left));
    t.deepEqual(await systemd.calls(), ['disable demo-job-old.timer', 'daemon-reload']);
  });

  test('timers: from cron to systemd and back no job is with both', async (t) => {
    const {systemd, run, release, states} = await withJobs(shell);
    const first = await release('1.0.0', [pack], 'cron');
    await run(t, first, 'deploy');
    t.deepEqual(await states(t, first), ['pack scheduled 0 3 * * 0']);
    const second = await release('1.1.0', [pack]);
    t.regex((await run(t, second, 'plan')).stdout, /:\nexchanged cron for systemd: .*\n\n/);
    await run(t, second, 'deploy');
    const cron = join(systemd.units, '../cron.d');
    const jobsOfCron = () =>
      readdirSync(cron)
        .map((name) => readFileSync(join(cron, name), 'utf8'))
        .join('');
    t.notRegex(jobsOfCron(), /echo/);
    t.deepEqual(await states(t, second), ['pack scheduled 0 3 * * 0']);
    await run(t, second, 'rollback');
    t.deepEqual(readdirSync(systemd.units), []);
    t.regex(jobsOfCron(), /echo/);
    t.deepEqual(await states(t, second), ['pack scheduled 0 3 * * 0']);
  });
}

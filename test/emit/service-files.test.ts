import {writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {dir} from 'tmp-promise';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {shFeed} from '../../compiler/emit/quote.js';
import {readRemote, rsyslogDropIn} from '../../compiler/emit/rsyslog.js';
import {emitUnits, serviceFiles} from '../../compiler/emit/service-files.js';
import {type ServiceFile, supervisorFiles} from '../../compiler/emit/supervisor-conf.js';
import {timerFiles} from '../../compiler/emit/systemd-timer.js';
import {systemdFiles, writableFolders} from '../../compiler/emit/systemd-unit.js';
import type {ScheduleEntry, ServiceEntry} from '../../compiler/model/release-plan.js';
import {syslogTag} from '../../compiler/util/syslog-tag.js';
import {place, text} from '../../compiler/util/text.js';
import {testWith} from '../harness/test-with.js';
import {execute, findProgram, needsProgram, toolBox} from '../harness/tools.js';
import {service} from '../runtime/service-host.js';
import {samplePlan} from './sample-plan.js';

const supervisor = await toolBox('supervisor');

/** The files as the script would write them, with folders of the test's own, below `folder`. */
async function written(folder: string, files: readonly ServiceFile[], more = ''): Promise<void> {
  const script = [
    `PREFIX=${folder} CURRENT=${folder}/current DATA=${folder}/var LOG=${folder}/var/log RUN=${folder}/run ETC=${folder}`,
    `SERVICE_USER=$(id -un) SERVICE_GROUP=$(id -gn)`,
    more,
    'mkdir -p "$ETC/supervisor.d" "$ETC/systemd" "$CURRENT/bin" "$LOG" "$RUN"',
    ...files.map((file) => shFeed(file.content, `cat >"$ETC/${file.path}"`)),
  ].join('\n');
  await writeFile(join(folder, 'write.sh'), script);
  const ran = await execute(['sh', join(folder, 'write.sh')]);
  if (ran.status !== 0 || ran.stderr !== '') throw new Error(ran.stderr);
}

function collect(): {readonly found: Diagnostic[]; readonly report: (diagnostic: Diagnostic) => void} {
  const found: Diagnostic[] = [];
  return {found, report: (diagnostic) => found.push(diagnostic)};
}

const site: readonly ServiceEntry[] = [
  service('zeo', {
    priority: 10,
    command: [place('current', 'bin/runzeo'), text('-C'), place('current', 'etc/zeo.conf')],
    ready: [text('tcp://127.0.0.1:8100')],
    stopWaitSeconds: 60,
  }),
  service('instance1', {
    group: 'instances',
    command: [place('current', 'bin/instance1'), text('console')],
    directory: place('data'),
    environment: [
      {name: 'LANG', value: text('C.UTF-8')},
      {name: 'RATE', value: text('50%, "half" of $x')},
    ],
    umask: '007',
    redirectStderr: false,
  }),
  service('instance2', {group: 'instances', priority: 30, autostart: false, user: 'www-data'}),
  service('memmon', {
    events: ['TICK_60'],
    command: [place('current', 'bin/memmon'), text('-p'), text('instance1=1GB')],
  }),
];

test('supervisor-conf: what it says of each kind of program', async (t) => {
  const files = supervisorFiles(site, {syslog: true}, collect().report);
  const {path: folder} = await dir({unsafeCleanup: true});
  await written(folder, files);
  const read = async (name: string): Promise<string> =>
    (await execute(['cat', join(folder, 'supervisor.d', name)])).stdout.replaceAll(folder, '[PREFIX]');
  t.is(
    await read('instance1.conf'),
    `[program:instance1]
command = [PREFIX]/current/bin/instance1 console
directory = [PREFIX]/var
environment = LANG="C.UTF-8",RATE='50%%, "half" of $x'
user = ${userInfo().username}
umask = 007
priority = 20
autostart = true
startsecs = 1
stopsignal = TERM
stopwaitsecs = 10
stopasgroup = true
killasgroup = true
stdout_logfile = [PREFIX]/var/log/instance1.log
stdout_logfile_maxbytes = 1MB
stdout_logfile_backups = 0
stdout_syslog = true
stderr_logfile = [PREFIX]/var/log/instance1-error.log
stderr_logfile_maxbytes = 1MB
stderr_logfile_backups = 0
stderr_syslog = true
`,
  );
  t.is(await read('instances.group.conf'), '[group:instances]\nprograms = instance1,instance2\npriority = 20\n');
  t.regex(await read('memmon.conf'), /^\[eventlistener:memmon\]\n(.*\n)*events = TICK_60\n/);
  // Its standard output is how it talks to supervisord.
  t.notRegex(await read('memmon.conf'), /stdout_syslog|redirect_stderr/);
});

testWith(supervisor)(
  "supervisor-conf: the real parser takes it, with a key of the user's own in place of ours",
  async (t) => {
    const extra = service('own', {
      command: [text('/bin/sleep'), text('9')],
      extra: [
        {name: 'stopwaitsecs', value: text('77')},
        {name: 'environment', value: text('A="1",\nB="%(program_name)s"')},
        {name: 'numprocs', value: text('2')},
        {name: 'process_name', value: text('%(program_name)s_%(process_num)02d')},
      ],
    });
    for (const syslog of [true, false]) {
      const {path: folder} = await dir({unsafeCleanup: true});
      await written(
        folder,
        supervisorFiles([...site.filter((entry) => entry.user === undefined), extra], {syslog}, collect().report),
      );
      await writeFile(join(folder, 'main.conf'), '[supervisord]\n[include]\nfiles = supervisor.d/*.conf\n');
      const ran = await execute([
        supervisor.python,
        '-I',
        '-c',
        `import json, sys
from supervisor.options import ServerOptions
options = ServerOptions()
options.realize(["-c", sys.argv[1]])
print(json.dumps({config.name: [group.name, config.command, config.stopwaitsecs, config.environment, config.stdout_syslog]
    for group in options.process_group_configs for config in group.process_configs}))
print(options.parse_warnings)`,
        join(folder, 'main.conf'),
      ]);
      t.is(ran.status, 0, ran.stderr);
      const [programs, warnings] = ran.stdout.trim().split('\n') as [string, string];
      t.is(warnings, '[]');
      const read = JSON.parse(programs) as Record<string, unknown[]>;
      t.deepEqual(read.own_01, ['own', '/bin/sleep 9', 77, {A: '1', B: 'own'}, syslog]);
      t.deepEqual(read.instance1, [
        'instances',
        `${folder}/current/bin/instance1 console`,
        10,
        {LANG: 'C.UTF-8', RATE: '50%, "half" of $x'},
        syslog,
      ]);
      t.is(read.zeo![1], `${folder}/current/bin/runzeo -C ${folder}/current/etc/zeo.conf`);
    }
  },
);

test('supervisor-conf: what cannot be written is refused', (t) => {
  const {found, report} = collect();
  supervisorFiles(
    [
      service('one', {command: [text('/bin/one'), text('a\rb')]}),
      service('two', {command: [text('/bin/two'), text('--password=', {ref: 'secret', name: 'db'})]}),
    ],
    {syslog: true},
    report,
  );
  t.deepEqual(
    found.map((diagnostic) => [diagnostic.kind.id, diagnostic.message]),
    [
      ['CFG720', 'service `one` has a carriage return in `a\\rb`'],
      ['CFG720', 'service `two` has a secret on its command line in `--password={secret db}`'],
    ],
  );
});

test('a name that no manager takes is refused, and a tag of syslog ends where its name does', (t) => {
  for (const services of ['supervisor', 'systemd', 'none'] as const) {
    const {found, report} = collect();
    const plan = samplePlan();
    serviceFiles(
      {
        ...plan,
        release: {...plan.release, services},
        entries: [service('sites/one'), service('a:b'), service('fine-1')],
      },
      report,
    );
    t.deepEqual(
      found.map((diagnostic) => [diagnostic.kind.id, diagnostic.message]),
      services === 'none'
        ? []
        : [
            ['CFG720', "service `sites/one` can't have this name"],
            ['CFG720', "service `a:b` can't have this name"],
          ],
      services,
    );
  }
  t.is(syslogTag('portal', 'sites/one two:[3]%'), 'portal@sites-one-two--3--');
});

testWith(supervisor)('supervisor-conf: a secret of any kind arrives, or is refused on the host', async (t) => {
  const files = supervisorFiles(
    [service('one', {environment: [{name: 'KEY', value: text('<', {ref: 'secret', name: 'key'}, '>')}]})],
    {syslog: true},
    collect().report,
  );
  const library = join(process.cwd(), 'runtime-templates/lib');
  for (const [secret, arrives] of [
    ['plain', true],
    ['50% of $x `id`; #y', false],
    ["it's;50%#x\\", true],
    ['with "quotes"', false],
    ['two\nlines', false],
    ['%(here)s', false],
  ] as const) {
    const {path: folder} = await dir({unsafeCleanup: true});
    await writeFile(join(folder, 'key'), secret);
    const script = [
      `. ${library}/log.sh; . ${library}/supervisor.sh`,
      `ETC=${folder} CURRENT=${folder} LOG=${folder}`,
      `SECRET_key=$(cat ${folder}/key)`,
      'mkdir -p "$ETC/supervisor.d"',
      ...files.map((file) => shFeed(file.content, `cat >"$ETC/${file.path}"`)),
      'supervisor_refused',
    ].join('\n');
    await writeFile(join(folder, 'write.sh'), script);
    const ran = await execute(['sh', join(folder, 'write.sh')]);
    t.is(ran.status === 0, arrives, `${secret}: ${ran.stderr}`);
    if (!arrives) continue;
    await writeFile(join(folder, 'main.conf'), '[supervisord]\n[include]\nfiles = supervisor.d/*.conf\n');
    const read = await execute([
      supervisor.python,
      '-I',
      '-c',
      `import sys
from supervisor.options import ServerOptions
options = ServerOptions()
options.realize(["-c", sys.argv[1]])
print(options.process_group_configs[0].process_configs[0].environment["KEY"], end="")`,
      join(folder, 'main.conf'),
    ]);
    t.is(read.stdout, `<${secret}>`, read.stderr);
  }
});

testWith(needsProgram('systemd-analyze'))('systemd-unit: systemd-analyze finds nothing to say', async (t) => {
  const {found, report} = collect();
  const hostile = service('hostile', {
    command: [
      place('current', 'bin/hostile'),
      ...["it's", '"q"', '$HOME ${HOME} 50% %h', 'a;b', ';', '\\n', 'two\nlines\t', '', 'ü'].map((value) =>
        text(value),
      ),
    ],
    environment: [{name: 'A', value: text('50% "q" $HOME\n\\')}],
    user: 'root',
  });
  const {path: folder} = await dir({unsafeCleanup: true});
  const options = {
    name: 'portal',
    user: text({ref: 'user'}),
    group: text({ref: 'group'}),
    syslog: {enabled: true, facility: 'local3'},
    writable: writableFolders([
      {kind: 'directory', origin: hostile.origin, class: 'blobs', path: text('/srv/blobs')},
      {kind: 'directory', origin: hostile.origin, class: 'data', path: place('data', 'filestorage')},
      {kind: 'directory', origin: hostile.origin, class: 'code', path: place('share', 'x')},
    ]),
  };
  const files = systemdFiles([...site.filter((entry) => entry.user === undefined), hostile], options, report);
  t.deepEqual(
    found.map((diagnostic) => diagnostic.kind.id),
    ['CFG721'],
  );
  t.deepEqual(
    files.map((file) => file.path),
    [
      'systemd/portal-zeo.service',
      'systemd/portal-instance1.service',
      'systemd/portal-hostile.service',
      'systemd/portal.target',
    ],
  );
  await written(folder, files);
  for (const name of ['runzeo', 'instance1', 'hostile']) {
    await writeFile(join(folder, 'current/bin', name), '#!/bin/sh\n', {mode: 0o755});
  }
  const units = files.map((file) => join(folder, file.path));
  const ran = await execute(['systemd-analyze', 'verify', '--man=no', ...units]);
  // It looks at the units of this machine as well.
  t.deepEqual(
    ran.stderr.split('\n').filter((line) => line.includes('portal')),
    [],
  );
  const unit = (await execute(['cat', units[1]!])).stdout.replaceAll(folder, '[PREFIX]');
  t.regex(unit, /^# A service of portal in \[PREFIX\], written by its release script\.\n\[Unit\]\n/);
  t.regex(
    unit,
    /\nReadWritePaths=-\[PREFIX\]\/var\nReadWritePaths=-\[PREFIX\]\/var\/log\nReadWritePaths=-\[PREFIX\]\/run\nReadWritePaths=-\/srv\/blobs\n/,
  );
  t.regex(unit, /\nEnvironment="RATE=50%%, \\"half\\" of \$x"\n/);
  t.regex(unit, /\nAfter=network-online\.target portal-zeo\.service\n/);
  t.regex(unit, /\nUMask=007\n/);
  const security = await execute(['systemd-analyze', 'security', '--offline=true', '--no-pager', units[1]!]);
  const level = /exposure level for \S+: ([\d.]+)/.exec(security.stdout)?.[1];
  t.true(Number(level) < 3, `${level}: ${security.stderr}`);
});

const job = (name: string, times: string, command: ScheduleEntry['command']): ScheduleEntry => ({
  kind: 'schedule',
  origin: {part: name, file: 'prod.cfg', line: 7},
  name,
  times,
  command,
  environment: [{name: 'A', value: text('50% "q"')}],
});
const jobOptions = {
  name: 'portal',
  user: text({ref: 'user'}),
  group: text({ref: 'group'}),
  syslog: {enabled: true, facility: 'local3'},
  writable: writableFolders([]),
};

testWith(needsProgram('systemd-analyze'))('systemd-timer: systemd-analyze finds nothing to say', async (t) => {
  const {found, report} = collect();
  const files = timerFiles(
    [
      job('pack', '30 3 13 * 5', text(place('current', 'lib/bin/pack'), ' "$HOME" \'%h\' \\% \\\\ >/dev/null 2>&1')),
      job('feed', '@daily', text('cat % first\\%%second%%')),
      job('warm', '@reboot', text('true')),
    ],
    ['web'],
    jobOptions,
    report,
  );
  t.deepEqual(found, []);
  const {path: folder} = await dir({unsafeCleanup: true});
  await written(folder, files);
  const ran = await execute(['systemd-analyze', 'verify', '--man=no', ...files.map((file) => join(folder, file.path))]);
  t.deepEqual(
    ran.stderr.split('\n').filter((line) => line.includes('portal')),
    [],
  );
  const read = async (name: string): Promise<string> =>
    (await execute(['cat', join(folder, 'systemd', name)])).stdout.replaceAll(folder, '[PREFIX]');
  t.is(
    await read('portal-job-pack.timer'),
    `# A job of portal in [PREFIX], written by its release script.
[Unit]
Description=portal: times of job pack

[Timer]
# In cron's words: 30 3 13 * 5
OnCalendar=*-*-13 03:30:00
OnCalendar=Fri *-*-* 03:30:00
AccuracySec=1s

[Install]
WantedBy=timers.target
`,
  );
  const unit = await read('portal-job-pack.service');
  t.regex(unit, /^# A job of portal in \[PREFIX\], written by its release script\.\n\[Unit\]\n/);
  t.regex(unit, /\nType=oneshot\nExecStart=\/bin\/sh -c "\[PREFIX\]\/current\/lib\/bin\/pack \\"\$\$HOME\\" '"\n/);
  t.regex(unit, /\nStandardInput=data\nStandardInputText=h' %% \\\\\\\\ >\/dev\/null 2>&1\n/);
  t.regex(unit, /\nEnvironment="A=50%% \\"q\\""\n/);
  t.regex(unit, /\nNoNewPrivileges=yes\n/);
  t.notRegex(unit, /WantedBy/);
  t.regex(await read('portal-job-feed.service'), /\nStandardInputText=\\x20first%%\\nsecond\\n\n/);
  t.regex(await read('portal-job-warm.service'), /\n\[Install\]\nWantedBy=multi-user\.target\n$/);
  t.false(files.some((file) => file.path === 'systemd/portal-job-warm.timer'));
  const security = await execute([
    'systemd-analyze',
    'security',
    '--offline=true',
    '--no-pager',
    join(folder, files[1]!.path),
  ]);
  const level = /exposure level for \S+: ([\d.]+)/.exec(security.stdout)?.[1];
  t.true(Number(level) < 3, `${level}: ${security.stderr}`);
});

test('systemd-timer: a job that no unit can be, and one with a secret in its command, are refused', (t) => {
  const {found, report} = collect();
  timerFiles(
    [
      job('pack@night', '@daily', text('true')),
      job('web', '@daily', text('true')),
      job('often', '@every_minute', text('true')),
      job('mail', '@daily', text('mail ', {ref: 'secret', name: 'db'}, '%', {ref: 'secret', name: 'db'})),
    ],
    ['job-web'],
    jobOptions,
    report,
  );
  t.deepEqual(
    found.map((diagnostic) => [diagnostic.kind.id, diagnostic.message]),
    [
      ['CFG723', "job `pack@night` can't be a unit: its name can hold letters, digits and . _ - alone"],
      ['CFG723', "job `web` can't be a unit: its name is that of service `job-web` already"],
      ['CFG723', "job `often` can't be a unit: its times `@every_minute` are no times of cron"],
      ['CFG722', 'job `mail` has a secret on its command line in `mail {secret db}`'],
    ],
  );
});

testWith(needsProgram('rsyslogd'))('rsyslog: rsyslogd takes the drop-in', async (t) => {
  const {path: folder} = await dir({unsafeCleanup: true});
  const drop = rsyslogDropIn('edu-portal', {
    enabled: true,
    facility: 'local3',
    remotes: ['loghost.example.org', 'tcp://10.0.0.1:1514', '@@[2001:db8::1]:6514'],
  });
  await writeFile(join(folder, 'rsyslog.conf'), `module(load="imuxsock")\n${drop}`);
  const ran = await execute([findProgram('rsyslogd') ?? 'rsyslogd', '-N1', '-f', join(folder, 'rsyslog.conf')]);
  t.is(ran.status, 0, ran.stderr);
  t.notRegex(ran.stderr, /error|warning/i);
});

test('rsyslog: no drop-in where syslog is off', (t) => {
  t.is(rsyslogDropIn('portal', {enabled: false, facility: 'local3', remotes: ['x']}), undefined);
});

test('rsyslog: remote addresses', (t) => {
  t.deepEqual(
    ['loghost', 'loghost:1514', '@loghost', '@@loghost:6514', 'udp://10.0.0.1', 'tcp://[::1]:99'].map(readRemote),
    [
      {host: 'loghost', port: 514, protocol: 'udp'},
      {host: 'loghost', port: 1514, protocol: 'udp'},
      {host: 'loghost', port: 514, protocol: 'udp'},
      {host: 'loghost', port: 6514, protocol: 'tcp'},
      {host: '10.0.0.1', port: 514, protocol: 'udp'},
      {host: '::1', port: 99, protocol: 'tcp'},
    ],
  );
});

test('--emit systemd prints each unit under its path, with the places of the plan, whoever runs the services', (t) => {
  const port = text('--port=', {ref: 'env', name: 'PORT'});
  const plan = samplePlan({entries: [service('web', {command: [place('current', 'bin/web'), port]})]});
  const units = emitUnits(plan, (diagnostic) => t.fail(diagnostic.message));
  t.is(plan.release.services, 'none');
  t.regex(units, /^# \/etc\/systemd\/system\/guestbook-web\.service\n/);
  t.regex(units, /\n# \/etc\/systemd\/system\/guestbook\.target\n/);
  t.regex(units, /\nExecStart=\/srv\/guestbook\/current\/bin\/web "--port=\{env PORT\}"\n/);
  t.regex(units, /\nUser=guestbook\nGroup=guestbook\n/);
  t.notRegex(units, /\$/);
});

import test from 'ava';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import type {HistoryItem, ResolvedOption, ResolvedSection} from '../../compiler/model/config.js';
import type {Source} from '../../compiler/model/source.js';
import type {Text} from '../../compiler/model/text.js';
import {settingSections} from '../../compiler/settings/options.js';
import {defaultPermissions, parsePermission} from '../../compiler/settings/permissions.js';
import {settingOrigins} from '../../compiler/settings/setting-origins.js';
import {readSettings} from '../../compiler/settings/settings.js';
import {place, text} from '../../compiler/util/text.js';

type Options = Record<string, string | Text>;

function sections(all: Record<string, Options>): ReadonlyMap<string, ResolvedSection> {
  return new Map(
    Object.entries(all).map(([name, options]) => {
      const read = Object.entries(options).map(([key, value]) => {
        const raw = typeof value === 'string' ? value : '';
        return [key, {name: key, raw, value: typeof value === 'string' ? text(value) : value, history: []}] as const;
      });
      return [name, {name, options: new Map(read)}];
    }),
  );
}

function read(all: Record<string, Options>) {
  const found: Diagnostic[] = [];
  const settings = readSettings(sections(all), (diagnostic) => found.push(diagnostic), {
    cfgcVersion: '1.3.0',
    entryName: 'prod.cfg',
  });
  return {settings, found, ids: found.map(({kind}) => kind.id), messages: found.map(({message}) => message)};
}

const release = {name: 'edu-portal', version: '1.4.0', python: '3.11'};

test('settings: three lines are enough, and the defaults are safe', (t) => {
  const {settings, found} = read({release});
  t.deepEqual(found, []);
  t.like(settings, {
    name: 'edu-portal',
    version: '1.4.0',
    profile: 'prod',
    prefix: '/srv/edu-portal',
    user: 'edu-portal',
    group: 'edu-portal',
    keep: 5,
    services: 'supervisor',
    installer: 'auto',
    layoutStyle: 'prefix',
    target: {python: '3.11', implementation: 'cpython', platform: 'linux-x86_64'},
    syslog: {enabled: true, facility: 'local3', remotes: []},
  });
  t.is(settings.operators, undefined);
  t.deepEqual(settings.permissions, defaultPermissions);
});

test('settings: no [release] at all is one message', (t) => {
  t.deepEqual(read({buildout: {parts: ''}}).ids, ['CFG480']);
});

test('settings: everything that is missing or misspelt is said in one run', (t) => {
  const {ids, found} = read({release: {name: 'a', prefx: '/srv/a'}, layout: {stile: 'fhs'}, backup: {kep: '3'}});
  t.deepEqual([...ids].sort(), ['CFG481', 'CFG481', 'CFG481', 'CFG482', 'CFG482']);
  t.deepEqual(
    found.filter(({kind}) => kind.id === 'CFG481').map(({hint}) => hint),
    ['did you mean `prefix`?', 'did you mean `style`?', 'did you mean `keep`?'],
  );
});

test('settings: a part that is called as a release section is no settings', (t) => {
  const {settings, found} = read({
    release,
    backup: {recipe: 'collective.recipe.backup', keep: 'x', locationprefix: 'y'},
  });
  t.deepEqual(found, []);
  t.is(settings.backup.keep, 5);
});

const bad: readonly [string, string, string][] = [
  ['version', '1.4', 'CFG483'],
  ['version', 'v1.4.0', 'CFG483'],
  ['name', '-x', 'CFG483'],
  ['name', 'a b', 'CFG483'],
  ['python', '2.7', 'CFG483'],
  ['python', '3.11.4', 'CFG483'],
  ['profile', 'production', 'CFG483'],
  ['platform', 'linux', 'CFG483'],
  ['prefix', 'srv/x', 'CFG483'],
  ['prefix', '/', 'CFG483'],
  ['prefix', '/srv/../etc', 'CFG483'],
  ['prefix', '/srv/x\n/srv/y', 'CFG483'],
  ['user', 'a b', 'CFG483'],
  ['user', '-x', 'CFG483'],
  ['keep', '1', 'CFG483'],
  ['keep', 'five', 'CFG483'],
  ['services', 'upstart', 'CFG483'],
  ['schedules', 'at', 'CFG483'],
  ['data-migration', 'maybe', 'CFG483'],
  ['syslog-facility', 'local9', 'CFG483'],
  ['syslog-remotes', 'log host!', 'CFG483'],
  ['webhooks', 'ftp://x/', 'CFG483'],
  ['webhooks', 'https://x/ events=begin', 'CFG483'],
  ['webhooks', 'https://x/ secret=nokey', 'CFG485'],
  ['cfgc', '^2', 'CFG488'],
  ['cfgc', 'newest', 'CFG483'],
];
for (const [option, value, id] of bad) {
  test(`settings: ${option} = ${JSON.stringify(value)} is refused`, (t) => {
    t.deepEqual(read({release: {...release, [option]: value}}).ids, [id]);
  });
}

test('settings: what decides the release cannot be left to the host', (t) => {
  const {ids} = read({release: {...release, version: text({ref: 'env', name: 'VERSION'})}});
  t.deepEqual(ids, ['CFG484']);
});

test('settings: webhooks, named or not', (t) => {
  const {settings, found} = read({
    release: {
      ...release,
      webhooks: 'https://ci.example.org/a\nhttps://ci.example.org/b secret=key events=failure,rollback',
    },
    webhooks: {chat: 'https://chat.example.org/x format=slack'},
    secrets: {key: 'file:/etc/edu/key'},
  });
  t.deepEqual(found, []);
  t.deepEqual(settings.webhooks, [
    {setting: 'release:webhooks', url: text('https://ci.example.org/a'), format: 'json', events: []},
    {
      setting: 'release:webhooks',
      url: text('https://ci.example.org/b'),
      secret: 'key',
      format: 'json',
      events: ['failure', 'rollback'],
    },
    {setting: 'webhooks:chat', url: text('https://chat.example.org/x'), format: 'slack', events: []},
  ]);
});

test('settings: each has the place where it was last written, defaults have none', (t) => {
  const source = {name: 'prod.cfg', text: '[release]\nkeep = 3\nkeep = 4\n', kind: 'file'} as unknown as Source;
  const at = (value: string): HistoryItem => ({
    operation: 'set',
    from: 'file',
    value,
    span: {source, start: source.text.indexOf(value), end: source.text.indexOf(value) + 1},
  });
  const option = (name: string, ...history: HistoryItem[]): [string, ResolvedOption] => {
    const raw = history.at(-1)!.value;
    return [name, {name, raw, value: text(raw), history}];
  };
  const origins = settingOrigins((name) =>
    name !== 'release'
      ? undefined
      : {
          name,
          options: new Map([
            option('keep', at('3'), at('4')),
            option('prefix', at('3'), {operation: 'set', from: 'command-line', value: '/srv/x'}),
            option('recipe-default', {operation: 'set', from: 'default', value: 'x'}),
          ]),
        },
  );
  t.deepEqual(origins, {
    'release:keep': {file: 'prod.cfg', line: 3},
    'release:prefix': {file: 'the command line', line: 0},
  });
});

test('settings: secrets say where, never what', (t) => {
  const {settings, found} = read({
    release,
    secrets: {a: 'env:A_KEY', b: text('file:', place('etc', 'b')), c: 'generate:/etc/c', d: 'command:pass show d'},
  });
  t.deepEqual(found, []);
  t.deepEqual(settings.secrets, [
    {name: 'a', from: {env: 'A_KEY'}, generate: false},
    {name: 'b', from: {file: place('etc', 'b')}, generate: false},
    {name: 'c', from: {file: text('/etc/c')}, generate: true},
    {name: 'd', from: {command: text('pass show d')}, generate: false},
  ]);
  const clear = read({release, secrets: {admin: 'canary'}});
  t.deepEqual(clear.ids, ['CFG486']);
  t.notRegex(JSON.stringify(clear.found), /canary/);
});

test('settings: health checks, backup, inputs and system', (t) => {
  const {settings, found} = read({
    release,
    healthcheck: {url: 'http://127.0.0.1:8080/ok\ntcp://127.0.0.1:8100', status: '200, 302', deadline: '30'},
    backup: {
      keep: '9',
      full: 'yes',
      'dump-pg': 'pg_dump portal',
      'restore-pg': 'pg_restore portal',
      'verify-pg': 'pg_restore --list',
    },
    inputs: {SMTP_HOST: 'localhost', SITE_URL: ''},
    system: {pdftotext: '', wv: '/usr/bin/wvText'},
  });
  t.deepEqual(found, []);
  t.is(settings.healthChecks.length, 2);
  t.like(settings.healthChecks[0], {url: text('http://127.0.0.1:8080/ok'), deadlineSeconds: 30, intervalSeconds: 2});
  t.deepEqual(settings.healthChecks[0]!.status, [200, 302]);
  t.deepEqual(settings.backup, {
    keep: 9,
    full: true,
    commands: [
      {
        name: 'pg',
        dump: text('pg_dump portal'),
        restore: text('pg_restore portal'),
        verify: text('pg_restore --list'),
      },
    ],
  });
  t.deepEqual(settings.inputs, [{name: 'SMTP_HOST', fallback: 'localhost'}, {name: 'SITE_URL'}]);
  t.deepEqual(settings.system, [
    {name: 'pdftotext', command: 'pdftotext'},
    {name: 'wv', command: '/usr/bin/wvText'},
  ]);
});

test('settings: a restore without its dump, a status that is none', (t) => {
  t.deepEqual(read({release, backup: {'restore-pg': 'x'}}).ids, ['CFG483']);
  t.deepEqual(read({release, backup: {'verify-pg': 'x'}}).ids, ['CFG483']);
  t.deepEqual(read({release, healthcheck: {url: 'http://x/', status: '99'}}).ids, ['CFG483']);
});

test('permissions: a line is read, a mode for what is run follows from it', (t) => {
  t.deepEqual(parsePermission('deployer:@service 640'), {
    owner: '@deployer',
    group: '@service',
    file: '0640',
    executable: '0750',
    directory: '0750',
  });
  t.deepEqual(parsePermission('zope:www-data 0600 0711'), {
    owner: 'zope',
    group: 'www-data',
    file: '0600',
    executable: '0700',
    directory: '0711',
  });
  for (const line of ['zope 0640', 'a:b', 'a:b 9', 'a:b:c 0640', 'a:b 0640 0750 0700', 'a;b:c 0640', ':b 0640'])
    t.true('wrong' in parsePermission(line), line);
});

for (const [line, why] of [
  ['code = service:service 0640', 'the service owns its code'],
  ['etc = deployer:service 0660', 'the service writes its code'],
  ['data = service:service 0606', 'everyone writes'],
  ['backups = deployer:deployer 0644', 'everyone reads backups'],
  ['bin = deployer:operators 4770', 'a set-user bit'],
] as const) {
  test(`permissions: refused in prod: ${why}`, (t) => {
    const [pathClass, value] = line.split(' = ') as [string, string];
    t.deepEqual(read({release, permissions: {[pathClass]: value}}).ids, ['CFG487']);
  });
}

test('settings: every default that the documentation names is the one that is read', (t) => {
  const {settings} = read({release});
  const documented = (section: string, option: string) =>
    settingSections.find(({name}) => name === section)!.options.find(({name}) => name === option)!.fallback;
  for (const [pathClass, permission] of Object.entries(settings.permissions))
    t.deepEqual(parsePermission(documented('permissions', pathClass)!), permission, pathClass);
  t.is(documented('release', 'keep'), String(settings.keep));
  t.is(documented('release', 'services'), settings.services);
  const schedules = [settings, read({release: {...release, services: 'systemd'}}).settings].map((one) => one.schedules);
  t.is(documented('release', 'schedules'), `${schedules[0]}; ${schedules[1]} with services = systemd`);
  t.is(documented('release', 'installer'), settings.installer);
  t.is(documented('release', 'platform'), settings.target.platform);
  t.is(documented('release', 'syslog-facility'), settings.syslog.facility);
  t.is(documented('backup', 'keep'), String(settings.backup.keep));
  const checked = read({release, healthcheck: {url: 'http://x/'}}).settings.healthChecks[0]!;
  t.is(documented('healthcheck', 'deadline'), String(checked.deadlineSeconds));
  t.is(documented('healthcheck', 'interval'), String(checked.intervalSeconds));
  t.is(documented('healthcheck', 'status'), String(checked.status[0]));
});

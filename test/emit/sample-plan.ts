import type {Lock} from '../../compiler/model/lock.js';
import type {Entry, Origin, ReleasePlan} from '../../compiler/model/release-plan.js';
import type {PathClass, Permission} from '../../compiler/model/settings.js';
import {place, text} from '../../compiler/util/text.js';

/** A small plan by hand: one environment, launchers, files of each kind, a service. */
export function samplePlan(changes: Partial<ReleasePlan> = {}): ReleasePlan {
  return {
    schema: 'cfgc-plan/1',
    sources: [
      {name: 'prod.cfg', sha256: '1'.repeat(64)},
      {name: 'https://example.org/base.cfg', sha256: '2'.repeat(64)},
    ],
    release: {
      name: 'guestbook',
      version: '1.0.0',
      profile: 'prod',
      prefix: '/srv/guestbook',
      user: 'guestbook',
      group: 'guestbook',
      keep: 3,
      services: 'none',
      schedules: 'cron',
      installer: 'auto',
      buildFromSource: [],
      dataMigration: false,
    },
    target: {python: '3.11', implementation: 'cpython', platform: 'linux-x86_64'},
    layout: {style: 'prefix', folders: {}},
    permissions: samplePermissions,
    entries: [
      {kind: 'directory', origin: origin('folders', 3), class: 'data', path: place('data', 'guestbook')},
      {
        kind: 'environment',
        origin: origin('web', 10),
        name: 'main',
        requirements: [{name: 'jinja2', text: 'Jinja2', origin: origin('web', 11)}],
        exclude: [],
        editable: [],
      },
      {
        kind: 'script',
        origin: origin('web', 10),
        path: place('bin', 'hello'),
        environment: 'main',
        run: {type: 'call', module: 'jinja2', attributes: 'Template'},
        initialization: text('import os\nos.environ["GREETING"] = "it\'s $HOME"'),
        arguments: text('os.environ["GREETING"]'),
        extraPaths: [place('etc', 'app')],
      },
      {
        kind: 'file',
        origin: origin('settings', 20),
        class: 'etc',
        path: place('etc', 'app/settings.ini'),
        content: text('[app]\ndata = ', place('data', 'guestbook'), '\nprice = $5 `id` \\n "q"\n'),
        executable: false,
      },
      {
        kind: 'service',
        origin: origin('web', 10),
        name: 'web',
        command: [place('bin', 'hello')],
        environment: [],
        priority: 10,
        autostart: true,
        startSeconds: 1,
        stopSignal: 'TERM',
        stopWaitSeconds: 10,
        redirectStderr: true,
        events: [],
        extra: [],
        ready: [],
        uses: ['web', 'settings'],
      },
    ],
    logging: {enabled: false, facility: 'local4', remotes: []},
    hooks: {webhooks: [], healthChecks: []},
    secrets: [],
    inputs: [],
    system: [],
    settings: {},
    ...changes,
  };
}

/** A plan that has every kind of entry, setting and reference, with a value that no reader likes wherever one may stand. */
export function fullPlan(changes: Partial<ReleasePlan> = {}): ReleasePlan {
  const sample = samplePlan();
  const nasty = text(hostileValue, place('data', 'x'), {ref: 'env', name: 'PORT'}, '\n');
  const at = origin('everything', 99);
  const more: readonly Entry[] = [
    {
      kind: 'directory',
      origin: at,
      class: 'blobs',
      path: place('data', 'blob storage'),
      mode: '0700',
      owner: 'guestbook',
    },
    {kind: 'link', origin: at, path: place('bin', 'python'), to: text({ref: 'python'})},
    {
      kind: 'file',
      origin: at,
      class: 'etc',
      path: place('etc', hostileValue.replaceAll('/', '-').replaceAll('\n', ' ')),
      content: nasty,
      executable: true,
      mode: '0750',
      validate: [text({ref: 'python'}), text('-c'), text('import sys')],
    },
    {
      kind: 'file',
      origin: at,
      class: 'etc',
      path: place('etc', 'inituser'),
      content: text('admin:', {ref: 'secret', name: 'admin-password'}),
      executable: false,
      unlessExists: place('data', 'Data.fs'),
    },
    {
      kind: 'script',
      origin: at,
      path: place('bin', 'py'),
      environment: 'main',
      run: {type: 'interpreter'},
      initialization: text(),
      arguments: text(),
      extraPaths: [],
    },
    {
      kind: 'scripts',
      origin: at,
      environment: 'main',
      distribution: 'jinja2',
      dependents: true,
      initialization: text(),
      arguments: text(),
      extraPaths: [nasty],
    },
    {
      kind: 'command',
      origin: at,
      name: 'index',
      when: 'after-switch',
      interpreter: 'sh',
      source: text('echo "', {ref: 'env', name: 'PORT'}, '" it\'s\n'),
      stopOnError: false,
      environment: [{name: 'VALUE', value: nasty}],
    },
    {
      kind: 'download',
      origin: at,
      url: 'https://example.org/a.tar.gz?x=1&y=$2',
      sha256: '0'.repeat(64),
      class: 'code',
      path: place('share', 'a'),
      unpack: true,
      strip: true,
    },
    {
      kind: 'build',
      origin: at,
      name: 'haproxy',
      url: 'https://example.org/haproxy.tar.gz',
      sha256: '1'.repeat(64),
      path: place('share', 'haproxy'),
      source: text('./configure --prefix="', place('release', 'share/haproxy'), '"\nmake\nmake install\n'),
      environment: [
        {name: 'CFLAGS', value: text('-O2')},
        {name: 'NASTY', value: nasty},
      ],
      patches: [nasty],
    },
    {
      kind: 'schedule',
      origin: at,
      name: 'pack',
      times: '@daily',
      command: nasty,
      environment: [{name: 'A', value: nasty}],
    },
    {
      kind: 'backup',
      origin: at,
      name: 'backup',
      storages: [{name: '1', file: place('data', 'Data.fs'), blobs: place('data', 'blobs')}],
      location: place('backups', 'backups'),
      blobLocation: place('backups', 'blobs'),
      keep: 2,
      keepBlobDays: 14,
      full: false,
      compress: true,
      blobs: 'copy',
      preCommand: text(),
      postCommand: nasty,
      commands: [{name: 'entries', dump: nasty, restore: nasty}],
    },
    {kind: 'check', origin: at, name: 'answers', when: 'running', command: [text('true'), nasty]},
  ];
  return {
    ...sample,
    entries: [...sample.entries, ...more],
    logging: {enabled: true, facility: 'local4', remotes: ['logs.example.org']},
    hooks: {
      webhooks: [
        {
          setting: 'webhooks:ci',
          url: text('https://ci.example.org/hooks'),
          secret: 'admin-password',
          format: 'json',
          events: ['start', 'failure'],
        },
      ],
      healthChecks: [{url: text('http://127.0.0.1:8080/'), status: [200], deadlineSeconds: 30, intervalSeconds: 1}],
    },
    secrets: [{name: 'admin-password', from: {file: text('/etc/guestbook/password')}, generate: true}],
    inputs: [{name: 'PORT', fallback: hostileValue}],
    system: [
      {name: 'tar', command: 'tar'},
      {name: 'cache', command: 'memcached', origin: at},
    ],
    settings: {
      'secrets:admin-password': {file: 'release.cfg', line: 7},
      'release:keep': {file: 'the command line', line: 0},
    },
    ...changes,
  };
}

export const hostileValue = '-n \'"$(id)`id`\\ ${HOME} %d #x;\n\tEND\n“é”';

/** Two real wheels of the index, by their hashes: Jinja2 is pure, MarkupSafe is for this platform. */
export function sampleLock(changes: Partial<Lock> = {}): Lock {
  return {
    requiresPython: '>=3.11',
    packages: [
      locked('jinja2', '3.1.6', '85ece4451f492d0c13c5dd7c13a64681a86afae63a5f347908daf103ce6d2f67', ['markupsafe']),
      locked('markupsafe', '3.0.2', 'a123e330ef0853c6e822384873bef7507557d8e4a082961e1defa947aa59ba84'),
    ],
    inputDigest: '',
    remote: {},
    downloads: {},
    supervisor: [],
    tools: [],
    bridge: [],
    ...changes,
  };
}

export function locked(
  name: string,
  version: string,
  sha256: string,
  dependencies: readonly string[] = [],
): Lock['packages'][number] {
  return {name, version, wheels: [{filename: `${name}-${version}-py3-none-any.whl`, sha256}], dependencies};
}

export function origin(part: string, line: number): Origin {
  return {part, recipe: 'zc.recipe.egg', file: 'base.cfg', line};
}

const code: Permission = {owner: '@deployer', group: '@service', file: '0640', executable: '0750', directory: '0750'};
const own: Permission = {owner: '@service', group: '@service', file: '0600', executable: '0700', directory: '0700'};

export const samplePermissions: Readonly<Record<PathClass, Permission>> = {
  bin: {owner: '@deployer', group: '@operators', file: '0770', executable: '0770', directory: '0770'},
  code,
  etc: code,
  secret: {...code, executable: '0640'},
  data: own,
  blobs: own,
  run: own,
  log: own,
  backups: {...own, owner: '@deployer', group: '@deployer'},
};

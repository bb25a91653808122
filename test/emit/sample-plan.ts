import type {Lock} from '../../compiler/model/lock.js';
import type {Origin, ReleasePlan} from '../../compiler/model/release-plan.js';
import type {PathClass, Permission} from '../../compiler/model/settings.js';
import {place, text} from '../../compiler/util/text.js';

/** A small plan by hand: one environment, launchers, files of each kind, a service. */
export function samplePlan(changes: Partial<ReleasePlan> = {}): ReleasePlan {
  return {
    schema: 'cfgc-plan/1',
    release: {
      name: 'guestbook',
      version: '1.0.0',
      profile: 'prod',
      prefix: '/srv/guestbook',
      user: 'guestbook',
      group: 'guestbook',
      keep: 3,
      services: 'none',
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
    ...changes,
  };
}

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

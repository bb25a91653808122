import type {LockRequest} from '../../compiler/lock/lock.js';
import {readPins} from '../../compiler/lock/pins.js';
import type {Resolved, ResolvedSection} from '../../compiler/model/config.js';
import type {ReleasePlan} from '../../compiler/model/release-plan.js';
import type {Source} from '../../compiler/model/source.js';
import {text} from '../../compiler/util/text.js';

/** A profile of one file: `[versions]` and one part with eggs; and what a test asks of it. */
export function request(
  eggs: readonly string[],
  pins: readonly string[],
  more: Partial<LockRequest> = {},
): LockRequest {
  const source: Source = {
    name: 'prod.cfg',
    path: '/profile/prod.cfg',
    text: `[web]\neggs =\n${eggs.map((egg) => `    ${egg}\n`).join('')}[versions]\n${pins.join('\n')}\n`,
  };
  return {
    plan: plan(eggs),
    pins: readPins(resolved(source, pins)),
    sources: [source],
    remote: {},
    name: 'pylock.prod.toml',
    mode: 'use',
    ...more,
  };
}

export function resolved(source: Source, pins: readonly string[]): Resolved {
  const options = pins.map((line) => {
    const [name, value] = line.split(' = ', 2) as [string, string];
    const start = source.text.indexOf(line, source.text.indexOf('[versions]')) + line.indexOf(value);
    const span = {source, start, end: start + value.length};
    const history = [{operation: 'set' as const, value, span, from: 'file' as const}];
    return [name, {name, value: text(value), raw: value, history}] as const;
  });
  const section: ResolvedSection = {name: 'versions', options: new Map(options)};
  return {
    config: {entry: source, sources: [source], extendsEdges: [], sections: new Map()},
    sections: new Map([['versions', section]]),
    parts: ['web'],
  };
}

export function plan(eggs: readonly string[], exclude: readonly string[] = []): ReleasePlan {
  const origin = {part: 'web', recipe: 'zc.recipe.egg', file: 'prod.cfg', line: 2};
  const permission = {owner: '@deployer', group: '@service', file: '0640', executable: '0750', directory: '0750'};
  return {
    schema: 'cfgc-plan/1',
    sources: [],
    release: {
      name: 'web',
      version: '1.0.0',
      profile: 'prod',
      prefix: '/srv/web',
      user: 'web',
      group: 'web',
      keep: 3,
      services: 'none',
      schedules: 'cron',
      installer: 'pip',
      buildFromSource: [],
      dataMigration: false,
    },
    target: {python: '3.11', implementation: 'cpython', platform: 'linux-x86_64'},
    layout: {style: 'prefix', folders: {}},
    permissions: {
      bin: permission,
      code: permission,
      etc: permission,
      secret: permission,
      data: permission,
      blobs: permission,
      run: permission,
      log: permission,
      backups: permission,
    },
    entries: [
      {
        kind: 'environment',
        origin,
        name: 'main',
        exclude,
        editable: [],
        requirements: eggs.map((egg) => ({
          name: egg
            .replace(/[^A-Za-z0-9.-].*/, '')
            .toLowerCase()
            .replaceAll('.', '-'),
          text: egg,
          origin,
        })),
      },
    ],
    logging: {enabled: true, facility: 'local3', remotes: []},
    hooks: {webhooks: [], healthChecks: []},
    secrets: [],
    inputs: [],
    system: [],
    settings: {},
  };
}

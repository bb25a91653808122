import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {shellWord} from '../../util/shell-text.js';
import {place, show, text, trim, words} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {textFile} from '../text-file.js';
import {reportNoEffect} from '../values.js';

/**
 * Lowers `ftw.recipe.deployment`: what the system needs around a Plone site.
 * Reads    `zopes`, `zeos`, `filestorage` (the parts of these recipes where absent), `logrotate-directory`, `logrotate-options`.
 * Plans    bin/packall, and a logrotate configuration where logs go to files.
 * Reports  CFG509 for what the release does by itself, CFG514.
 * Source: ftw.recipe.deployment 1.4.3.
 */
export const ftwRecipeDeployment: RecipeLowering = {
  recipe: 'ftw.recipe.deployment',
  options: [
    ...['zopes', 'zeos', 'filestorage', 'has-supervisor', 'create-filebeat-config', 'etc-directory'],
    ...['logrotate-directory', 'logrotate-options', 'packall-symlink-directory'],
    ...['startup-directory', 'shutdown-directory', 'rc-prefix', 'rc-directory', 'rc-user'],
  ],
  page: {
    summary: 'bin/packall, which packs all storages, and logrotate for logs that go to files.',
    options: {
      'zopes zeos filestorage': 'parts; all of that recipe where absent',
      'logrotate-directory logrotate-options':
        'the file and what stands in it, with `[release] syslog = off`; else logs go to syslog',
      'packall-symlink-directory': 'nothing: link PREFIX/current/bin/packall where the host is managed',
      'startup-directory shutdown-directory rc-prefix rc-directory rc-user has-supervisor':
        'nothing: services are started by the supervisor or systemd',
      'create-filebeat-config etc-directory': 'nothing: logs go to syslog',
    },
    differences: [
      'No rc script and no start script is made: `services = systemd`, or the unit of the supervisor, does that.',
      'logrotate copies and truncates every log: Zope under WSGI opens none again on a signal.',
    ],
  },
  gives: () => ({}),
  lower(part, context) {
    const {report, settings} = context;
    for (const option of ['startup-directory', 'shutdown-directory', 'rc-directory'])
      if (part.option(option) !== undefined)
        reportNoEffect(part, option, report, 'the release starts its own services', 'take it out');
    if (part.option('packall-symlink-directory') !== undefined)
      reportNoEffect(
        part,
        'packall-symlink-directory',
        report,
        'nothing outside of the release is written',
        'link PREFIX/current/bin/packall there where the host is managed, or run it by z3c.recipe.usercrontab',
      );
    if (settings.syslog.enabled && part.option('logrotate-options') !== undefined)
      reportNoEffect(
        part,
        'logrotate-options',
        report,
        'logs go to syslog',
        "write them to the system's own logrotate",
      );
    return [...packScript(part, context), ...(settings.syslog.enabled ? [] : logrotate(part, context))];
  },
};

/** The parts that an option names, or all of some recipes. */
function partsOf(part: Part, option: string, recipes: readonly string[], {parts}: LowerContext): readonly Part[] {
  const named = new Set(words(part.option(option) ?? text()).map(show));
  return named.size > 0
    ? parts.filter(({name}) => named.has(name))
    : parts.filter(({recipe}) => recipes.includes(recipe));
}

function packScript(part: Part, context: LowerContext): readonly Entry[] {
  const zeos = partsOf(part, 'zeos', ['plone.recipe.zeoserver', 'plone.recipe.zope2zeoserver'], context);
  if (zeos.length === 0) return [];
  const inVar = (path: Text): Text => context.dataPath(trim(path));
  const own = zeos.map((zeo) => ({
    storage: zeo.literal('storage-number')?.trim() ?? '1',
    blobs: inVar(zeo.option('blob-storage') ?? text('blobstorage')),
  }));
  const more = partsOf(part, 'filestorage', ['collective.recipe.filestorage'], context).flatMap((storages) =>
    words(storages.option('parts') ?? text()).map((word) => {
      const name = show(word);
      const option = (wanted: string): Text | undefined =>
        context.option(`${storages.name}_${name}`, wanted)?.value ?? storages.option(wanted);
      const filled = (value: Text): Text =>
        text(
          ...value.pieces.map((piece) =>
            typeof piece === 'string' ? piece.replaceAll('%(fs_part_name)s', name) : piece,
          ),
        );
      const blobs = option('blob-storage');
      return {
        storage: show(filled(option('zeo-storage') ?? text(name))),
        blobs: blobs === undefined || blobs.pieces.length === 0 ? undefined : inVar(filled(blobs)),
      };
    }),
  );
  const lines = [...own, ...more].flatMap(({storage, blobs}) => [
    ...[shellWord(place('bin', 'zeopack')), ' -S ', shellWord(storage), ...(blobs ? [' -B ', shellWord(blobs)] : [])],
    ...[' && printf ', "'%s packed %s\\n'", ' "$(date +%Y-%m-%dT%H:%M:%S%z)" ', shellWord(storage)],
    ...[' >>', shellWord(place('log', 'pack.log')), '\n'],
  ]);
  return [
    {
      kind: 'file',
      origin: part.origin('recipe'),
      class: 'bin',
      path: place('bin', 'packall'),
      content: text('#!/bin/sh\n', ...lines),
      executable: true,
    },
  ];
}

function logrotate(part: Part, context: LowerContext): readonly Entry[] {
  const folder = part.option('logrotate-directory') ?? text('etc/logrotate.d');
  if (folder.pieces.length === 0) return [];
  const zopes = partsOf(part, 'zopes', ['plone.recipe.zope2instance'], context);
  const zeos = partsOf(part, 'zeos', ['plone.recipe.zeoserver', 'plone.recipe.zope2zeoserver'], context);
  const usual = (name: string): Text => place('log', `${name}.log`);
  const logs = [
    ...zopes.map((zope) => [
      zope.option('event-log') ?? usual(zope.name),
      zope.option('z2-log') ?? zope.option('access-log') ?? usual(`${zope.name}-Z2`),
    ]),
    ...zeos.map((zeo) => [zeo.option('zeo-log') ?? usual(zeo.name)]),
  ].map((group) => group.map(trim).filter((log) => log.pieces.length > 0));
  const options = part.lines('logrotate-options');
  const given = (name: string): boolean => options.some((option) => show(option) === name);
  const extra = ['missingok', 'copytruncate'].filter((option) => !given(option) && !given(`no${option}`));
  const blocks = logs
    .filter((group) => group.length > 0)
    .flatMap((group) => [
      ...group.flatMap((log, index) => (index === 0 ? [log] : ['\n', log])),
      ' {\n',
      ...[...options, ...extra].flatMap((option) => ['    ', option, '\n']),
      '}\n',
    ]);
  if (blocks.length === 0) return [];
  const path = inDirectory(text(trim(folder), `/${context.settings.name}`));
  return [textFile(part, 'logrotate-directory', path, text(...blocks), context)];
}

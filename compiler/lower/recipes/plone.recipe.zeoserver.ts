import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry, FileEntry, ScriptEntry, ServiceEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {shellWord} from '../../util/shell-text.js';
import {syslogTag} from '../../util/syslog-tag.js';
import {literal, place, show, text, trim} from '../../util/text.js';
import {dirname, inDirectory} from '../placement.js';
import {reportBad, reportNoEffect} from '../values.js';
import {confText, indented, pythonList, pythonString} from '../zope/conf-text.js';
import {fileStorage, isNamedElsewhere, logPath, readyAddress, runPath, serverBlobs} from '../zope/zodb-paths.js';
import {eggEnvironment, eggOptions} from './zc.recipe.egg.js';

/**
 * Lowers `plone.recipe.zeoserver`: a ZEO server.
 * Reads    addresses, storages, packing, logging and script names; see the page.
 * Plans    folders, etc/PART/etc/zeo.conf (checked by ZEO's own parser while it is built), runzeo and zeoctl,
 *          the control script, zeopack, repozo, and a service where no supervisor part names the services.
 * Reports  CFG508 for what ZEO refuses at start, CFG509 for options that no ZEO knows any more.
 */
export const ploneRecipeZeoserver: RecipeLowering = {
  recipe: 'plone.recipe.zeoserver',
  options: [
    'zeo-address',
    'var',
    'file-storage',
    'blob-storage',
    'storage-number',
    'pack-days',
    'pack-gc',
    'pack-keep-old',
    'invalidation-queue-size',
    'read-only',
    'socket-name',
    'pid-file',
    'effective-user',
    'zeo-log',
    'zeo-log-level',
    'zeo-log-format',
    'zeo-log-max-size',
    'zeo-log-old-files',
    'zeo-log-custom',
    'zeo-conf-additional',
    'zeo-conf',
    'eggs',
    'extra-paths',
    'initialization',
    'zeopack',
    'zeopack-script-name',
    'repozo',
    'repozo-script-name',
    'pack-user',
    'pack-password',
    'authentication-realm',
    'authentication-database',
    'monitor-address',
    'replicate-to',
    'replicate-from',
    'keep-alive-delay',
    'relative-paths',
    'scripts',
    // Of old versions; read by nothing, or by other recipes alone.
    'zeo-var',
    'zope2-location',
    'zodb3-location',
    'include-site-packages',
    'find-links',
    'index',
  ],
  page: {
    summary: 'A ZEO database server: zeo.conf, a control script, zeopack and repozo, and a service.',
    options: {
      'zeo-address': 'a port of 127.0.0.1, `host:port`, or the path of a Unix socket; 8100',
      var: 'base of the paths below; the data folder',
      'file-storage': 'filestorage/Data.fs below var',
      'blob-storage': 'blobstorage below var, 0700; empty: no blobs',
      'storage-number': '1',
      'pack-days': 'days that zeopack keeps; 1',
      'pack-gc': 'false: no garbage collection while packing',
      'pack-keep-old': 'false: no Data.fs.old',
      'invalidation-queue-size': '100',
      'read-only': 'false',
      'socket-name': "the control script's socket, in the run folder",
      'pid-file': 'in the run folder',
      'effective-user': 'nothing: the service runs as the user of [release]',
      'zeo-log': 'a log file; without it the log goes to syslog',
      'zeo-log-level': 'info',
      'zeo-log-format': 'format of the log file',
      'zeo-log-max-size': 'rotation of the log file',
      'zeo-log-old-files': 'rotation of the log file',
      'zeo-log-custom': 'what stands in the eventlog section instead',
      'zeo-conf-additional': 'added at the end of zeo.conf',
      'zeo-conf': 'a zeo.conf of your own, taken into the release as it stands',
      eggs: 'further distributions of the one virtualenv',
      'extra-paths': 'added to the module path',
      initialization: 'Python source before the control script runs',
      zeopack: 'a script of your own instead; empty: none',
      'zeopack-script-name': 'zeopack',
      repozo: 'a script of your own instead; empty: none',
      'repozo-script-name': 'repozo',
      'pack-user': 'handed to zeopack',
      'pack-password': 'handed to zeopack; a secret of [secrets]',
      'authentication-realm': 'handed to zeopack',
      'authentication-database': 'nothing: ZEO 5 took authentication out',
      'monitor-address': 'nothing: ZEO 5 took the monitor out',
      'replicate-to': 'with zc.zrs (recipe written with [zrs])',
      'replicate-from': 'with zc.zrs',
      'keep-alive-delay': 'with zc.zrs; 60',
      'relative-paths': 'nothing: a release lies in its last place from the start',
      scripts: 'nothing: the recipe empties it',
      'zeo-var': 'nothing: the recipe does not read it either',
      'zope2-location': 'nothing: ZEO is an egg',
      'zodb3-location': 'nothing: ZODB is an egg',
      'include-site-packages': 'nothing: the virtualenv sees no packages of the host',
      'find-links': "nothing: the lock is made from the index of uv's own configuration",
      index: "nothing: the lock is made from the index of uv's own configuration",
    },
    differences: [
      'zeo.conf lies in etc/PART of the release; `${PART:location}` means that folder.',
      'runzeo and zeoctl are code: they lie in lib/parts/PART/bin, with a link from etc/PART/bin.',
      'Data.fs and blobs lie in the data folder, pid and socket in the run folder.',
      'The log goes to syslog unless `zeo-log` or `zeo-log-custom` says otherwise.',
      'The service is ZEO.runzeo in the foreground, with no zdaemon in between; bin/PART keeps start, stop and status.',
      'Lines that a ZEO server refuses at start (monitor-address, authentication-…) are left out.',
      'zeopack gets the blob folder as an absolute path.',
      'The storage is backed up before each switch, whether there is a backup part or not.',
      'zc.buildout and zc.recipe.egg, which the recipe asks for, are not installed.',
    ],
  },
  gives: (part) => ({
    ...eggOptions(part),
    location: place('directory', `parts/${part.name}`),
    'bin-directory': place('directory', 'bin'),
    scripts: text(),
  }),
  inputs: (part) => (part.option('zeo-conf') === undefined ? [] : [inDirectory(part.option('zeo-conf')!)]),
  storages: (part, context) => {
    const file = fileStorage(part, context);
    const blobs = serverBlobs(part, context);
    return [{name: part.name, ...(file && {file}), ...(blobs && {blobs})}];
  },
  lower(part, context) {
    reportOldOptions(part, context);
    const external = part.option('zeo-conf');
    const own = external && context.input(inDirectory(external));
    const content =
      external === undefined ? zeoConf(part, context) : text(own ?? text('%include ', inDirectory(external), '\n'));
    const location = place('etc', part.name);
    const file = (name: string, body: Text, runs = false): FileEntry => ({
      kind: 'file',
      origin: part.origin('recipe'),
      class: 'etc',
      path: text(location, `/${name}`),
      content: body,
      executable: runs,
    });
    return [
      eggEnvironment(part, context, [zeoRequirement(part), ...(replicated(part) ? ['zc.zrs'] : [])]),
      ...(external === undefined ? folders(part, context) : []),
      {...file('etc/zeo.conf', content), validate: zeoValidator},
      file('bin/runzeo', starter(part, 'ZEO.runzeo'), true),
      file('bin/zeoctl', starter(part, 'ZEO.zeoctl'), true),
      ...scripts(part, context),
      ...(isNamedElsewhere(part, context) ? [] : [zeoService(part, context)]),
    ];
  },
};

/** Runs ZEO's own option parser over a zeo.conf; it fails on what the server would refuse at start. */
const zeoValidator: readonly Text[] = [
  text({ref: 'python'}),
  text('-c'),
  text('import sys; from ZEO.runzeo import ZEOOptions; ZEOOptions().realize(["-C", sys.argv[1]])'),
];

/** The server as a service: in the foreground, its configuration through `current`. */
export function zeoService(part: Part, context: LowerContext): ServiceEntry {
  const user = part.literal('effective-user')?.trim();
  if (user && user !== context.settings.user) {
    reportNoEffect(
      part,
      'effective-user',
      context.report,
      `the service runs as \`${context.settings.user}\`, the user of [release]`,
      `write \`user = ${user}\` under [release]`,
    );
  }
  return {
    kind: 'service',
    origin: part.origin('recipe'),
    name: part.name,
    command: zeoCommand(part),
    environment: [],
    priority: 10,
    autostart: true,
    startSeconds: 2,
    stopSignal: 'TERM',
    stopWaitSeconds: 60,
    redirectStderr: true,
    events: [],
    extra: [],
    ready: readyAddress(show(part.option('zeo-address') ?? text('8100'))),
    uses: [part.name],
  };
}

export function zeoCommand(part: Part): readonly Text[] {
  return [text({ref: 'python'}), text('-m'), text('ZEO.runzeo'), text('-C'), confPath(part)];
}

function confPath(part: Part): Text {
  return place('etc', `${part.name}/etc/zeo.conf`);
}

function zeoRequirement(part: Part): string {
  const recipe = part.literal('recipe') ?? part.recipe;
  return recipe
    .split(':')[0]!
    .trim()
    .replace(/\[.*\]/, '');
}

function replicated(part: Part): boolean {
  const wanted = part.option('replicate-to') !== undefined || part.option('replicate-from') !== undefined;
  return wanted && /\[zrs\]/.test(part.literal('recipe') ?? '');
}

function folders(part: Part, context: LowerContext): Entry[] {
  const origin = part.origin('file-storage');
  const file = fileStorage(part, context);
  const blobs = serverBlobs(part, context);
  return [
    ...(file ? ([{kind: 'directory', origin, class: 'data', path: dirname(file)}] as const) : []),
    ...(blobs ? ([{kind: 'directory', origin, class: 'blobs', path: blobs}] as const) : []),
  ];
}

function zeoConf(part: Part, context: LowerContext): Text {
  const value = (name: string, fallback: string): Text => part.option(name) ?? text(fallback);
  const address = value('zeo-address', '8100');
  if ((show(address).match(/:/g) ?? []).length > 1) {
    const message = `\`zeo-address\` of part \`${part.name}\` has more than one colon`;
    reportBad(part, 'zeo-address', context.report, message, 'IPv6 addresses are not taken', 'write `host:port`');
  }
  const storage = storageSection(part, context);
  return confText(
    text('%define INSTANCE ', place('etc', part.name)),
    '<zeo>',
    text('  address ', trim(address)),
    text('  read-only ', value('read-only', 'false')),
    text('  invalidation-queue-size ', value('invalidation-queue-size', '100')),
    text('  pid-filename ', runPath(part.option('pid-file') ?? text(`${part.name}.pid`))),
    '</zeo>',
    replicated(part) ? replication(part, storage) : storage,
    '<eventlog>',
    text('  level ', value('zeo-log-level', 'info')),
    logSection(part, context),
    '</eventlog>',
    '<runner>',
    '  program $INSTANCE/bin/runzeo',
    text('  socket-name ', runPath(part.option('socket-name') ?? text(`${part.name}.zdsock`))),
    '  daemon true',
    '  forever false',
    '  backoff-limit 10',
    '  exit-codes 0, 2',
    '  directory $INSTANCE',
    '  default-to-interactive true',
    logFile(part, context) && text('  logfile ', logFile(part, context)!),
    '</runner>',
    part.option('zeo-conf-additional'),
  );
}

function storageSection(part: Part, context: LowerContext): Text {
  const number = part.option('storage-number') ?? text('1');
  const file = fileStorage(part, context);
  const blobs = serverBlobs(part, context);
  const off = (name: string): string | undefined => {
    const value = part.literal(name)?.trim().toLowerCase();
    if (value === undefined || value === '' || value === 'true') return undefined;
    if (value === 'false') return `  ${name} false`;
    const message = `\`${name}\` of part \`${part.name}\` can't be \`${value}\``;
    reportBad(part, name, context.report, message, 'true or false', `write \`${name} = false\`, or leave it out`);
    return undefined;
  };
  return confText(
    text('<filestorage ', number, '>'),
    file && text('  path ', file),
    blobs && text('  blob-dir ', blobs),
    off('pack-gc'),
    off('pack-keep-old'),
    '</filestorage>',
  );
}

function replication(part: Part, storage: Text): Text {
  const from = part.option('replicate-from');
  const to = part.option('replicate-to');
  return confText(
    '%import zc.zrs',
    text('<zrs ', part.option('storage-number') ?? text('1'), '>'),
    from && text('  replicate-from ', from),
    to && text('  replicate-to ', to),
    text('  keep-alive-delay ', part.option('keep-alive-delay') ?? text('60')),
    indented(storage, 2),
    '</zrs>',
  );
}

/** The server's log where it is a file of its own; undefined where it goes to syslog. */
function logFile(part: Part, context: LowerContext): Text | undefined {
  const file = part.option('zeo-log');
  const custom = part.option('zeo-log-custom') !== undefined;
  if (file === undefined && (custom || context.settings.syslog.enabled)) return undefined;
  return logPath(file ?? text(`log/${part.name}.log`), part, context);
}

function logSection(part: Part, context: LowerContext): Text {
  const custom = part.option('zeo-log-custom');
  if (custom !== undefined) return custom;
  const {syslog, name} = context.settings;
  const file = logFile(part, context);
  if (file === undefined) {
    return confText(
      '  <syslog>',
      '    address /dev/log',
      `    facility ${syslog.facility}`,
      `    format ${syslogTag(name, part.name)}: %(levelname)s %(message)s`,
      '  </syslog>',
    );
  }
  const size = part.option('zeo-log-max-size');
  return confText(
    '  <logfile>',
    text('    path ', file),
    text('    format ', part.option('zeo-log-format') ?? text('%(asctime)s %(message)s')),
    size && text('    max-size ', size),
    size && text('    old-files ', part.option('zeo-log-old-files') ?? text('1')),
    '  </logfile>',
  );
}

/** runzeo and zeoctl of the part's folder: old supervisor lines start them by that path. */
function starter(part: Part, module: string): Text {
  const extra = part.lines('extra-paths').map(inDirectory);
  return text(
    '#!/bin/sh\n',
    ...(extra.length > 0
      ? [
          'PYTHONPATH=',
          shellWord(text(...extra.flatMap((path, i) => (i === 0 ? [path] : [':', path])))),
          '\nexport PYTHONPATH\n',
        ]
      : []),
    'exec ',
    shellWord(text({ref: 'python'})),
    ` -m ${module} -C `,
    shellWord(confPath(part)),
    ' "$@"\n',
  );
}

function scripts(part: Part, context: LowerContext): ScriptEntry[] {
  const common = {
    kind: 'script',
    origin: part.origin('recipe'),
    environment: 'main',
    extraPaths: part.lines('extra-paths').map(inDirectory),
  } as const;
  const control: ScriptEntry = {
    ...common,
    path: place('bin', part.name),
    run: {type: 'call', module: 'plone.recipe.zeoserver.ctl', attributes: 'main'},
    initialization: text('import sys\n', part.option('initialization') ?? text()),
    arguments: text(pythonList(['-C', confPath(part)]), ' + sys.argv[1:]'),
  };
  const packName = part.literal('zeopack-script-name')?.trim() ?? 'zeopack';
  const repozoName = part.literal('repozo-script-name')?.trim() ?? 'repozo';
  const pack = ownScript(part, 'zeopack', packName, common) ?? {
    ...common,
    path: place('bin', packName),
    run: {type: 'call', module: 'plone.recipe.zeoserver.pack', attributes: 'main'},
    initialization: packSettings(part, context),
    arguments: text('host, port, unix, days, username, password, realm, blob_dir, storage'),
  };
  const repozo = ownScript(part, 'repozo', repozoName, common) ?? {
    ...common,
    path: place('bin', repozoName),
    run: {type: 'call', module: 'ZODB.scripts.repozo', attributes: 'main'},
    initialization: text(),
    arguments: text(),
  };
  return [control, pack, repozo].filter((script) => script !== 'none');
}

/** A script of the user's own in place of the recipe's: `main` of that file. Set to nothing: none. */
function ownScript(
  part: Part,
  option: string,
  name: string,
  common: Pick<ScriptEntry, 'kind' | 'origin' | 'environment' | 'extraPaths'>,
): ScriptEntry | 'none' | undefined {
  const value = part.option(option);
  if (value === undefined) return undefined;
  if (value.pieces.length === 0) return 'none';
  const path = inDirectory(trim(value));
  const module = show(path)
    .slice(show(path).lastIndexOf('/') + 1)
    .replace(/\.\w+$/, '');
  return {
    ...common,
    path: place('bin', name),
    run: {type: 'call', module, attributes: 'main'},
    initialization: text(),
    arguments: text(),
    extraPaths: [dirname(path), ...common.extraPaths],
  };
}

/** The variables that zeopack's main is called with. Source: plone.recipe.zeoserver 4.0.1, recipe.py, `install_scripts`. */
function packSettings(part: Part, context: LowerContext): Text {
  const address = trim(part.option('zeo-address') ?? text('8100'));
  const whole = literal(address);
  const found = whole === undefined ? undefined : /^(?:([^:]*):)?(\d+)$/.exec(whole);
  const [host, port] = found ? [found[1] || '127.0.0.1', found[2]] : [];
  const user = part.option('pack-user');
  const values: [string, Text | string | undefined][] = [
    ['address', address],
    ['host', host],
    ['port', port],
    ['unix', host === undefined ? address : undefined],
    ['days', part.option('pack-days') ?? '1'],
    ['username', user],
    ['password', part.option('pack-password')],
    ['realm', user === undefined ? undefined : (part.option('authentication-realm') ?? 'ZEO')],
    ['storage', part.option('storage-number') ?? '1'],
    ['blob_dir', serverBlobs(part, context)],
  ];
  return text(
    'import getopt\nimport sys\n',
    ...values.flatMap(([name, value]) => [`${name} = `, value === undefined ? 'None' : pythonString(value), '\n']),
    "opts = dict(getopt.getopt(sys.argv[1:], 'S:B:D:W1')[0])\n",
    "storage = opts.get('-S') or storage\n",
    "blob_dir = opts.get('-B') or blob_dir\n",
    "days = opts.get('-D') or days\n",
  );
}

function reportOldOptions(part: Part, {report}: LowerContext): void {
  const gone: Record<string, [string, string]> = {
    'monitor-address': [
      'ZEO has no monitor any more, and refuses the line',
      'take it out; ask `bin/PART status` instead',
    ],
    'authentication-database': [
      'ZEO has no authentication any more, and refuses the lines',
      'take it out; listen on 127.0.0.1 or a Unix socket',
    ],
  };
  for (const [name, [why, hint]] of Object.entries(gone)) {
    if (part.option(name)?.pieces.length) reportNoEffect(part, name, report, why, hint.replace('PART', part.name));
  }
  if ((part.option('replicate-to') || part.option('replicate-from')) && !replicated(part)) {
    const name = part.option('replicate-to') ? 'replicate-to' : 'replicate-from';
    reportNoEffect(
      part,
      name,
      report,
      'the recipe is named without [zrs]',
      'write `recipe = plone.recipe.zeoserver[zrs]`',
    );
  }
}

import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry, FileEntry, ScriptEntry, ServiceEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {place, show, text, trim} from '../../util/text.js';
import {folderClass} from '../path-class.js';
import {dirname, inDirectory} from '../placement.js';
import {reportBad, reportMissing, reportNoEffect} from '../values.js';
import {checkZopeConf, zopeConfKey} from '../zope/conf-keys.js';
import {pythonList} from '../zope/conf-text.js';
import {initialUser, initialUserLeftOut} from '../zope/inituser.js';
import {oldOptionNames, oldOptionPage, oldZopeOption, reportOldOptions} from '../zope/old-options.js';
import {hasDemo, instanceStorage} from '../zope/storage-sections.js';
import {catalogueCommand} from '../zope/translations.js';
import {httpAddresses, iniInputs, knowsOldLog, wsgiIni} from '../zope/wsgi-ini.js';
import {zcmlFiles} from '../zope/zcml.js';
import {fileStorage, isNamedElsewhere, readyAddress} from '../zope/zodb-paths.js';
import {clientHome, hasTemporaryStorage, templateCache, zopeConf} from '../zope/zope-conf.js';
import {eggEnvironment, eggOptions, eggScripts} from './zc.recipe.egg.js';

/** Option to what becomes of it; the old ones have a table of their own. */
const options: Readonly<Record<string, string>> = {
  eggs: 'requirements of the one virtualenv',
  scripts: 'as with zc.recipe.egg; empty: only the control script',
  'entry-points': 'as with zc.recipe.egg',
  interpreter: 'as with zc.recipe.egg',
  'dependent-scripts': 'as with zc.recipe.egg',
  'extra-paths': 'added to the module path',
  initialization: 'Python source before the control script, %-formatted with the options of the part',
  arguments: 'as with zc.recipe.egg',
  'find-links': "nothing: the lock is made from the index of uv's own configuration",
  index: "nothing: the lock is made from the index of uv's own configuration",
  user: '`name:password` of the first administrator; written where there is no database yet, the password a secret',
  'http-address': 'what the server listens on; 0.0.0.0:8080',
  'http-fast-listen': 'on: the socket is open before Zope has started',
  zcml: 'slugs in package-includes',
  'zcml-additional': '999-additional-overrides.zcml',
  'site-zcml': 'site.zcml of your own; no slugs then',
  resources: 'a folder of plone.resource; not taken into the release',
  locales: 'a folder of translations; not taken into the release',
  'environment-vars': 'the environment section',
  'template-cache':
    'compiled page templates: `cache/RELEASE` of the data folder (on), deleted with its release; a folder of your own; or off',
  'zope-conf-additional': 'added at the end of zope.conf; its keys are checked',
  'zope-conf-imports': '%import lines',
  'debug-mode': 'off; on is refused in prod',
  'verbose-security': 'off',
  'debug-exceptions': 'zope.conf',
  'default-zpublisher-encoding': 'utf-8',
  'python-check-interval': '1000',
  'zodb-cache-size': '30000',
  'zodb-cache-size-bytes': 'zope.conf',
  var: 'base of the paths below; the data folder',
  'client-home': 'PART in the data folder',
  'import-directory': 'import in the client home',
  'file-storage': 'filestorage/Data.fs below var; empty: a storage in memory',
  'blob-storage': 'blobstorage, 0700; blobcache for a ZEO client without a shared folder',
  'zeo-client': "on: the database is a ZEO server's",
  'zeo-address': 'its addresses; 8100',
  'shared-blob': 'on: server and client see one blob folder',
  'zeo-client-cache-size': '128MB',
  'zeo-storage': '1',
  'read-only': 'false',
  'zeo-client-read-only-fallback': 'false',
  'zeo-client-client': 'name of a cache that outlives a restart',
  'zeo-var': 'folder of that cache',
  'zeo-client-blob-cache-size': 'zope.conf',
  'zeo-client-blob-cache-size-check': 'zope.conf',
  'min-disconnect-poll': 'zope.conf',
  'max-disconnect-poll': 'zope.conf',
  'zeo-client-drop-cache-rather-verify': 'zope.conf',
  'rel-storage': 'RelStorage, `key value` lines',
  'demo-storage': 'a demo storage around the storage',
  'demo-file-storage': 'its changes in a file',
  'demo-blob-storage': 'its blobs',
  'before-storage': 'zc.beforestorage around the storage',
  'storage-wrapper': 'a section around the storage, %s stands for it',
  'zlib-storage': 'active or passive',
  'zodb-temporary-storage': 'off unless asked for; on: Products.TemporaryFolder is required, and its storage imported',
  'event-log': 'a log file; without it the log goes to syslog; disable: none',
  'event-log-level': 'INFO',
  'event-log-handler': 'a handler class of your own',
  'event-log-args': 'its arguments',
  'event-log-kwargs': 'its keyword arguments',
  'event-log-custom': 'the <syslog> and <logfile> sections of Zope 2 become handlers',
  'access-log': 'a log file; without it the log goes to syslog; disable: none',
  'access-log-level': 'INFO',
  'access-log-handler': 'a handler class of your own',
  'access-log-args': 'its arguments',
  'access-log-kwargs': 'its keyword arguments',
  'z2-log': 'older name of access-log, and wins',
  'z2-log-level': 'older name of access-log-level',
  threads: '4',
  'max-request-body-size': '1073741824',
  'clear-untrusted-proxy-headers': 'false',
  'asyncore-use-poll': 'false',
  pipeline: 'translogger egg:Zope#httpexceptions zope',
  sentry_dsn: 'the sentry filter',
  sentry_level: 'INFO',
  sentry_event_level: 'ERROR',
  sentry_ignore: 'the sentry filter',
  sentry_max_value_length: 'the sentry filter',
  profile: 'on: the profile filter',
  profile_log_filename: 'in the log folder',
  profile_cachegrind_filename: 'in the log folder',
  profile_discard_first_request: 'true',
  profile_path: '/__profile__',
  profile_flush_at_shutdown: 'true',
  profile_unwind: 'false',
  wsgi: 'on, or a wsgi.ini of your own',
  'wsgi-ini-template': 'a template of the whole wsgi.ini',
  'wsgi-logging-ini-template': 'a template of its logging half',
  'zope-conf': 'a zope.conf of your own, taken into the release as it stands',
  'control-script': "name of the control script; the part's",
  'zopectl-umask': 'umask of the service and of the control script',
  'include-site-packages': 'nothing: the virtualenv sees no packages of the host',
  'buildout-directory': 'nothing: the recipe sets it itself',
  'bin-directory': 'nothing: scripts lie in bin/ of the release',
};

/**
 * Lowers `plone.recipe.zope2instance`: a Zope instance.
 * Reads    storage, server, logging, ZCML and script options; see the page.
 * Plans    folders, etc/PART (INSTANCEHOME) with zope.conf, wsgi.ini, site.zcml and slugs, the control script, the eggs'
 *          console scripts, the first administrator, and a service where no supervisor part names the services.
 * Reports  CFG507, CFG508; CFG509 for options without effect; CFG517 for options of Zope 2; CFG518 for what Zope refuses in
 *          `zope-conf-additional`; CFG519 where the first administrator is left out.
 */
export const ploneRecipeZope2instance: RecipeLowering = {
  recipe: 'plone.recipe.zope2instance',
  options: [...Object.keys(options), ...oldOptionNames],
  page: {
    summary: 'A Zope instance: its home with zope.conf, wsgi.ini and ZCML, a control script, and a service.',
    options: {...options, ...oldOptionPage},
    differences: [
      'INSTANCEHOME is etc/PART of the release; `${PART:location}` means that folder. CLIENTHOME, Data.fs and blobs are in the data folder.',
      'Logs go to syslog, facility of [release], unless the part says otherwise; a tag names the release and the part.',
      'bin/PART works as before (console, run, debug, adduser, start, stop); the service is `bin/PART console`, run from lib/bin.',
      'The first administrator is written where there is no database yet, and removed once Zope has read it: a new inituser would replace the only administrator.',
      'A literal password is written as its hash only; a secret of [secrets] is put in on the host.',
      '`zope_i18n_compile_mo_files` has missing `.mo` files made while the release is built, and is no variable then: Zope ends where it may not write beside its code.',
      'Temporary storage is off unless asked for.',
      'products and port-base, on which Zope refuses to start, are left out (CFG517).',
      'IPv6 addresses are listened on without fast-listen, and `*:8080` is 0.0.0.0:8080: with the recipe both fail at start.',
      '`event-log = disable` gives a NullHandler; the recipe leaves a file called disable behind.',
      '`shared-blob = off` with a ZEO client and no blob-storage means blobcache; the recipe takes the real blobs for a cache.',
      "The instance's own storage is backed up before each switch, whether there is a backup part or not.",
      'zc.buildout and zc.recipe.egg, which the recipe asks for, are not installed.',
    ],
  },
  kinds: [oldZopeOption, zopeConfKey, initialUserLeftOut],
  gives: (part) => ({
    ...eggOptions(part),
    location: place('directory', `parts/${part.name}`),
    'bin-directory': place('directory', 'bin'),
    initialization: part.option('initialization') ?? text(),
    pipeline: part.option('pipeline') ?? text('translogger\negg:Zope#httpexceptions\nzope'),
  }),
  inputs: (part) => [...iniInputs(part), ...(part.option('zope-conf') ? [inDirectory(part.option('zope-conf')!)] : [])],
  storages(part, context) {
    const {file, blobs, zeoClient} = instanceStorage(part, context);
    if (zeoClient || (!file && !blobs)) return [];
    return [{name: part.name, ...(file && {file}), ...(blobs && {blobs})}];
  },
  lower(part, context) {
    const {report} = context;
    if (part.option('eggs') === undefined) reportMissing(part, 'eggs', report, 'eggs = Plone');
    reportOldOptions(part, report);
    reportFolders(part, context);
    const percent = /%(?!%|\()/.exec(show(part.option('initialization') ?? text()).replaceAll('%%', ''));
    if (percent) {
      const message = `\`initialization\` of part \`${part.name}\` has a lone \`%\``;
      reportBad(part, 'initialization', report, message, 'the recipe formats it with `%`', 'write `%%`', '%');
    }
    if (!knowsOldLog(part)) {
      const hint = 'write `event-log-handler`, `event-log-args` and `event-log-kwargs`';
      reportNoEffect(part, 'event-log-custom', report, 'logging is set up in wsgi.ini', hint);
    }
    checkZopeConf(part, 'zope-conf-additional', report);
    return [
      eggEnvironment(part, context, [
        'plone.recipe.zope2instance',
        ...(hasTemporaryStorage(part) ? ['Products.TemporaryFolder'] : []),
      ]),
      ...folders(part, context),
      ...homeFiles(part, context),
      ...[catalogueCommand(part, context)].filter((entry) => entry !== undefined),
      controlScript(part, context),
      ...eggScripts(formattedPart(part), context).filter(
        (entry) => !('path' in entry) || show(entry.path) !== show(place('bin', scriptName(part))),
      ),
      ...(isNamedElsewhere(part, context) ? [] : [instanceService(part)]),
    ];
  },
  finish: initialUser,
};

/** The instance as a service: `bin/PART console`, in the foreground. */
export function instanceService(part: Part): ServiceEntry {
  const umask = part.literal('zopectl-umask')?.trim();
  const ready = httpAddresses(part).slice(0, 1).flatMap(readyAddress);

  return {
    kind: 'service',
    origin: part.origin('recipe'),
    name: part.name,
    command: [place('bin', scriptName(part)), text('console')],
    environment: [],
    ...(umask && {umask: umask.padStart(3, '0')}),
    priority: 20,
    autostart: true,
    startSeconds: 3,
    stopSignal: 'TERM',
    stopWaitSeconds: 60,
    redirectStderr: true,
    events: [],
    extra: [],
    ready,
    uses: [part.name],
  };
}

export function scriptName(part: Part): string {
  return part.literal('control-script')?.trim() ?? part.name;
}

function home(part: Part, below: string): Text {
  return place('etc', `${part.name}/${below}`);
}

function folders(part: Part, context: LowerContext): Entry[] {
  const origin = part.origin('recipe');
  const storage = instanceStorage(part, context);
  const client = clientHome(part, context);
  const imports = part.option('import-directory');
  const cache = templateCache(part, context);
  const demo = part.option('demo-file-storage')?.pieces.length
    ? fileStorage(part, context, 'demo-file-storage')
    : undefined;
  const data = [
    client,
    imports ? context.dataPath(inDirectory(imports)) : text(client, '/import'),
    ...(storage.file ? [dirname(storage.file)] : []),
    ...(demo ? [dirname(demo)] : []),
    ...(cache ? [cache] : []),
  ];
  const changes = part.option('demo-blob-storage');
  const blobs = [
    ...(storage.blobs ? [storage.blobs] : []),
    ...(hasDemo(part) && changes?.pieces.length ? [context.dataPath(inDirectory(changes))] : []),
  ];
  return [
    ...data.map((path) => ({kind: 'directory', origin, class: 'data', path}) as const),
    ...blobs.map((path) => ({kind: 'directory', origin, class: 'blobs', path}) as const),
    ...(part.option('site-zcml')?.pieces.length ? [] : zcmlFolders(part)),
  ];
}

/** Folders that ZCML names: Zope does not start where one is missing. Source: plone.recipe.zope2instance 9.1.0, `build_package_includes`. */
function zcmlFolders(part: Part): Entry[] {
  return ['resources', 'locales'].flatMap((option) => {
    const folder = part.option(option);
    if (!folder?.pieces.length) return [];
    const path = inDirectory(trim(folder));
    return [{kind: 'directory', origin: part.origin(option), class: folderClass(path), path} as const];
  });
}

function homeFiles(part: Part, context: LowerContext): FileEntry[] {
  const file = (below: string, content: Text, option: string, runs = false): FileEntry => ({
    kind: 'file',
    origin: part.origin(option),
    class: 'etc',
    path: home(part, below),
    content,
    executable: runs,
  });
  const external = part.option('zope-conf');
  const own = external && context.input(inDirectory(external));
  const conf = external === undefined ? zopeConf(part, context) : own === undefined ? undefined : text(own);
  return [
    ...(conf ? [{...file('etc/zope.conf', conf, 'recipe'), validate: zopeValidator}] : []),
    {...file('etc/wsgi.ini', wsgiIni(part, confPath(part, context), context), 'recipe'), validate: iniValidator},
    ...zcmlFiles(part, context).map(({path, content, option}) => file(`etc/${path}`, content, option)),
    file('bin/interpreter', text(interpreter), 'recipe', true),
  ];
}

/** zope.conf of the part; one of the user's own that another part makes lies where that part puts it. */
function confPath(part: Part, context: LowerContext): Text {
  const external = part.option('zope-conf');
  if (external !== undefined && context.input(inDirectory(external)) === undefined) return inDirectory(external);
  return home(part, 'etc/zope.conf');
}

/** Runs Zope's own parser over a zope.conf; it fails on what Zope would refuse at start. */
const zopeValidator: readonly Text[] = [
  text({ref: 'python'}),
  text('-c'),
  text(
    [
      'import os, sys',
      '# What the control script sets before it starts Zope.',
      'os.environ.setdefault("ZEO_TMP", "/tmp")',
      'os.environ.setdefault("INSTANCE_HOME", "/tmp")',
      'from Zope2.Startup.options import ZopeWSGIOptions',
      'ZopeWSGIOptions(sys.argv[1])()',
    ].join('\n'),
  ),
];

/** Reads the ini as paste and the logging package do. */
const iniValidator: readonly Text[] = [
  text({ref: 'python'}),
  text('-c'),
  text('import sys, configparser; configparser.ConfigParser().read_string(open(sys.argv[1]).read())'),
];

function controlScript(part: Part, context: LowerContext): ScriptEntry {
  const umask = part.literal('zopectl-umask')?.trim();
  if (umask !== undefined && umask !== '' && !/^[0-7]{1,4}$/.test(umask)) {
    reportBad(
      part,
      'zopectl-umask',
      context.report,
      `\`zopectl-umask\` of part \`${part.name}\` is not octal`,
      'digits 0 to 7',
    );
  }
  const wsgi = part.option('wsgi');
  const word = wsgi ? show(trim(wsgi)).toLowerCase() : 'on';
  if (word === 'off' || word === 'false' || word === '0') {
    reportNoEffect(part, 'wsgi', context.report, 'Zope runs with WSGI alone', 'take it out');
  }
  const ownIni = wsgi !== undefined && !['on', 'true', '1', 'off', 'false', '0', ''].includes(word);
  const words = [
    '-C',
    confPath(part, context),
    '-p',
    home(part, 'bin/interpreter'),
    ...(umask ? ['--umask', umask] : []),
    '-w',
    ownIni ? inDirectory(trim(wsgi)) : home(part, 'etc/wsgi.ini'),
  ];
  return {
    kind: 'script',
    origin: part.origin('recipe'),
    path: place('bin', scriptName(part)),
    environment: 'main',
    run: {type: 'call', module: 'plone.recipe.zope2instance.ctl', attributes: 'main'},
    initialization: text('import sys\n', formattedPart(part).option('initialization') ?? text()),
    arguments: text(pythonList(words), ' + sys.argv[1:]'),
    extraPaths: part.lines('extra-paths').map(inDirectory),
  };
}

/** The part with `initialization` %-formatted by its own options, as the recipe does: `%(name)s` and `%%`. */
function formattedPart(part: Part): Part {
  const value = part.option('initialization');
  if (value === undefined) return part;
  const formatted = text(
    ...value.pieces.flatMap((piece) =>
      typeof piece !== 'string'
        ? [text(piece)]
        : piece.split(/(%\([^)]*\)s|%%)/).map((chunk) => {
            const name = /^%\(([^)]*)\)s$/.exec(chunk)?.[1];
            return text(chunk === '%%' ? '%' : name === undefined ? chunk : (part.option(name) ?? ''));
          }),
    ),
  );
  return {...part, option: (name) => (name === 'initialization' ? formatted : part.option(name))};
}

function reportFolders(part: Part, {report}: LowerContext): void {
  for (const name of ['resources', 'locales']) {
    if (!part.option(name)?.pieces.length) continue;
    reportNoEffect(
      part,
      name,
      report,
      'a folder of the profile is not taken into a release',
      'make a distribution of it, and name it under `eggs` and `zcml`',
    );
  }
}

/**
 * What the control script starts Zope's programs with: `python INSTANCEHOME/bin/interpreter FILE …`, so it must be Python
 * source. The virtualenv's own Python has the path; only the options are left to handle.
 * Source: plone.recipe.zope2instance 9.1.0, ctl.py.
 */
const interpreter = `import getopt
import sys

_opts, _args = getopt.getopt(sys.argv[1:], "Iic:m:")
_interactive = len(sys.argv) == 1
for _o, _v in _opts:
    if _o == "-i":
        _interactive = True
    elif _o == "-c":
        exec(_v)
    elif _o == "-m":
        sys.argv[1:] = _args
        _args = []
        __import__("runpy").run_module(_v, {}, "__main__", alter_sys=True)
if _args:
    sys.argv[:] = _args
    __file__ = _args[0]
    with open(__file__) as _f:
        exec(compile(_f.read(), __file__, "exec"))
if _interactive:
    __import__("code").interact(banner="", local=globals())
`;

import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry} from '../../model/release-plan.js';
import type {Piece, Text} from '../../model/text.js';
import {shellWord} from '../../util/shell-text.js';
import {literal, place, show, text, trim, words} from '../../util/text.js';
import {partFolder} from '../part-folder.js';
import {inDirectory} from '../placement.js';
import {systemChoice, systemLaunchers} from '../system-binary.js';
import {textFile} from '../text-file.js';
import {reportBad, reportMissing, reportNoEffect} from '../values.js';

const varnishNeedsConfig: DiagnosticKind = {
  id: 'CFG554',
  name: 'varnish-without-configuration',
  severity: 'warning',
  explain: `
What it does: says that a varnish part of the old form gets a configuration that cfgc writes from its backends.
Why: the recipe of that time wrote a VCL for Varnish 2, which no version takes any more.
Example: [cache] has "recipe = plone.recipe.varnish" and "backends = 127.0.0.1:8080". Write a VCL of your own, and "config = etc/varnish.vcl".
Source: plone.recipe.varnish: its options of then and of today.
`,
};

const common = [
  'daemon',
  'bind',
  'cache-size',
  'cache-type',
  'cache-location',
  'mode',
  'name',
  'telnet',
  'secret-file',
];
const configurationOptions = [
  'backends',
  'balancer',
  'bind',
  'zope2_vhm_map',
  'zope2_vhm_port',
  'zope2_vhm_ssl',
  'zope2_vhm_ssl_port',
  'connect-timeout',
  'first-byte-timeout',
  'between-bytes-timeout',
  'cookie-pass',
  'cookie-pass-not-exclude',
  'cookie-whitelist',
  'grace-healthy',
  'grace-sick',
  /^health-probe-/,
  'purge-hosts',
  /^vcl_/,
  'configuration-file',
  'verbose-headers',
  'saint-mode',
];

/** `:build`: the system's varnishd. */
export const ploneRecipeVarnishBuild: RecipeLowering = {
  recipe: 'plone.recipe.varnish',
  entryPoints: ['build'],
  options: ['url', 'md5sum', 'jobs', 'compile-vmods', /^vmods/, 'configure-options', 'environment'],
  page: {
    summary: ":build is the system's varnishd.",
    options: {'…': 'nothing: Varnish is not compiled; `[system] PART = varnishd` names another path'},
    differences: ["A production host has no compilers: preflight asserts the system's varnishd."],
  },
  gives: (part) => ({location: partFolder(part.name)}),
  hostCommand: () => 'varnishd',
  lower: (part, context) => systemLaunchers(part, partFolder(part.name), systemChoice(part, context) ?? 'varnishd'),
};

/** `:configuration`: a VCL. Reads `backends`, `balancer`, time-outs, `purge-hosts`, `zope2_vhm_map`, `cookie-pass`, `grace-sick`, `vcl_*`. */
export const ploneRecipeVarnishConfiguration: RecipeLowering = {
  recipe: 'plone.recipe.varnish',
  entryPoints: ['configuration'],
  options: configurationOptions,
  page: {
    summary: ':configuration writes a VCL for Plone.',
    options: {
      'backends balancer': 'as in the recipe; names are given by place',
      'connect-timeout first-byte-timeout between-bytes-timeout': 'of each backend',
      'purge-hosts': 'who may purge, beside the backends; sorted',
      'zope2_vhm_map zope2_vhm_port zope2_vhm_ssl zope2_vhm_ssl_port': 'hosts and the paths that they show',
      'cookie-pass cookie-whitelist': 'cookies that bypass the cache, and those that are kept',
      'grace-sick grace-healthy': 'how long a stale page may be given',
      'vcl_recv vcl_hash …': 'put at the start of that subroutine',
      'configuration-file': 'the file; etc/PART/varnish.vcl of the release without it',
      'verbose-headers saint-mode bind cookie-pass-not-exclude': 'nothing; `bind` gives the port of virtual hosts',
    },
    differences: ['The text is shorter than the recipe writes; the access list is sorted, so that it is stable.'],
  },
  gives: (part) => ({'config-file': vclPath(part), location: partFolder(part.name)}),
  lower: (part, context) => [textFile(part, 'configuration-file', vclPath(part), vcl(part, context), context)],
};

/** `:script`, and the single recipe of old versions (`plone.recipe.varnish`, `:instance`): a start script in bin/. */
export const ploneRecipeVarnishScript: RecipeLowering = {
  recipe: 'plone.recipe.varnish',
  entryPoints: ['script', 'default', 'instance'],
  options: [
    ...common,
    'configuration-part',
    'build-part',
    'config',
    'runtime-parameters',
    'user',
    'group',
    'script-filename',
    ...configurationOptions,
  ],
  page: {
    summary: 'A script in bin/ that starts varnishd.',
    options: {
      daemon: "varnishd's path; the system's without it",
      'configuration-file config configuration-part': 'the VCL',
      'build-part': 'the part whose location holds varnishd',
      'backends …': 'the options of :configuration, where no VCL is named',
      bind: 'where it listens; 127.0.0.1:8000 without it',
      'cache-type cache-size cache-location': 'the storage; its file lies in the data folder',
      mode: '`foreground` adds -F',
      'name telnet secret-file runtime-parameters': '-n, -T, -S, -p',
      'user group': 'nothing, as in the recipe: the service has its own',
      'script-filename': "the script's name; the part's without it",
    },
    differences: ['The pid file is in the run folder, the storage in the data folder.'],
  },
  kinds: [varnishNeedsConfig],
  gives: (part) => ({location: partFolder(part.name)}),
  lower: (part, context) => script(part, context),
};

function script(part: Part, context: LowerContext): readonly Entry[] {
  const named = part.option('configuration-file') ?? part.option('config');
  const other = part.literal('configuration-part')?.trim() ?? 'varnish-configuration';
  const theirs = context.option(other, 'config-file')?.value;
  const entries: Entry[] = [];
  let config = named ? inDirectory(trim(named)) : theirs;
  if (config === undefined) {
    if (part.option('backends') === undefined) {
      reportMissing(part, 'config', context.report, 'config = etc/varnish.vcl');
      return [];
    }
    const span = part.span('recipe');
    context.report({
      kind: varnishNeedsConfig,
      message: `part \`${part.name}\` gets a configuration for today's Varnish, from its backends`,
      ...(span && {primary: {span, text: 'the old form of the recipe'}}),
      hint: 'to have your own: `config = etc/varnish.vcl`',
    });
    config = vclPath(part);
    entries.push(textFile(part, 'backends', config, vcl(part, context), context));
  }
  for (const name of ['user', 'group']) {
    if (part.option(name) !== undefined) {
      reportNoEffect(
        part,
        name,
        context.report,
        'the recipe reads it and writes it nowhere',
        "the service's user is that of the release",
      );
    }
  }
  const build = part.literal('build-part')?.trim();
  const daemon = part.option('daemon') ?? (build ? context.option(build, 'location')?.value : undefined);
  const path =
    daemon === undefined ? text('varnishd') : part.option('daemon') ? trim(daemon) : text(daemon, '/sbin/varnishd');
  const bind = trim(part.option('bind') ?? context.option(other, 'bind')?.value ?? text('127.0.0.1:8000'));
  const type = part.literal('cache-type')?.trim() ?? 'file';
  const size = part.option('cache-size') ?? text('256M');
  const storage = part.option('cache-location')
    ? context.dataPath(trim(part.option('cache-location')!))
    : place('data', `${part.name}/storage`);
  const lines: Text[] = [
    text('-f ', shellWord(config)),
    text('-P ', shellWord(place('run', `${part.name}.pid`))),
    text('-a ', shellWord(/^\d+$/.test(literal(bind) ?? '') ? text(':', bind) : bind)),
    text('-s ', shellWord(type === 'file' ? text('file,', storage, ',', trim(size)) : text(`${type},`, trim(size)))),
    ...(part.literal('mode')?.trim() === 'foreground' ? [text('-F')] : []),
    ...flag(part, 'name', '-n'),
    ...flag(part, 'telnet', '-T'),
    ...(part.literal('secret-file')?.trim() === 'disabled' ? [text("-S ''")] : flag(part, 'secret-file', '-S')),
    ...part.lines('runtime-parameters').map((line) => text('-p ', shellWord(line))),
  ];
  if (type === 'file') {
    entries.push({kind: 'directory', origin: part.origin('recipe'), class: 'data', path: place('data', part.name)});
  }
  entries.push({
    kind: 'file',
    origin: part.origin('recipe'),
    class: 'bin',
    path: part.option('script-filename')?.pieces.length
      ? inDirectory(trim(part.option('script-filename')!))
      : place('bin', part.name),
    content: text(
      '#!/bin/sh\nPATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\nexec ',
      shellWord(path),
      ...lines.flatMap((line) => [' \\\n    ', line]),
      ' \\\n    "$@"\n',
    ),
    executable: true,
  });
  return entries;
}

function flag(part: Part, option: string, letter: string): Text[] {
  const value = part.option(option);
  return value === undefined ? [] : [text(`${letter} `, shellWord(trim(value)))];
}

function vclPath(part: Part): Text {
  const named = part.option('configuration-file');
  return named ? inDirectory(trim(named)) : place('directory', `parts/${part.name}/varnish.vcl`);
}

interface Backend {
  readonly name: string;
  readonly condition?: string;
  readonly host: string;
  readonly port: string;
}

/** A VCL 4 for a Plone site. The options are those of plone.recipe.varnish 6.0.18. */
function vcl(part: Part, context: LowerContext): Text {
  const backends = readBackends(part, context);
  const option = (name: string, usual: string): string => part.literal(name)?.trim() || usual;
  const hook = (name: string): (Piece | Text)[] => {
    const value = part.option(name);
    return value === undefined || value.pieces.length === 0 ? [] : ['    ', trim(value), '\n'];
  };
  const balancer = part.literal('balancer')?.trim().split(/\s+/)[0] ?? 'none';
  const director = balancer !== 'none' && backends.length > 1;
  const purgers = [
    ...new Set([
      'localhost',
      ...words(part.option('purge-hosts') ?? text()).map(show),
      ...backends.map((one) => one.host),
    ]),
  ].sort();
  const hosts = rewrites(part);
  const probed = part.literal('grace-healthy')?.trim();
  const kept = (part.literal('cookie-whitelist') ?? 'statusmessages __ac _ZopeId __cp auth_token')
    .replaceAll('"', '')
    .split(/\s+/)
    .filter((name) => name !== '');
  return text(
    '# A configuration of Varnish for Plone: see the manual page vcl(7).\n',
    'vcl 4.0;\n\nimport std;\n',
    director ? 'import directors;\n' : '',
    '\n',
    probed ? probe(option) : '',
    ...backends.map(
      ({name, host, port}) =>
        `backend ${name} {\n    .host = "${host}";\n    .port = "${port}";\n    .connect_timeout = ${option('connect-timeout', '0.4s')};\n` +
        `    .first_byte_timeout = ${option('first-byte-timeout', '300s')};\n    .between_bytes_timeout = ${option('between-bytes-timeout', '60s')};\n${probed ? '    .probe = backend_probe;\n' : ''}}\n`,
    ),
    '\nacl purgers {\n',
    ...purgers.map((host) => `    "${host}";\n`),
    '}\n\nsub vcl_init {\n',
    director ? `    new pool = directors.${balancer}();\n` : '',
    ...(director
      ? backends.map(({name}) => `    pool.add_backend(${name}${balancer === 'random' ? ', 1' : ''});\n`)
      : []),
    ...hook('vcl_init'),
    '}\n\nsub vcl_recv {\n',
    ...hook('vcl_recv'),
    director ? '    set req.backend_hint = pool.backend();\n' : chosen(backends),
    ...hosts,
    '    if (req.method == "PURGE" || req.method == "BAN") {\n        if (!client.ip ~ purgers) {\n            return (synth(403, "Not allowed."));\n        }\n',
    '        if (req.method == "PURGE") {\n            return (purge);\n        }\n',
    '        ban("req.http.host == " + req.http.host + " && req.url == " + req.url);\n        return (synth(200, "Ban added."));\n    }\n',
    '    if (req.method != "GET" && req.method != "HEAD") {\n        return (pass);\n    }\n',
    `    if (req.http.Authorization || req.http.Cookie ~ "${option('cookie-pass', '__ac(_(name|password|persistent))?=|auth_token').replaceAll('"', '')}") {\n        return (pass);\n    }\n`,
    keepCookies(kept),
    // A stale page is short-lived where the backend is well, and may be as old as grace-sick where it is not.
    probed ? `    if (std.healthy(req.backend_hint)) {\n        set req.grace = ${probed};\n    }\n` : '',
    '    return (hash);\n}\n',
    ...['vcl_hash', 'vcl_hit', 'vcl_miss', 'vcl_pass', 'vcl_pipe', 'vcl_backend_fetch'].flatMap((name) =>
      part.option(name) === undefined ? [] : [`\nsub ${name} {\n`, ...hook(name), '}\n'],
    ),
    '\nsub vcl_backend_response {\n',
    ...hook('vcl_backend_response'),
    '    if (beresp.http.Set-Cookie || beresp.http.Cache-Control ~ "private|no-cache|no-store" || beresp.status >= 500) {\n',
    '        set beresp.uncacheable = true;\n        set beresp.ttl = 120s;\n        return (deliver);\n    }\n',
    `    set beresp.grace = ${option('grace-sick', '600s')};\n    return (deliver);\n}\n\nsub vcl_deliver {\n`,
    ...hook('vcl_deliver'),
    '    if (obj.hits > 0) {\n        set resp.http.X-Cache = "HIT";\n    } else {\n        set resp.http.X-Cache = "MISS";\n    }\n}\n',
  );
}

/** How the health of each backend is asked. Source: plone.recipe.varnish 6.0.18, vclgen.py: the same values where none are given. */
function probe(option: (name: string, usual: string) => string): string {
  const initial = option('health-probe-initial', '');
  return [
    'probe backend_probe {',
    `    .url = "${option('health-probe-url', '/ok').replaceAll('"', '')}";`,
    `    .timeout = ${option('health-probe-timeout', '5s')};`,
    `    .interval = ${option('health-probe-interval', '15s')};`,
    `    .window = ${option('health-probe-window', '10')};`,
    `    .threshold = ${option('health-probe-threshold', '8')};`,
    ...(initial === '' ? [] : [`    .initial = ${initial};`]),
    '}\n\n',
  ].join('\n');
}

/** Takes every cookie away but these. Each of them gets a blank in front, and what has none is cut out. */
function keepCookies(names: readonly string[]): string {
  if (names.length === 0) return '    unset req.http.Cookie;\n';
  return [
    '    if (req.http.Cookie) {',
    '        set req.http.Cookie = ";" + regsuball(req.http.Cookie, "; +", ";");',
    `        set req.http.Cookie = regsuball(req.http.Cookie, ";(${names.map(escaped).join('|')})=", "; \\1=");`,
    '        set req.http.Cookie = regsuball(req.http.Cookie, ";[^ ][^;]*", "");',
    '        set req.http.Cookie = regsuball(req.http.Cookie, "^[; ]+|[; ]+$", "");',
    '        if (req.http.Cookie == "") {',
    '            unset req.http.Cookie;',
    '        }',
    '    }\n',
  ].join('\n');
}

/** `[host][/path]:ip:port` words. Source: plone.recipe.varnish 6.0.18, configuration. */
function readBackends(part: Part, {report}: LowerContext): Backend[] {
  const all = words(part.option('backends') ?? text('127.0.0.1:8080')).map(show);
  return all.flatMap((word, index) => {
    const found = /^(?:(.*):)?([\w.-]+):(\d+)$/.exec(word);
    if (!found) {
      reportBad(
        part,
        'backends',
        report,
        `\`${word}\` of part \`${part.name}\` is no backend`,
        'written [host][/path]:address:port',
        undefined,
        word,
      );
      return [];
    }
    if (all.length > 1 && !found[1]) {
      reportBad(
        part,
        'backends',
        report,
        `\`${word}\`, one of ${all.length} backends of part \`${part.name}\`, has no host or path`,
        'which requests are for it?',
        `write \`www.example.org:${word}\``,
        word,
      );
      return [];
    }
    return [
      {
        name: `backend_${String(index).padStart(3, '0')}`,
        ...(found[1] && {condition: found[1]}),
        host: found[2]!,
        port: found[3]!,
      },
    ];
  });
}

function chosen(backends: readonly Backend[]): string {
  // The first that fits is taken, as with the recipe.
  const choices = backends
    .filter(({condition}) => condition)
    .map(({name, condition}) => {
      const at = condition!.indexOf('/');
      const host = at === -1 ? condition! : condition!.slice(0, at);
      const path = at === -1 ? '' : condition!.slice(at);
      const tests = [
        ...(host ? [`req.http.host ~ "^${escaped(host)}(:[0-9]+)?$"`] : []),
        ...(path ? [`req.url ~ "^${escaped(path)}"`] : []),
      ];
      return `if (${tests.join(' && ')}) {\n        set req.backend_hint = ${name};\n    }`;
    });
  return choices.length > 0 ? `    ${choices.join(' else')}\n` : '';
}

function rewrites(part: Part): string[] {
  const ssl = /^(on|true|yes|1)$/i.test(part.literal('zope2_vhm_ssl')?.trim() ?? '');
  const bind = part.literal('bind')?.trim().split(':').at(-1) ?? '8000';
  const port = ssl
    ? (part.literal('zope2_vhm_ssl_port')?.trim() ?? '443')
    : (part.literal('zope2_vhm_port')?.trim() ?? bind);
  return part.lines('zope2_vhm_map').map((line) => {
    const [host, path] = show(line).split(':') as [string, string | undefined];
    const root = `/VirtualHostBase/${ssl ? 'https' : 'http'}/${host}:${port}${(path ?? '').replaceAll('"', '')}/VirtualHostRoot`;
    return `    if (req.http.host ~ "^${escaped(host)}(:[0-9]+)?$") {\n        set req.url = "${root}" + req.url;\n    }\n`;
  });
}

/** A literal text inside a VCL regular expression. */
function escaped(value: string): string {
  return value.replaceAll('"', '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

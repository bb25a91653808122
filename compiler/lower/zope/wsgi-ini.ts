/** wsgi.ini of a Zope instance. Source: plone.recipe.zope2instance 9.1.0, recipe.py, `build_wsgi_ini`. */
import type {LowerContext, Part} from '../../model/lowering.js';
import type {Piece, Text} from '../../model/text.js';
import {syslogTag} from '../../util/syslog-tag.js';
import {place, show, text, words} from '../../util/text.js';
import {inDirectory, join} from '../placement.js';
import {reportBad} from '../values.js';
import {logPath, varFolder} from './zodb-paths.js';

export function wsgiIni(part: Part, zopeConf: Text, context: LowerContext): Text {
  const values = iniValues(part, zopeConf, context);
  const whole = part.option('wsgi-ini-template');
  const logging = part.option('wsgi-logging-ini-template');
  if (whole !== undefined && logging !== undefined) {
    const message = `part \`${part.name}\` has \`wsgi-ini-template\` and \`wsgi-logging-ini-template\``;
    reportBad(part, 'wsgi-ini-template', context.report, message, 'one of the two', 'take one of the two out');
  }
  const own = (option: 'wsgi-ini-template' | 'wsgi-logging-ini-template'): string | undefined => {
    const path = part.option(option);
    if (path === undefined) return undefined;
    const found = context.input(inDirectory(path));
    if (found === undefined) {
      const message = `\`${show(path)}\`, the \`${option}\` of part \`${part.name}\`, can't be read`;
      reportBad(part, option, context.report, message, 'no such file beside the profile');
    }
    return found;
  };
  const syslog = values.get('syslog_formatters') !== undefined;
  const template =
    own('wsgi-ini-template') ?? iniTemplate + (own('wsgi-logging-ini-template') ?? loggingTemplate(syslog));
  refusePercent(part, context);
  return formatted(template, values, part, context);
}

/** Files that `wsgiIni` reads. */
export function iniInputs(part: Part): readonly Text[] {
  return ['wsgi-ini-template', 'wsgi-logging-ini-template'].flatMap((name) => {
    const path = part.option(name);
    return path === undefined ? [] : [inDirectory(path)];
  });
}

/** The addresses that the instance listens on, `host:port` each. */
export function httpAddresses(part: Part): readonly string[] {
  const written = part.option('http-address');
  const all = written?.pieces.length ? words(written).map(show) : ['8080'];
  return all.map((address) => (address.includes(':') ? address.replace(/^\*:/, '0.0.0.0:') : `0.0.0.0:${address}`));
}

function iniValues(part: Part, zopeConf: Text, context: LowerContext): Map<string, Text> {
  const get = (name: string, fallback: string): Text => part.option(name) ?? text(fallback);
  const addresses = httpAddresses(part);
  // fast-listen opens sockets by a host and a port; it can't take an IPv6 address apart.
  const fast =
    /^(on|true)$/i.test(part.literal('http-fast-listen') ?? 'on') && !addresses.some((one) => one.includes('['));
  const log = (name: string): Text => context.dataPath(join(varFolder(part), text(`log/${name}`)));
  const event = handler(part, 'event', context);
  const access = handler(part, 'access', context);
  const pipeline = words(part.option('pipeline') ?? text('translogger egg:Zope#httpexceptions zope'))
    .map(show)
    .filter((word) => access.kind !== 'disabled' || word !== 'translogger');
  const before = (filter: string): void => {
    const at = pipeline.indexOf('zope');
    pipeline.splice(at === -1 ? pipeline.length : at, 0, filter);
  };
  if (part.option('sentry_dsn')?.pieces.length) before('sentry');
  if (part.literal('profile')?.trim() === 'on') before('profile');
  if (!pipeline.includes('zope')) pipeline.push('zope');
  const handlers = event.kind === 'disabled' || access.kind === 'disabled' ? '' : 'eventlog';
  const onOff = (name: string): string => (/^(on|true)$/i.test(part.literal(name) ?? 'false') ? 'true' : 'false');
  const server = text(
    'paste.server_factory = plone.recipe.zope2instance:main\nuse = egg:plone.recipe.zope2instance#main\n',
    `${fast ? 'fast-' : ''}listen = ${addresses.join(' ')}\n`,
    text('threads = ', get('threads', '4'), '\n'),
    text('clear_untrusted_proxy_headers = ', get('clear-untrusted-proxy-headers', 'false'), '\n'),
    text('max_request_body_size = ', get('max-request-body-size', '1073741824'), '\n'),
    `asyncore_use_poll = ${onOff('asyncore-use-poll')}\n`,
  );
  const values: [string, Text | string][] = [
    ['server_main', server],
    ['http_address', addresses.join(' ')],
    ['fast-listen', fast ? 'fast-' : ''],
    ['threads', get('threads', '4')],
    ['clear_untrusted_proxy_headers', get('clear-untrusted-proxy-headers', 'false')],
    ['max_request_body_size', get('max-request-body-size', '1073741824')],
    ['asyncore_use_poll', onOff('asyncore-use-poll')],
    ['location', place('etc', part.name)],
    ['zope_conf', zopeConf],
    ['pipeline', pipeline.join('\n    ')],
    ['sentry_dsn', get('sentry_dsn', '')],
    ['sentry_level', get('sentry_level', 'INFO')],
    ['sentry_event_level', get('sentry_event_level', 'ERROR')],
    ['sentry_ignore', get('sentry_ignore', '')],
    ['sentry_max_value_length', get('sentry_max_value_length', '')],
    ['profile_log_filename', part.option('profile_log_filename') ?? log(`profile-${part.name}.raw`)],
    ['profile_cachegrind_filename', part.option('profile_cachegrind_filename') ?? log(`cachegrind.out.${part.name}`)],
    ['profile_discard_first_request', get('profile_discard_first_request', 'true')],
    ['profile_path', get('profile_path', '/__profile__')],
    ['profile_flush_at_shutdown', get('profile_flush_at_shutdown', 'true')],
    ['profile_unwind', get('profile_unwind', 'false')],
    ['root_handlers', event.kind === 'disabled' ? 'console' : 'console, eventlog'],
    ['event_handlers', handlers],
    ['eventlog_level', get('event-log-level', 'INFO')],
    ['eventlog_name', event.path],
    ['eventlog_handler', event.handler],
    ['eventlog_args', event.args],
    ['eventlog_kwargs', event.kwargs],
    ['eventlog_formatter', event.kind === 'syslog' ? 'syslogevent' : 'generic'],
    ['accesslog_level', part.option('access-log-level') ?? get('z2-log-level', 'INFO')],
    ['accesslog_name', access.path],
    ['accesslog_handler', access.handler],
    ['accesslog_args', access.args],
    ['accesslog_kwargs', access.kwargs],
    ['accesslog_formatter', access.kind === 'syslog' ? 'syslogaccess' : 'message'],
  ];
  if (event.kind === 'syslog' || access.kind === 'syslog') {
    const tag = syslogTag(context.settings.name, part.name);
    values.push([
      'syslog_formatters',
      `[formatter_syslogevent]\nformat = ${tag}: %(levelname)s [%(name)s:%(lineno)s] %(message)s\n\n` +
        `[formatter_syslogaccess]\nformat = ${tag}-access: %(message)s\n`,
    ]);
  }
  return new Map(values.map(([name, value]) => [name, text(value)]));
}

interface Handler {
  readonly kind: 'syslog' | 'file' | 'own' | 'disabled';
  readonly path: Text;
  readonly handler: Text;
  readonly args: Text;
  readonly kwargs: Text;
}

/** Where a log goes: as the part says, else to syslog, else to a file in the log folder. */
function handler(part: Part, which: 'event' | 'access', context: LowerContext): Handler {
  const written = which === 'access' ? (part.option('z2-log') ?? part.option('access-log')) : part.option('event-log');
  const fallback = which === 'access' ? `log/${part.name}-access.log` : `log/${part.name}.log`;
  const path = logPath(written ?? text(fallback), part, context);
  const file = text("(r'", path, "', 'a')");
  if (written !== undefined && show(written).trim().toLowerCase() === 'disable') {
    return {kind: 'disabled', path, handler: text('NullHandler'), args: text('()'), kwargs: text('{}')};
  }
  const own = part.option(`${which}-log-handler`);
  const args = part.option(`${which}-log-args`);
  const kwargs = part.option(`${which}-log-kwargs`);
  if (own !== undefined || args !== undefined || kwargs !== undefined) {
    return {
      kind: 'own',
      path,
      handler: own ?? text('FileHandler'),
      args: args === undefined ? file : braces(args, path),
      kwargs: kwargs ?? text('{}'),
    };
  }
  const old = which === 'event' ? oldLog(part, context) : undefined;
  if (old) return old;
  const {syslog} = context.settings;
  if (written !== undefined || !syslog.enabled) {
    return {kind: 'file', path, handler: text('FileHandler'), args: file, kwargs: text('{}')};
  }
  return syslogHandler(path, '/dev/log', syslog.facility);
}

function syslogHandler(path: Text, address: string, facility: string): Handler {
  const host = /^([^/]+):(\d+)$/.exec(address);
  return {
    kind: 'syslog',
    path,
    handler: text('logging.handlers.SysLogHandler'),
    args: text(host ? `(('${host[1]}', ${host[2]}),)` : `('${address}',)`),
    kwargs: text(`{'facility': '${facility}'}`),
  };
}

/** `event-log-custom` of Zope 2: its `<syslog>` and `<logfile>` sections have a handler of the same meaning. */
function oldLog(part: Part, context: LowerContext): Handler | undefined {
  const custom = part.option('event-log-custom');
  if (!custom?.pieces.length) return undefined;
  const key = (name: string): Text | undefined => {
    const line = part.lines('event-log-custom').find((one) => show(one).startsWith(`${name} `));
    const [first, ...more] = line?.pieces ?? [];
    return typeof first === 'string' ? text(first.slice(name.length).trimStart(), {pieces: more}) : undefined;
  };
  const whole = show(custom);
  if (/<syslog\b/.test(whole)) {
    const address = key('address');
    const facility = key('facility');
    return syslogHandler(
      text(),
      address ? show(address) : '/dev/log',
      facility ? show(facility) : context.settings.syslog.facility,
    );
  }
  const path = key('path');
  if (/<logfile\b/.test(whole) && path) {
    const where = logPath(path, part, context);
    return {
      kind: 'file',
      path: where,
      handler: text('FileHandler'),
      args: text("(r'", where, "', 'a')"),
      kwargs: text('{}'),
    };
  }
  return undefined;
}

/** Whether `event-log-custom` could be put into today's terms. */
export function knowsOldLog(part: Part): boolean {
  const custom = part.option('event-log-custom');
  return (
    custom === undefined ||
    /<syslog\b/.test(show(custom)) ||
    (/<logfile\b/.test(show(custom)) && /(^|\n)\s*path /.test(show(custom)))
  );
}

/** str.format with one argument: `{}` and `{0}` are the path, doubled braces one. */
function braces(value: Text, path: Text): Text {
  const out: (Piece | Text)[] = [];
  for (const piece of value.pieces) {
    if (typeof piece !== 'string') out.push(piece);
    else {
      for (const chunk of piece.split(/(\{\{|\}\}|\{0?\})/)) {
        out.push(chunk === '{{' ? '{' : chunk === '}}' ? '}' : /^\{0?\}$/.test(chunk) ? path : chunk);
      }
    }
  }
  return text(...out);
}

/** A lone `%` in a value: configparser, which reads the file, takes it for an interpolation. */
function refusePercent(part: Part, context: LowerContext): void {
  const read = /^(http-address|threads|pipeline|sentry_|profile_|(event|access|z2)-log|max-request|clear-untrusted)/;
  for (const {name} of part.section.options.values()) {
    const value = part.option(name);
    if (!read.test(name) || name.endsWith('-custom') || value === undefined) continue;
    if (!/%(?![%(])/.test(show(value).replaceAll('%%', ''))) continue;
    const message = `\`${name}\` of part \`${part.name}\` has a lone \`%\`, which wsgi.ini can't hold`;
    reportBad(part, name, context.report, message, 'an ini file takes it for a reference', 'write `%%`', '%');
  }
}

/** Python's `%`-formatting of a template with a dictionary. */
function formatted(template: string, values: ReadonlyMap<string, Text>, part: Part, context: LowerContext): Text {
  const out: (string | Text)[] = [];
  for (const chunk of template.split(/(%\([^)]*\)[sd]|%%)/)) {
    const name = /^%\(([^)]*)\)[sd]$/.exec(chunk)?.[1];
    if (chunk === '%%') out.push('%');
    else if (name === undefined) out.push(chunk);
    else if (values.has(name)) out.push(values.get(name)!);
    else {
      const option = part.option('wsgi-ini-template') === undefined ? 'wsgi-logging-ini-template' : 'wsgi-ini-template';
      const message = `the template of part \`${part.name}\` has \`${chunk}\`, which the recipe doesn't give`;
      reportBad(
        part,
        option,
        context.report,
        message,
        'not among the values of the template',
        `given are: ${[...values.keys()].join(', ')}`,
      );
    }
  }
  return text(...out);
}

const iniTemplate = `[server:main]
%(server_main)s

[app:zope]
use = egg:Zope#main
zope_conf = %(zope_conf)s

[filter:translogger]
use = egg:Paste#translogger
setup_console_handler = False

[filter:sentry]
use = egg:plone.recipe.zope2instance#sentry
dsn = %(sentry_dsn)s
level = %(sentry_level)s
event_level = %(sentry_event_level)s
ignorelist = %(sentry_ignore)s
max_value_length = %(sentry_max_value_length)s

[filter:profile]
use = egg:repoze.profile
log_filename = %(profile_log_filename)s
cachegrind_filename = %(profile_cachegrind_filename)s
discard_first_request = %(profile_discard_first_request)s
path = %(profile_path)s
flush_at_shutdown = %(profile_flush_at_shutdown)s
unwind = %(profile_unwind)s

[pipeline:main]
pipeline =
    %(pipeline)s

`;

function loggingTemplate(syslog: boolean): string {
  return `[loggers]
keys = root, plone, waitress.queue, waitress, wsgi

[handlers]
keys = console, accesslog, eventlog

[formatters]
keys = generic, message${syslog ? ', syslogevent, syslogaccess' : ''}

[logger_root]
level = %(eventlog_level)s
handlers = %(root_handlers)s

[logger_plone]
level = %(eventlog_level)s
handlers = %(event_handlers)s
qualname = plone

[logger_waitress.queue]
level = INFO
handlers = eventlog
qualname = waitress.queue
propagate = 0

[logger_waitress]
level = %(eventlog_level)s
handlers = %(event_handlers)s
qualname = waitress

[logger_wsgi]
level = %(accesslog_level)s
handlers = accesslog
qualname = wsgi
propagate = 0

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[handler_accesslog]
class = %(accesslog_handler)s
args = %(accesslog_args)s
kwargs = %(accesslog_kwargs)s
level = %(accesslog_level)s
formatter = %(accesslog_formatter)s

[handler_eventlog]
class = %(eventlog_handler)s
args = %(eventlog_args)s
kwargs = %(eventlog_kwargs)s
level = NOTSET
formatter = %(eventlog_formatter)s

[formatter_generic]
format = %%(asctime)s %%(levelname)-7.7s [%%(name)s:%%(lineno)s][%%(threadName)s] %%(message)s

[formatter_message]
format = %%(message)s
${syslog ? '\n%(syslog_formatters)s' : ''}`;
}

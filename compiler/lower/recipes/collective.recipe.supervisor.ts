import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {LowerContext, Part, RecipeLowering} from '../../model/lowering.js';
import type {Entry, FileEntry, ServiceEntry, Variable} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {canonicalName, readRequirement} from '../../util/distribution-name.js';
import {literal, place, show, text, words} from '../../util/text.js';
import {encode, shellWords} from '../../util/text-pattern.js';
import {inDirectory} from '../placement.js';
import {reportBad, reportNoEffect} from '../values.js';
import {backgroundProgram, serverProgram} from '../zope/server-program.js';
import {isZeoServer, isZopeInstance} from '../zope/zodb-paths.js';

const programRest: DiagnosticKind = {
  id: 'CFG521',
  name: 'program-line-rest',
  severity: 'warning',
  explain: `
What it does: names the rest of a program line that the recipe drops without a word.
Why: the fields have an order: priority, name, (options), command, [arguments], directory, true or false, user. What doesn't fit is lost.
Example: "10 web /usr/bin/web zope true" takes zope for the folder. Write "10 web /usr/bin/web true zope".
Source: collective.recipe.supervisor 2.0.0, the pattern of program lines.
`,
};

/**
 * Lowers `collective.recipe.supervisor`: the programs that must run.
 * Reads    `programs`, `eventlisteners`, `groups`, `plugins`, `supervisord-environment`, `env-path`.
 * Plans    a service a program line, its Zope and ZEO programs in the foreground; plugins for the supervisor's own box;
 *          bin/PARTd and bin/PARTctl. The daemon itself, its socket and its logs are the release's business.
 * Reports  CFG508 for lines that can't be read, CFG509, CFG520, CFG521.
 */
export const collectiveRecipeSupervisor: RecipeLowering = {
  recipe: 'collective.recipe.supervisor',
  // Files extend the part with variables of their own; the recipe takes no offence, and neither does this.
  options: [/./],
  page: {
    summary: 'The programs that must run, and who listens to what happens to them.',
    options: {
      programs: 'a service each',
      eventlisteners: 'a listener of the supervisor each; left out where systemd runs the services',
      groups: 'the group of its programs',
      plugins: "distributions of the supervisor's own box, as superlance",
      'supervisord-environment': 'variables of every service',
      'env-path': 'PATH of every service',
      sections: '`services` must be among them for programs to be read',
      include: 'nothing: the release brings its own configuration',
      'http-socket': 'nothing: the daemon has a socket in its own folder, open to its user alone',
      port: 'nothing, as http-socket',
      file: 'nothing, as http-socket',
      chmod: 'nothing, as http-socket',
      chown: 'nothing, as http-socket',
      user: 'nothing: there is no password where there is no port',
      password: 'nothing: there is no password where there is no port',
      serverurl: 'nothing, as http-socket',
      'supervisord-conf': "nothing: the configuration is the release's",
      logfile: 'nothing: the daemon logs to syslog, or to its own folder',
      'logfile-maxbytes': 'nothing, as logfile',
      'logfile-backups': 'nothing, as logfile',
      loglevel: 'nothing, as logfile',
      childlogdir: 'nothing: output goes to syslog, or to the log folder',
      pidfile: "nothing: in the daemon's own folder",
      umask: 'umask of every service',
      nodaemon: 'nothing',
      nocleanup: 'nothing',
      'supervisord-user': 'nothing: services run as the user of [release]',
      'supervisord-directory': 'nothing: the daemon runs in /',
    },
    differences: [
      'supervisord is in a virtualenv of its own, outside of the releases: a switch restarts services, not the daemon.',
      'It listens on a Unix socket that its user alone may open; there is no port and no password.',
      'Only programs whose own text, files or distributions changed are restarted.',
      'Zope and ZEO run in the foreground: `[start]` and `[fg]` become console, `bin/zeo` and `runzeo` become ZEO.runzeo.',
      'parts/INSTANCE/bin/runzope, which current recipes do not make, becomes `bin/INSTANCE console`.',
      'A program has no working folder where none is written; the recipe takes that of the command, which is closed to services here.',
      'Process options may have values in quotes with blanks in them; the recipe tears them apart.',
      'bin/PARTd and bin/PARTctl are kept as scripts that call the daemon of the release.',
      'With `services = systemd` the same lines become units.',
    ],
  },
  kinds: [backgroundProgram, programRest],
  gives: (part) => ({
    'supervisord-conf': part.option('supervisord-conf') ?? place('directory', `parts/${part.name}/supervisord.conf`),
  }),
  lower(part, context) {
    const sections = words(part.option('sections') ?? text('global ctl http rpc services')).map(show);
    const groups = readGroups(part, context);
    const programs = sections.includes('services')
      ? part.lines('programs').flatMap((line) => program(part, line, groups, context))
      : [];
    const listeners = sections.includes('services')
      ? part.lines('eventlisteners').flatMap((line) => listener(part, line, context))
      : [];
    reportUnlisted(part, programs, context);
    const socket = part.literal('http-socket')?.trim() ?? 'inet';
    if (socket !== 'inet' && socket !== 'unix') {
      const message = `\`http-socket\` of part \`${part.name}\` can't be \`${socket}\``;
      reportBad(part, 'http-socket', context.report, message, 'inet or unix');
    }
    if (part.lines('include').length > 0) {
      const hint = 'write the programs of these files as program lines';
      reportNoEffect(part, 'include', context.report, 'the release brings its own configuration', hint);
    }
    return [...plugins(part), ...thinScripts(part), ...programs, ...listeners];
  },
};

interface Fields {
  readonly [name: string]: Text | undefined;
}

const programPattern = new RegExp(
  [
    /^(?<priority>\d+)/,
    /\s+(?<name>[^\s]+)/,
    /(?:\s+\((?<options>[^)]+)\))?/,
    /\s+(?<command>[^\s]+)/,
    /(?:\s+\[(?<arguments>(?!true|false)[^\]]+)\])?/,
    /(?:\s+(?<directory>(?!true|false)[^\s]+))?/,
    /(?:\s+(?<redirect>true|false))?/,
    /(?:\s+(?<user>[^\s]+))?/,
  ]
    .map(({source}) => source)
    .join(''),
);

const listenerPattern =
  /^(?<name>[^\s]+)(?:\s+\((?<options>[^)]+)\))?\s+(?<events>[^\s]+)\s+(?<command>[^\s]+)(?:\s+\[(?<arguments>[^\]]+)\])?/;

function program(part: Part, line: Text, groups: ReadonlyMap<string, string>, context: LowerContext): ServiceEntry[] {
  const fields = matched(
    part,
    line,
    'programs',
    programPattern,
    context,
    'priority name (options) command [arguments] directory true|false user',
  );
  if (fields === undefined) return [];
  const name = show(fields.name!);
  const options = processOptions(fields.options, wrongYes(part, 'programs', context));
  const server = serverProgram(fields.command!, fields.arguments ?? text(), {part, option: 'programs', name}, context);
  const command = server?.command ?? [fields.command!, ...shellWords(fields.arguments ?? text())];
  const redirect = fields.redirect && show(fields.redirect);
  const user = fields.user ? show(fields.user) : options.take('user');
  const group = groups.get(name);
  const directory = fields.directory ?? options.takeText('directory');
  const umask = options.take('umask') ?? part.literal('umask')?.trim() ?? server?.umask;
  return [
    {
      kind: 'service',
      origin: part.origin('programs', name),
      name,
      command,
      ...(directory && !isZodbHome(directory, server) && {directory: inDirectory(directory)}),
      environment: environmentOf(part, options),
      ...(user !== undefined && user !== context.settings.user && {user}),
      ...(umask !== undefined && {umask}),
      priority: Number(options.take('priority') ?? show(fields.priority!)),
      ...(group !== undefined && {group}),
      autostart: options.yes('autostart') ?? true,
      startSeconds: options.number('startsecs') ?? server?.startSeconds ?? 1,
      stopSignal: options.take('stopsignal') ?? 'TERM',
      stopWaitSeconds: options.number('stopwaitsecs') ?? server?.stopWaitSeconds ?? 10,
      redirectStderr: options.yes('redirect_stderr') ?? redirect === 'true',
      events: [],
      extra: options.rest(),
      ready: server?.ready ?? [],
      uses: server?.uses ?? [],
    },
  ];
}

function listener(part: Part, line: Text, context: LowerContext): ServiceEntry[] {
  const fields = matched(
    part,
    line,
    'eventlisteners',
    listenerPattern,
    context,
    'name (options) EVENTS command [arguments]',
  );
  if (fields === undefined) return [];
  const name = show(fields.name!);
  const options = processOptions(fields.options, wrongYes(part, 'eventlisteners', context));
  const inBox = /^\{bin\}\/([\w.-]+)$/.exec(show(context.placed(fields.command!)))?.[1];
  const command = inBox === undefined ? fields.command! : place('supervisor', `venv/bin/${inBox}`);
  return [
    {
      kind: 'service',
      origin: part.origin('eventlisteners', name),
      name,
      command: [command, ...shellWords(fields.arguments ?? text())],
      environment: environmentOf(part, options),
      priority: Number(options.take('priority') ?? '-1'),
      autostart: options.yes('autostart') ?? true,
      startSeconds: options.number('startsecs') ?? 1,
      stopSignal: options.take('stopsignal') ?? 'TERM',
      stopWaitSeconds: options.number('stopwaitsecs') ?? 10,
      redirectStderr: false,
      events: show(fields.events!).split(','),
      extra: options.rest(),
      ready: [],
      uses: [],
    },
  ];
}

/** Matches a line as the recipe does; what its pattern leaves over is reported. */
function matched(
  part: Part,
  line: Text,
  option: string,
  pattern: RegExp,
  context: LowerContext,
  form: string,
): Fields | undefined {
  const {string, decode} = encode(line);
  const found = pattern.exec(string);
  const shown = show(line);
  if (!found) {
    const message = `\`${shown}\` of part \`${part.name}\` is no line of \`${option}\``;
    reportBad(part, option, context.report, message, form, undefined, shown);
    return undefined;
  }
  const rest = string.slice(found[0].length).trim();
  if (rest !== '') {
    const span = part.span(option, show(decode(rest)));
    context.report({
      kind: programRest,
      message: `\`${show(decode(rest))}\` at the end of \`${show(decode(found.groups!.name!))}\` is dropped (part \`${part.name}\`)`,
      ...(span && {primary: {span, text: 'fits no field'}}),
      hint: `the fields in order: ${form}`,
    });
  }
  return Object.fromEntries(
    Object.entries(found.groups!).map(([name, value]) => [name, value === undefined ? undefined : decode(value)]),
  );
}

/** `${zeo:location}` behind the command was for PYTHONPATH's sake, and is taken for the folder; a release needs it for nothing. */
function isZodbHome(directory: Text, server: ServiceEntry | undefined): boolean {
  return (server?.uses ?? []).some((name) => show(directory) === `{directory}/parts/${name}`);
}

interface ProcessOptions {
  take(name: string): string | undefined;
  takeText(name: string): Text | undefined;
  number(name: string): number | undefined;
  /** Undefined where it is absent, or no word that supervisor takes: that is reported. */
  yes(name: string): boolean | undefined;
  rest(): {name: string; value: Text}[];
}

/** Reports `name=word` of a program line. */
type WrongYes = (name: string, word: string) => void;

function wrongYes(part: Part, option: string, {report}: LowerContext): WrongYes {
  return (name, word) => {
    const message = `\`${name}\` of part \`${part.name}\` can't be \`${word}\``;
    reportBad(
      part,
      option,
      report,
      message,
      'true or false',
      `write \`${name}=true\` or \`${name}=false\``,
      `${name}=${word}`,
    );
  };
}

/** `k=v k="v w"`: split at blanks, quotes group. */
function processOptions(value: Text | undefined, wrong: WrongYes): ProcessOptions {
  const options = new Map<string, Text>();
  if (value !== undefined) {
    const {string, decode} = encode(value);
    for (const [, name, quoted] of string.matchAll(/([^\s=]+)=((?:"[^"]*"|'[^']*'|[^\s"'])*)/g)) {
      if (quoted) options.set(name!, decode(quoted));
    }
  }
  const takeText = (name: string): Text | undefined => {
    const found = options.get(name);
    options.delete(name);
    return found;
  };
  const take = (name: string): string | undefined => {
    const found = takeText(name);
    return found && show(found);
  };
  return {
    take,
    takeText,
    number: (name) => {
      const found = take(name);
      return found === undefined || !/^\d+$/.test(found) ? undefined : Number(found);
    },
    // Source: supervisor 4.3.0, datatypes.py, `boolean`.
    yes: (name) => {
      const found = take(name);
      if (found === undefined) return undefined;
      if (/^(yes|true|on|1)$/i.test(found)) return true;
      if (!/^(no|false|off|0)$/i.test(found)) wrong(name, found);
      return false;
    },
    rest: () => [...options].map(([name, value]) => ({name, value})),
  };
}

/** Variables of the daemon, which its children inherit, then those of the program. */
function environmentOf(part: Part, options: ProcessOptions): Variable[] {
  const path = part.option('env-path');
  const variables = [
    ...(path ? [{name: 'PATH', value: path}] : []),
    ...readVariables(part.option('supervisord-environment')),
    ...readVariables(options.takeText('environment')),
  ];
  return [...new Map(variables.map((variable) => [variable.name, variable])).values()];
}

/** `A=x,B="y, z"`. Source: supervisor 4.3.0, datatypes.py, `dict_of_key_value_pairs`. */
function readVariables(value: Text | undefined): Variable[] {
  if (value === undefined) return [];
  const {string, decode} = encode(value);
  return [...string.matchAll(/([\w.]+)\s*=\s*("[^"]*"|'[^']*'|[^,]*)(?:,|$)/g)].map(([, name, quoted]) => ({
    name: name!,
    value: decode(quoted!.trim().replace(/^(["'])(.*)\1$/s, '$2')),
  }));
}

function readGroups(part: Part, {report}: LowerContext): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of part.lines('groups')) {
    const shown = show(line);
    const found = /^(\d+)\s+(\S+)\s+(\S+)/.exec(shown);
    if (!found) {
      reportBad(part, 'groups', report, `\`${shown}\` is no group`, 'priority name program,program', undefined, shown);
      continue;
    }
    for (const program of found[3]!.split(',')) groups.set(program, found[2]!);
  }
  return groups;
}

/** A Zope or ZEO part that no program line starts doesn't run: said, as a supervisor part means that it names all. */
function reportUnlisted(part: Part, programs: readonly ServiceEntry[], context: LowerContext): void {
  const running = new Set(programs.flatMap(({uses}) => uses));
  for (const other of context.parts) {
    if ((!isZeoServer(other) && !isZopeInstance(other)) || running.has(other.name)) continue;
    reportNoEffect(
      part,
      'programs',
      context.report,
      `no program runs \`${other.name}\``,
      `add \`20 ${other.name} \${buildout:bin-directory}/${other.name} [console] true\`, if it should run`,
    );
  }
}

/** superlance and its like belong to the supervisor, not to the site. */
function plugins(part: Part): Entry[] {
  const origin = part.origin('plugins');
  const requirements = part.lines('plugins').flatMap((line) => {
    const whole = literal(line);
    const read = whole === undefined ? undefined : readRequirement(whole);
    return read && whole !== undefined ? [{name: canonicalName(read.name), text: whole, origin}] : [];
  });
  if (requirements.length === 0) return [];
  return [{kind: 'environment', origin, name: 'supervisor', requirements, exclude: [], editable: []}];
}

/** bin/supervisord and bin/supervisorctl, as operators know them. */
function thinScripts(part: Part): FileEntry[] {
  const script = (name: string, program: string): FileEntry => ({
    kind: 'file',
    origin: part.origin('recipe'),
    class: 'bin',
    path: place('bin', name),
    content: text('#!/bin/sh\nexec "', place('supervisor', `bin/${program}`), '" "$@"\n'),
    executable: true,
  });
  return [script(`${part.name}d`, 'supervisord'), script(`${part.name}ctl`, 'supervisorctl')];
}

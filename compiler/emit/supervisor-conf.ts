import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {Origin, ServiceEntry, Variable} from '../model/release-plan.js';
import type {Piece, Text} from '../model/text.js';
import {place, refs, show, text} from '../util/text.js';
import {type HostQuoting, isPlainRef, joined, type QuotedText} from './file-text.js';

/** A service's file in the release: `etc/supervisor.d/zeo.conf` and what stands in it. */
export interface ServiceFile {
  /** Below the release's etc/. */
  readonly path: string;
  readonly content: QuotedText;
  readonly origin: Origin;
}

export const unspeakableService: DiagnosticKind = {
  id: 'CFG720',
  name: 'unspeakable-service',
  severity: 'error',
  explain: `
What it does: refuses a service whose name, command or environment holds what the configuration file of its manager has no way to write.
Why: a carriage return ends a line there, a secret on a command line is shown to every user by ps, and a name with a slash or a colon
is none for supervisor and systemd.
Example: "args = --password \${secrets:db}" in a program line. Hand the secret over in the environment or in a file instead.
Source: supervisor 4.3.0, options.py (UnhosedConfigParser) and datatypes.py (dict_of_key_value_pairs, process_or_group_name).`,
};

/**
 * The files of etc/supervisor.d/: one a program or listener, one a group.
 *
 * No fingerprint stands in them. supervisord restarts a whole group at once when its text changes, and starts what an operator
 * had stopped; so the text changes only where the program itself does, and the script's own record of fingerprints decides
 * which of the others are restarted, one at a time (runtime-templates/lib/supervisor.sh).
 * @param options.syslog  output goes to syslog; else to files in the log folder
 * Where a program names another user supervisord stays root (`needsRoot`), and every other program names the service's.
 * Source: supervisor 4.3.0, options.py: `read_config`, `_processes_from_section`.
 */
export function supervisorFiles(
  services: readonly ServiceEntry[],
  options: {readonly syslog: boolean},
  report: Report,
): readonly ServiceFile[] {
  const user = needsRoot(services) ? text({ref: 'user'}) : undefined;
  const files = services.map((service) => ({
    path: `supervisor.d/${service.name}.conf`,
    content: section(service, service.user === undefined ? user : text(service.user), options.syslog, report),
    origin: service.origin,
  }));
  return [...files, ...groupFiles(services)];
}

/** Whether supervisord has to start programs as somebody else than the service's user, which root alone can. */
export function needsRoot(services: readonly ServiceEntry[]): boolean {
  return services.some((service) => service.user !== undefined);
}

function section(service: ServiceEntry, user: Text | undefined, syslog: boolean, report: Report): QuotedText {
  const listener = service.events.length > 0;
  const plain = service.environment.filter((variable) => fitsEnvironmentKey(variable.name, variable.value));
  const other = service.environment.filter((variable) => !plain.includes(variable));
  const keys = new Map<string, QuotedText>();
  keys.set('command', command(service, other, report));
  if (listener) keys.set('events', text(service.events.join(',')));
  if (service.directory !== undefined) keys.set('directory', doubled(service.directory));
  if (plain.length > 0) keys.set('environment', environmentKey(plain));
  if (user !== undefined) keys.set('user', user);
  if (service.umask !== undefined) keys.set('umask', text(service.umask));
  keys.set('priority', text(String(service.priority)));
  keys.set('autostart', text(String(service.autostart)));
  keys.set('startsecs', text(String(service.startSeconds)));
  keys.set('stopsignal', text(service.stopSignal));
  keys.set('stopwaitsecs', text(String(service.stopWaitSeconds)));
  // A launcher that forks would leave its child behind, holding the port that the next release wants.
  keys.set('stopasgroup', text('true'));
  keys.set('killasgroup', text('true'));
  for (const [name, value] of output(service, listener, syslog)) keys.set(name, value);
  // What the user wrote himself wins, in supervisor's own syntax.
  for (const {name, value} of service.extra) keys.set(name, continued(value));
  const lines = [...keys].map(([name, value]) => joined(`${name} = `, value, '\n'));
  return joined(`[${listener ? 'eventlistener' : 'program'}:${service.name}]\n`, ...lines);
}

/** Where the output goes. A listener talks to supervisord on its standard output: only its errors are a log. */
function output(service: ServiceEntry, listener: boolean, syslog: boolean): [string, Text][] {
  const streams = listener || !service.redirectStderr ? ['stdout', 'stderr'] : ['stdout'];
  const keys: [string, Text][] = [];
  if (service.redirectStderr && !listener) keys.push(['redirect_stderr', text('true')]);
  for (const stream of streams) {
    const wanted = !(listener && stream === 'stdout');
    if (!wanted) {
      keys.push([`${stream}_logfile`, text('NONE')]);
      continue;
    }
    keys.push([`${stream}_logfile`, place('log', `${service.name}${stream === 'stderr' ? '-error' : ''}.log`)]);
    // Beside syslog the file is a short one: its end says why a program died, also on a host that keeps its logs elsewhere.
    keys.push([`${stream}_logfile_maxbytes`, text(syslog ? '1MB' : '10MB')]);
    keys.push([`${stream}_logfile_backups`, text(syslog ? '0' : '5')]);
    if (syslog) keys.push([`${stream}_syslog`, text('true')]);
  }
  return keys;
}

/** The programs of each `group`; listeners can't be in one. Its priority is its first member's. */
function groupFiles(services: readonly ServiceEntry[]): ServiceFile[] {
  const groups = new Map<string, ServiceEntry[]>();
  for (const service of services) {
    if (service.group === undefined || service.events.length > 0) continue;
    groups.set(service.group, [...(groups.get(service.group) ?? []), service]);
  }
  return [...groups].map(([name, programs]) => ({
    path: `supervisor.d/${name}.group.conf`,
    content: text(
      `[group:${name}]\n`,
      `programs = ${programs.map((program) => program.name).join(',')}\n`,
      `priority = ${Math.min(...programs.map((program) => program.priority))}\n`,
    ),
    origin: programs[0]!.origin,
  }));
}

/** A command line for shlex.split, with the variables in front that the `environment` key can't carry. */
function command(service: ServiceEntry, variables: readonly Variable[], report: Report): QuotedText {
  const words = [
    ...(variables.length > 0 ? [text('/usr/bin/env')] : []),
    ...variables.map((variable) => text(`${variable.name}=`, variable.value)),
    ...service.command,
  ];
  const refuse = (what: string, word: Text): void =>
    report({
      kind: unspeakableService,
      message: `service \`${service.name}\` has ${what} in \`${show(word).replaceAll('\r', '\\r')}\``,
      notes: [`it comes from ${service.origin.file}:${service.origin.line}`],
      hint: 'leave it out, or let the program read it from a file',
    });
  for (const word of words) {
    if (word.pieces.some((piece) => typeof piece === 'string' && piece.includes('\r')))
      refuse('a carriage return', word);
    if (refs(word).some((ref) => ref.ref === 'secret')) refuse('a secret on its command line', word);
  }
  return joined(...words.flatMap((word, index) => (index === 0 ? [shlexWord(word)] : [' ', shlexWord(word)])));
}

/**
 * One word for shlex.split, as it must stand in the file. Three readers take turns: ConfigParser ends a line at a blank and
 * `#` or `;` and strips continued lines, the `%` expansion wants `%%`, shlex takes quotes away.
 */
function shlexWord(word: Text): QuotedText {
  const bare = word.pieces.every((piece) =>
    typeof piece === 'string' ? /^[\w@%+=:,./-]+$/.test(piece) : isPlainRef(piece),
  );
  if (bare && word.pieces.length > 0) return doubled(word);
  const pieces = word.pieces.map((piece) =>
    typeof piece === 'string'
      ? piece
          .replaceAll('%', '%%')
          // supervisord replaces %(here)s in the text of the file, doubled or not.
          .replace(/['#;]|(?<=%)\(/g, (char) => `'\\${char}'`)
          .replaceAll('\n', "''\n  ''")
      : atHost(piece, 'supervisor_quote_shlex'),
  );
  return joined("'", {pieces}, "'");
}

function environmentKey(variables: readonly Variable[]): QuotedText {
  return joined(
    ...variables.flatMap((variable, index) => {
      const quote = variable.value.pieces.some((piece) => typeof piece === 'string' && piece.includes('"')) ? "'" : '"';
      return [
        `${index === 0 ? '' : ','}${variable.name}=${quote}`,
        doubled(variable.value, 'supervisor_quote_environment'),
        quote,
      ];
    }),
  );
}

/**
 * Whether `environment = NAME="value"` can say it. There is no escape inside the quotes, quotes at the value's ends are
 * stripped, and a blank before `#` or `;` begins a comment even there.
 */
function fitsEnvironmentKey(name: string, value: Text): boolean {
  const literal = value.pieces.filter((piece) => typeof piece === 'string').join('\0');
  const both = literal.includes('"') && literal.includes("'");
  return /^\w+$/.test(name) && !both && !/^["']|["']$|\s[#;]|[\n\r]|%\(here\)s/.test(literal);
}

/** `%` begins an expansion, so a literal one is doubled; a value that only the host knows is doubled there. */
function doubled(value: Text, as: HostQuoting = 'supervisor_quote_percent'): QuotedText {
  return {
    pieces: value.pieces.map((piece) => (typeof piece === 'string' ? piece.replaceAll('%', '%%') : atHost(piece, as))),
  };
}

/** Text of the user's own in supervisor's syntax: further lines are indented, or they would be keys of their own. */
function continued(value: Text): Text {
  return text(
    ...value.pieces.map((piece) => (typeof piece === 'string' ? piece.replaceAll(/\n[ \t]*/g, '\n  ') : piece)),
  );
}

function atHost(piece: Exclude<Piece, string>, as: HostQuoting): QuotedText['pieces'][number] {
  return isPlainRef(piece) ? piece : {quoted: piece, as};
}

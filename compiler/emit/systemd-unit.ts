import type {DiagnosticKind, Report} from '../diagnostics/diagnostic.js';
import type {Entry, Origin, ServiceEntry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {syslogTag} from '../util/syslog-tag.js';
import {place, refs, show, text} from '../util/text.js';
import {joined, type QuotedText} from './file-text.js';
import type {ServiceFile} from './supervisor-conf.js';
import {escaped, quotedPieces, word} from './systemd-syntax.js';

export const listenerWithoutSupervisor: DiagnosticKind = {
  id: 'CFG721',
  name: 'listener-without-supervisor',
  severity: 'warning',
  explain: `
What it does: says that an event listener is left out where systemd runs the services.
Why: memmon, crashmail and their like hear events of supervisord; there is none to hear here.
Example: eventlisteners = Memmon TICK_60 \${buildout:bin-directory}/memmon [-p instance=200MB] under "[release] services = systemd".
systemd's own MemoryMax= and OnFailure= do the same: add a drop-in on the host.
Source: supervisor 4.3.0, the chapter on events.`,
};

/** What the units of one release have in common. */
export interface UnitOptions {
  /** The release's name: units are NAME-SERVICE.service, all wanted by NAME.target. */
  readonly name: string;
  /** The service user and group where a service names none; a Text, for the host may decide. */
  readonly user: Text;
  readonly group: Text;
  readonly syslog: {readonly enabled: boolean; readonly facility: string};
  /** Folders that services write to: see `writableFolders`. */
  readonly writable: readonly Text[];
}

/**
 * The files of etc/systemd/: a unit for each service, and the target that starts and stops them as one.
 * No fingerprint stands in them, so a unit changes, and systemd reads its units again, only where the service itself changed.
 * Source: systemd.exec(5), systemd.service(5), of systemd 252.
 */
export function systemdFiles(
  services: readonly ServiceEntry[],
  options: UnitOptions,
  report: Report,
): readonly ServiceFile[] {
  const programs = services.filter((service) => {
    if (service.events.length === 0) return true;
    report({
      kind: listenerWithoutSupervisor,
      message: `event listener \`${service.name}\` is left out: systemd has no supervisor events`,
      notes: [`it comes from ${service.origin.file}:${service.origin.line}`],
      hint: 'use `[release] services = supervisor`, or MemoryMax= and OnFailure= in a drop-in of the unit',
    });
    return false;
  });
  if (programs.length === 0) return [];
  const units = programs.map((service) => ({
    path: `systemd/${options.name}-${service.name}.service`,
    content: unit(service, programs, options, report),
    origin: service.origin,
  }));
  return [
    ...units,
    {path: `systemd/${options.name}.target`, content: target(options.name), origin: programs[0]!.origin},
  ];
}

/** Folders outside the release that its services may write to: data, blobs, logs and pids, wherever they were put. */
export function writableFolders(entries: readonly Entry[]): readonly Text[] {
  const folders = [place('data'), place('log'), place('run')];
  for (const entry of entries) {
    if (entry.kind === 'directory' && ['data', 'blobs', 'run', 'log'].includes(entry.class)) folders.push(entry.path);
  }
  const seen = new Map(folders.map((folder) => [show(folder), folder]));
  // A folder inside another one that is listed adds nothing.
  return [...seen]
    .filter(([path]) => ![...seen.keys()].some((other) => path.startsWith(`${other}/`)))
    .map(([, folder]) => folder);
}

/** The first line of each file: by it the script knows its own units again. */
function firstLine(name: string): Text {
  return text(`# A service of ${name} in `, place('prefix'), ', written by its release script.\n');
}

function target(name: string): Text {
  return text(
    firstLine(name),
    `[Unit]\nDescription=${escaped(name)}: all services\n`,
    'After=network-online.target\nWants=network-online.target\n\n',
    '[Install]\nWantedBy=multi-user.target\n',
  );
}

function unit(service: ServiceEntry, all: readonly ServiceEntry[], options: UnitOptions, report: Report): QuotedText {
  const {name} = options;
  const before = all
    .filter((other) => other.priority < service.priority)
    .map((other) => `${name}-${other.name}.service`);
  const lines: UnitLine[] = [
    '[Unit]',
    `Description=${escaped(name)}: ${escaped(service.name)}`,
    `PartOf=${name}.target`,
    `After=${['network-online.target', ...before].join(' ')}`,
    'StartLimitIntervalSec=60',
    'StartLimitBurst=4',
    '',
    '[Service]',
    'Type=exec',
    ['ExecStart=', ...commandLine(service, report)],
    ...(service.directory === undefined ? [] : [['WorkingDirectory=', quotedPieces(service.directory, false)]]),
    ...service.environment.map(({name: key, value}) => ['Environment=', word(text(`${key}=`, value), false)]),
    ['User=', service.user === undefined ? options.user : text(escaped(service.user))],
    ...(service.user === undefined ? [['Group=', options.group]] : []),
    `UMask=${service.umask ?? '0077'}`,
    `KillSignal=SIG${service.stopSignal.replace(/^SIG/, '')}`,
    `TimeoutStopSec=${service.stopWaitSeconds}`,
    'Restart=on-failure',
    'RestartSec=2',
    ...output(service.name, service.redirectStderr, options),
    ...hardening(service.user === 'root', options),
    ...(service.autostart ? ['', '[Install]', `WantedBy=${name}.target`] : []),
  ];
  return unitText(firstLine(name), lines);
}

/** A line of a unit. */
export type UnitLine = string | readonly (string | QuotedText)[];

export function unitText(first: Text, lines: readonly UnitLine[]): QuotedText {
  return joined(first, ...lines.flatMap((line) => (typeof line === 'string' ? [`${line}\n`] : [...line, '\n'])));
}

/** What a process of the release has no need for is taken from it. */
export function hardening(root: boolean, options: UnitOptions): readonly UnitLine[] {
  return [
    '',
    '# What the service has no need for.',
    'NoNewPrivileges=yes',
    ...(root ? [] : ['CapabilityBoundingSet=', 'AmbientCapabilities=']),
    'ProtectSystem=strict',
    // A leading `-`: a folder that does not exist yet must not keep the service from starting.
    ...options.writable.map((folder) => ['ReadWritePaths=', word(text('-', folder), false)]),
    'ProtectHome=read-only',
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'ProtectProc=invisible',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
  ];
}

/** Where its output goes: to the journal, else to a file of its own. */
export function output(name: string, oneFile: boolean, options: UnitOptions): readonly UnitLine[] {
  if (options.syslog.enabled) {
    return [
      'StandardOutput=journal',
      'StandardError=inherit',
      `SyslogIdentifier=${syslogTag(options.name, name)}`,
      `SyslogFacility=${options.syslog.facility}`,
    ];
  }
  return [
    ['StandardOutput=append:', place('log', `${name}.log`)],
    oneFile ? 'StandardError=inherit' : ['StandardError=append:', place('log', `${name}-error.log`)],
  ];
}

function commandLine(service: ServiceEntry, report: Report): (string | QuotedText)[] {
  for (const argument of service.command) {
    reportSecretArgument(`service \`${service.name}\``, argument, service.origin, report);
  }
  return service.command.flatMap((argument, index) =>
    index === 0 ? [word(argument, true)] : [' ', word(argument, true)],
  );
}

/** @param what  whose argument it is: `service \`web\`` */
export function reportSecretArgument(what: string, argument: Text, origin: Origin, report: Report): void {
  if (!refs(argument).some((ref) => ref.ref === 'secret')) return;
  report({
    kind: secretOnCommandLine,
    message: `${what} has a secret on its command line in \`${show(argument)}\``,
    notes: [`it comes from ${origin.file}:${origin.line}`],
    hint: 'hand it over in the environment, or let the program read it from a file',
  });
}

export const secretOnCommandLine: DiagnosticKind = {
  id: 'CFG722',
  name: 'secret-on-command-line',
  severity: 'error',
  explain: `
What it does: refuses a service or a job that gets a secret as an argument; of a job for cron, in a variable too.
Why: ps shows the command line of every process to every user of the host. A line of a crontab is one, with its variables, and
every user may read the files in /etc/cron.d.
Example: "args = --password \${secrets:db}". Hand the secret over in the environment or in a file instead.
Source: proc(5), /proc/PID/cmdline.`,
};

import type {Settings} from '../model/settings.js';

/**
 * etc/rsyslog.d/NAME.conf: a drop-in that an administrator links into /etc/rsyslog.d/.
 *
 * Everything the application sends has its facility. Lines of the script and of supervisord bear the tag NAME, those of Zope,
 * ZEO and systemd's units the tag NAME@PART, so that a receiver tells the instances apart. Two applications on one facility are
 * told apart by it too: no release's name has an `@`. It is no `/`, for rsyslogd ends the program's name there.
 * The file lies in /var/log and not in the log folder: rsyslogd is root there, and the log folder is the service's to rename.
 * @returns undefined where syslog is off
 * Source: rsyslog 8, "Filter Conditions", omfile, omfwd.
 */
export function rsyslogDropIn(name: string, syslog: Settings['syslog']): string | undefined {
  if (!syslog.enabled) return undefined;
  const tag = rainer(name);
  const actions = [
    `    action(type="omfile" file=${rainer(`/var/log/${name}.log`)} fileCreateMode="0640")`,
    ...syslog.remotes.map((remote, index) => forward(remote, `${name}-${index}`)),
  ];
  return [
    `# The log of ${name}: everything that it sends to ${syslog.facility}.`,
    '# Link this file into /etc/rsyslog.d/ and restart rsyslog; rotate the log with logrotate.',
    `if $syslogfacility-text == ${rainer(syslog.facility)} and`,
    `   ($programname == ${tag} or $programname startswith ${rainer(`${name}@`)}) then {`,
    ...actions,
    '    stop',
    '}',
    '',
  ].join('\n');
}

/**
 * Sends on to another host. TCP has a queue of its own, so that a dead receiver never stops the host's own logging.
 * @param remote  `udp://HOST:PORT`, `tcp://HOST:PORT`, `HOST`, `HOST:PORT`, or rsyslog's own `@HOST` (UDP) and `@@HOST` (TCP)
 */
function forward(remote: string, queue: string): string {
  const {host, port, protocol} = readRemote(remote);
  const common = `    action(type="omfwd" target=${rainer(host)} port="${port}" protocol="${protocol}" template="RSYSLOG_SyslogProtocol23Format"`;
  if (protocol === 'udp') return `${common})`;
  return [
    common,
    `           action.resumeRetryCount="-1" action.resumeInterval="10"`,
    `           queue.type="LinkedList" queue.size="10000" queue.filename=${rainer(queue)} queue.maxDiskSpace="100m" queue.saveOnShutdown="on")`,
  ].join('\n');
}

export interface Remote {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'udp' | 'tcp';
}

/** An address of `syslog-remotes` read; UDP and port 514 where it does not say. An IPv6 address stands in brackets. */
export function readRemote(remote: string): Remote {
  const scheme = /^(?:(udp|tcp):\/\/|(@@?))?(.*)$/.exec(remote.trim());
  const protocol = scheme?.[1] === 'tcp' || scheme?.[2] === '@@' ? 'tcp' : 'udp';
  const address = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(scheme?.[3] ?? '');
  return {host: address?.[1] ?? address?.[2] ?? remote, port: Number(address?.[3] ?? 514), protocol};
}

/** A string of RainerScript. */
function rainer(value: string): string {
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`;
}

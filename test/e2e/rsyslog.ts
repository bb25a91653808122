/**
 * A real rsyslogd that has an emitted drop-in, for programs that log to /dev/log, and receivers of what it sends on.
 * Root and `unshare` are wanted: the programs get a /dev of their own, rsyslogd a /var/log, so that this machine's stay as they are.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {eventually} from '../harness/eventually.js';
import {execute, findProgram, needsProgram, projectRoot} from '../harness/tools.js';

/** Why a test can't have one; undefined where it can. */
export async function rsyslogMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'not root';
  const lacking = needsProgram('rsyslogd', 'unshare', 'mount');
  if (lacking !== undefined) return lacking;
  const ran = await execute(['unshare', '--mount', 'mount', '-t', 'tmpfs', 'none', '/dev/shm']);
  return ran.status === 0 ? undefined : 'no mount namespaces on this machine';
}

/** Words before a command that give it a /dev with nothing but the usual, and a log socket in the folder. */
export function ownDevLog(folder: string): readonly string[] {
  const script = `
mkdir -p "$1/dev"
mount -t tmpfs none "$1/dev" || exit 97
for name in null zero full random urandom tty; do
    : >"$1/dev/$name"
    mount --bind "/dev/$name" "$1/dev/$name" || exit 97
done
mkdir "$1/dev/shm"
chmod 1777 "$1/dev/shm"
ln -s /proc/self/fd "$1/dev/fd"
ln -s /proc/self/fd/0 "$1/dev/stdin"
ln -s /proc/self/fd/1 "$1/dev/stdout"
ln -s /proc/self/fd/2 "$1/dev/stderr"
ln -s "$1/log.socket" "$1/dev/log"
chmod 755 "$1/dev"
mount --rbind "$1/dev" /dev || exit 97
shift
exec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder];
}

/** Receivers on the loopback: each message as it came. */
export interface Receivers {
  readonly udp: string[];
  readonly tcp: string[];
  /** `syslog-remotes` that name them. */
  readonly addresses: readonly string[];
  close(): void;
}

export async function receivers(): Promise<Receivers> {
  const [udp, tcp]: [string[], string[]] = [[], []];
  const datagrams = createSocket('udp4', (message) => udp.push(message.toString()));
  await new Promise<void>((resolve) => datagrams.bind(0, '127.0.0.1', resolve));
  const stream = createServer((socket) => {
    let rest = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      tcp.push(...lines);
    });
  });
  await new Promise<void>((resolve) => stream.listen(0, '127.0.0.1', resolve));
  return {
    udp,
    tcp,
    addresses: [
      `udp://127.0.0.1:${datagrams.address().port}`,
      `tcp://127.0.0.1:${(stream.address() as AddressInfo).port}`,
    ],
    close() {
      datagrams.close();
      stream.close();
    },
  };
}

export interface Rsyslog {
  /** What the drop-in's file in /var/log holds. */
  file(): string;
  close(): Promise<void>;
}

/** @param drop  the drop-in, as it is emitted; @param name  of its file in /var/log */
export async function startRsyslog(folder: string, drop: string, name: string): Promise<Rsyslog> {
  for (const part of ['syslog', 'syslog/log', 'syslog/work']) mkdirSync(join(folder, part));
  const conf = join(folder, 'syslog/rsyslog.conf');
  writeFileSync(
    conf,
    `global(workDirectory="${folder}/syslog/work")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${folder}/log.socket" RateLimit.Interval="0")
${drop}
action(type="omfile" file="${folder}/syslog/others")
`,
  );
  const output: string[] = [];
  const child: ChildProcess = spawn(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', 'sh', '-c'],
      'mount --bind "$1/log" /var/log && exec "$2" -n -f "$1/rsyslog.conf" -i "$1/pid"',
      ...['sh', join(folder, 'syslog'), findProgram('rsyslogd') ?? 'rsyslogd'],
    ],
    {stdio: ['ignore', 'pipe', 'pipe']},
  );
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  while (!existsSync(join(folder, 'log.socket'))) {
    if (child.exitCode !== null) throw new Error(`rsyslogd ended: ${output.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    file: () =>
      existsSync(join(folder, 'syslog/log', name)) ? readFileSync(join(folder, 'syslog/log', name), 'utf8') : '',
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The drop-in of a profile as the command emits it, for receivers that it sends on to. */
export async function dropIn(profile: string, remotes: Receivers): Promise<string> {
  const ran = await execute([
    process.execPath,
    join(projectRoot, 'dist/cfgc.cjs'),
    join(profile, 'prod.cfg'),
    ...['--locked', '--allow-dirty', '--emit', 'rsyslog'],
    `release:syslog-remotes=${remotes.addresses.join('\n')}`,
  ]);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}

/** Waits until the lines came to the file of the drop-in, and one with its facility and severity to both receivers. */
export async function arrived(
  t: ExecutionContext,
  log: Rsyslog,
  remotes: Receivers,
  {local, remote}: {readonly local: readonly (readonly [who: string, line: RegExp])[]; readonly remote: RegExp},
): Promise<void> {
  for (const [who, line] of local)
    t.truthy(await eventually(async () => line.test(log.file()) || undefined), `${who} in the local file`);
  for (const name of ['udp', 'tcp'] as const)
    t.truthy(
      await eventually(async () => remotes[name].some((line) => remote.test(line)) || undefined),
      `${remote} at the ${name} receiver`,
    );
}

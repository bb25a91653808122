/**
 * A sample as a release on this machine: compiled by the bundled command, deployed by its script, in folders and at ports of its own.
 */
import {createHmac} from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import {type AddressInfo, createServer as createListener} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {freePort} from '../harness/port.js';
import {execute, findProgram, findPython, projectRoot, type Ran} from '../harness/tools.js';

/** Who deploys, and as whom the services run. */
export type Way = 'ordinary user' | 'root with a service user';

export const isRoot = process.getuid?.() === 0;

/** The Python that the samples are locked for, which the service user may run too; a reason where this machine has none. */
export async function samplePython(): Promise<{path: string; missing?: string}> {
  const found: string[] = ['/usr/bin/python3.11', '/usr/local/bin/python3.11'].filter((path) => existsSync(path));
  const reasons: string[] = [];
  try {
    found.push((await findPython(11, true)).path);
  } catch (error) {
    reasons.push((error as Error).message);
  }
  for (const path of found) {
    // What preflight asks for, asked as the service user: it has no way into root's home.
    const ran = await asNobody([path, '-I', '-c', 'import venv, ensurepip, ssl, zlib, ctypes, sqlite3']);
    if (ran.status === 0) return {path};
    reasons.push(`${isRoot ? 'nobody' : 'this user'} can't run ${path} with all of its modules`);
  }
  return {path: '', missing: reasons.join('; ')};
}

/** A new folder that the service user can enter, with room in its name for sockets: TMPDIR, else the system's own. */
async function openFolder(sample: string): Promise<string> {
  const reasons: string[] = [];
  for (const above of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    if (above.length > 40) reasons.push(`${above} is too long for sockets`);
    else if ((await asNobody(['test', '-x', above])).status !== 0) reasons.push(`nobody can't enter ${above}`);
    else {
      const folder = await mkdtemp(join(above, `cfgc-${sample}-`));
      chmodSync(folder, 0o755);
      return folder;
    }
  }
  throw new Error(reasons.join('; '));
}

/** Runs a command as who the services run as. */
function asNobody(command: readonly string[]): Promise<Ran> {
  const setpriv = findProgram('setpriv');
  const drop =
    isRoot && setpriv ? [setpriv, '--reuid=nobody', `--regid=${groupOfNobody()}`, '--clear-groups', '--'] : [];
  return execute([...drop, ...command], {cwd: '/'});
}

export interface Site {
  readonly sample: string;
  readonly folder: string;
  /** The sample's files, copied: what `compile` reads. */
  readonly profile: string;
  readonly prefix: string;
  readonly ports: readonly number[];
  readonly hooks: Hooks;
  /** Compiles the sample's prod.cfg with the committed lock, and these assignments; the path of the script. */
  compile(version: string, ...assignments: string[]): Promise<{script: string; ran: Ran}>;
  /** Runs a script of a release as the deployer, with no Node on the PATH. */
  run(script: string, ...words: string[]): Promise<Ran>;
  /** Runs a command as the deployer, on the same PATH. */
  as(command: readonly string[]): Promise<Ran>;
  /** Stops what runs and takes the folders away. */
  close(): Promise<void>;
}

/** What a site is given before its profile is compiled. `folder` is where it is deployed below. */
export interface Place {
  readonly ports: readonly number[];
  readonly hooks: Hooks;
  readonly folder: string;
}

/** The ports and secrets of a sample that has ZEO and two instances, and how long they may take on a busy machine. */
export function zopeSettings({ports, folder}: Place, deadlineSeconds: number): readonly string[] {
  return [
    `ports:zeo=${ports[0]}`,
    `ports:instance1=${ports[1]}`,
    `ports:instance2=${ports[2]}`,
    `secrets:admin=generate:${folder}/secrets/admin`,
    `secrets:hook-key=generate:${folder}/secrets/hook-key`,
    `healthcheck:deadline=${deadlineSeconds}`,
  ];
}

/**
 * @param assignments  what differs on every compile: ports above all
 * @param uv           a uv that the host has; without one pip installs
 * @param around       words before each command of the deployer, as `unshare` and its arguments; knows the site's folder
 */
export async function makeSite(
  sample: 'wsgi' | 'zope' | 'plone',
  way: Way,
  python: string,
  assign: (site: Place) => readonly string[],
  uv?: string,
  around: (folder: string) => readonly string[] = () => [],
): Promise<Site> {
  const folder = await openFolder(sample);
  const profile = join(folder, 'profile');
  cpSync(join(projectRoot, 'samples', sample), profile, {recursive: true});
  const prefix = join(folder, 'srv', sample);
  const [user, group] = isRoot ? ['nobody', groupOfNobody()] : [await own('-un'), await own('-gn')];
  mkdirSync(join(folder, 'srv'));
  mkdirSync(join(folder, 'home'));
  mkdirSync(join(folder, 'scripts'));
  mkdirSync(join(folder, 'cron.d'));
  const drop = way === 'ordinary user' && isRoot;
  if (drop) await execute(['chown', `${user}:${group}`, join(folder, 'srv'), join(folder, 'home')]);
  const path = hostPath(folder, uv);
  const ports = await Promise.all(Array.from({length: 4}, freePort));
  const hooks = await startHooks();
  const fixed = assign({ports, hooks, folder: join(folder, 'srv')});
  const env = {
    PATH: path,
    HOME: join(folder, 'home'),
    PYTHON: python,
    LANG: 'C.UTF-8',
    // This machine's own cron gets no jobs.
    CRON_FOLDER: join(folder, 'cron.d'),
    ...(process.env.PIP_INDEX_URL && {PIP_INDEX_URL: process.env.PIP_INDEX_URL}),
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => /^(PIP_|UV_|SSL_|https?_proxy|no_proxy)/i.test(name)),
    ),
  };
  const deployer = drop ? ['setpriv', `--reuid=${user}`, `--regid=${group}`, '--clear-groups', '--'] : [];
  const as = (command: readonly string[]): Promise<Ran> =>
    execute([...around(folder), ...deployer, ...command], {cwd: join(folder, 'home'), env, timeoutMs: 600_000});
  return {
    sample,
    folder,
    profile,
    prefix,
    ports,
    hooks,
    async compile(version, ...assignments) {
      const script = join(folder, 'scripts', `release-${version}.sh`);
      const ran = await execute(
        [
          process.execPath,
          join(projectRoot, 'dist/cfgc.cjs'),
          join(profile, 'prod.cfg'),
          '--locked',
          '--allow-dirty',
          '-o',
          script,
          `release:version=${version}`,
          `release:prefix=${prefix}`,
          `release:user=${user}`,
          `release:group=${group}`,
          // Of two for one option the greater value wins, as in buildout, not the later one.
          ...fixed.filter((own) => !assignments.some((given) => given.split('=')[0] === own.split('=')[0])),
          ...assignments,
        ],
        // No uv and no Python: a fresh lock needs neither.
        {cwd: folder, env: {PATH: '/nonexistent', HOME: join(folder, 'home')}},
      );
      return {script, ran};
    },
    as,
    run: (script, ...words) => as(['sh', script, ...words]),
    async close() {
      await stop(prefix);
      hooks.server.close();
      await rm(folder, {recursive: true, force: true});
    },
  };
}

/** An instance that can't start: Zope stops at a package that is not there. */
export const unknownZcml = 'instance-base:zcml-additional=<include package="no.such.package"/>';

/** A release that can't serve. */
interface Refusal {
  readonly version: string;
  /** The assignment that breaks it. */
  readonly change: string;
  /** What the deploy may end with. */
  readonly status: readonly number[];
  /** What the last screen of the deploy says. */
  readonly says: RegExp;
  /** Asserts that users are served as before. */
  readonly same: () => Promise<void>;
}

/** Deploys it: the release that served goes on, and why is said in one screen. */
export async function refused(t: ExecutionContext, site: Site, refusal: Refusal): Promise<void> {
  const link = join(site.prefix, 'current');
  const before = readlinkSync(link);
  const {script, ran} = await site.compile(refusal.version, refusal.change);
  t.is(ran.status, 0, ran.stderr);
  const deployed = await site.run(script, 'deploy');
  t.true(refusal.status.includes(deployed.status), `${deployed.status}: ${deployed.stderr}`);
  t.regex(lastScreen(deployed), refusal.says);
  t.is(readlinkSync(link), before);
  await refusal.same();
}

/** What a person at a terminal sees when it has ended. */
export function lastScreen({stderr}: Ran): string {
  return stderr.trimEnd().split('\n').slice(-24).join('\n');
}

/** Listens at a port of this machine. */
export async function takePort(): Promise<{readonly port: number; close(): void}> {
  const listener = createListener();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  // A test that fails before it closes this must end all the same.
  listener.unref();
  return {port: (listener.address() as AddressInfo).port, close: () => listener.close()};
}

/** Ends the supervisor of a prefix, and waits until it and its programs are gone. */
async function stop(prefix: string): Promise<void> {
  const pids = processesOf(prefix);
  for (const pid of pids) signal(pid, 'SIGTERM');
  for (let tries = 0; tries < 150 && processesOf(prefix).length > 0; tries += 1) await delay(100);
  for (const pid of processesOf(prefix)) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone by itself.
  }
}

/** Processes whose command line names the folder. */
export function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** A folder with everything of the usual folders of programs but Node: what a host has. */
function hostPath(folder: string, uv: string | undefined): string {
  const bin = programsWithout(folder, /^(node|nodejs|npm|npx|corepack|yarn|pnpm|uvx?)$/);
  if (uv) symlinkSync(uv, join(bin, 'uv'));
  return bin;
}

/** The programs of the usual folders but for some, as links in `bin` of a folder: a PATH. */
export function programsWithout(folder: string, hidden: RegExp): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const place of ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']) {
    if (!existsSync(place)) continue;
    for (const name of readdirSync(place)) {
      if (!hidden.test(name) && !existsSync(join(bin, name)) && isExecutable(join(place, name)))
        symlinkSync(join(place, name), join(bin, name));
    }
  }
  return bin;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function groupOfNobody(): string {
  const groups = readFileSync('/etc/group', 'utf8');
  return /^nogroup:/m.test(groups) ? 'nogroup' : 'nobody';
}

async function own(flag: string): Promise<string> {
  return (await execute([findProgram('id') ?? 'id', flag])).stdout.trim();
}

export interface Delivery {
  readonly event: string;
  readonly body: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

/** An HTTP server that takes webhooks. */
export interface Hooks {
  readonly server: Server;
  readonly url: string;
  readonly deliveries: Delivery[];
}

function startHooks(): Promise<Hooks> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      deliveries.push({
        event: String(request.headers['x-cfgc-event']),
        body,
        json: JSON.parse(body) as Record<string, unknown>,
        signature: String(request.headers['x-cfgc-signature']),
      });
      response.end('ok\n');
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({server, deliveries, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`});
    });
  });
}

/** The signature that a delivery must have. */
export function signatureOf(body: string, key: string): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

/** The body of a page that answers 200; undefined otherwise. */
export async function page(url: string, timeoutMs = 10_000): Promise<string | undefined> {
  try {
    const response = await fetch(url, {signal: AbortSignal.timeout(timeoutMs)});
    const body = await response.text();
    return response.status === 200 ? body : undefined;
  } catch {
    return undefined;
  }
}

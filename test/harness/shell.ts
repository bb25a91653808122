/**
 * The shell library as it runs on a host: the whole library under fake data, in a folder of its own, under any shell.
 *
 *     const host = await makeHost();
 *     const one = await host.script({version: '1.0.0'});
 *     const ran = await host.run(shell, one, ['deploy']);
 */
import {createHash} from 'node:crypto';
import {chmod, readlink, symlink, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {dir} from 'tmp-promise';
import {library} from '../../compiler/emit/templates.js';
import {execute, findProgram, findPython, type Ran, type Shell, shells, usualShells} from './tools.js';

/** What differs between two scripts of a test. */
export interface FakeRelease {
  readonly version: string;
  /** What the content digest is; the files' text where it is not given. */
  readonly digest?: string;
  readonly profile?: 'prod' | 'dev';
  readonly keep?: number;
  readonly layoutStyle?: 'prefix' | 'fhs';
  /** Content of etc/app.conf. */
  readonly config?: string;
  readonly installer?: 'pip' | 'uv';
  readonly schedules?: 'cron' | 'systemd';
  readonly serviceUser?: string;
  readonly serviceGroup?: string;
  /** More shell between the data and the library: data functions with other things in them. */
  readonly data?: string;
  /** More shell after the library: functions of the library that the test stands in for. */
  readonly instead?: string;
}

export interface Host {
  readonly folder: string;
  readonly prefix: string;
  /** Writes a release script and gives its path. */
  script(release: FakeRelease): Promise<string>;
  /** Runs a command of a script. */
  run(shell: Shell, script: string, words: readonly string[], how?: HowToRun): Promise<Ran>;
  /** Runs functions of the library: `body` after the data and the library, PREFIX and folders set. */
  call(shell: Shell, body: string, how?: HowToRun & {release?: FakeRelease}): Promise<Ran>;
  /** The version that current points at. */
  current(): Promise<string | undefined>;
}

export interface HowToRun {
  readonly env?: Readonly<Record<string, string>>;
  readonly prefix?: string;
  /** What the script reads where it asks. */
  readonly input?: string;
  /** Words before the shell, as `setpriv --reuid …`. */
  readonly under?: readonly string[];
}

/** The shells that this run tests: CFGC_SHELL names one, `all` all; without it the first usual one. */
export function testShells(): readonly Shell[] {
  const {present} = shells();
  const wanted = process.env.CFGC_SHELL;
  if (wanted === 'all') return present;
  // A few minutes each: the other usual ones are a command of their own, scripts/shells.ts.
  return wanted === undefined
    ? present.filter(({name}) => usualShells.includes(name)).slice(0, 1)
    : present.filter(({name}) => name === wanted);
}

export async function makeHost(): Promise<Host> {
  const {path: folder} = await dir({unsafeCleanup: true, prefix: 'cfgc-host-'});
  const prefix = join(folder, 'srv');
  const python = await findPython();
  let scripts = 0;
  const script = async (release: FakeRelease) => {
    scripts += 1;
    const path = join(folder, `release-${scripts}.sh`);
    await writeFile(path, scriptText(release, python.version));
    return path;
  };
  const run = async (shell: Shell, file: string, words: readonly string[], how: HowToRun = {}) =>
    execute([...(how.under ?? []), ...shell.command, file, ...words], {
      cwd: folder,
      input: how.input,
      env: await environmentFor(shell, folder, {PREFIX: how.prefix ?? prefix, PYTHON: python.path, ...how.env}),
    });
  return {
    folder,
    prefix,
    script,
    run,
    call: async (shell, body, how = {}) => {
      scripts += 1;
      const path = join(folder, `call-${scripts}.sh`);
      const release = how.release ?? {version: '1.0.0'};
      await writeFile(
        path,
        `${dataText(release, python.version)}\n${libraryText()}\n${callStart}\n${release.instead ?? ''}\n${body}\n`,
      );
      return run(shell, path, [], how);
    },
    current: async () => (await readlink(join(prefix, 'current')).catch(() => undefined))?.replace('releases/', ''),
  };
}

/** The whole script, as the emitter lays it out, its checksum in line 3. */
export function scriptText(release: FakeRelease, python: string): string {
  const body = `#!/bin/sh\n# demo ${release.version}\n#\n# Made from\n#   ${'0'.repeat(64)}  prod.cfg\n#\n${dataText(release, python)}\n${libraryText()}\n${release.instead ?? ''}\nmain "$@"\n`;
  const lines = body.split('\n');
  const digest = createHash('sha256').update(body).digest('hex');
  return [...lines.slice(0, 2), `# cfgc-sha256: ${digest}`, ...lines.slice(2)].join('\n');
}

export function libraryText(): string {
  return library()
    .map((file) => file.text)
    .join('\n');
}

const callStart = `
shell_init
settings
QUIET=no JSON=no FORCE_RESTART=no DETAILED_EXITCODE=no ACCEPT_EDITED=no WAIT=0 STEP=
SCRIPT=$0
layout_init
`;

/** Every data function that the library visits; the fake data has nothing for most. */
function visitors(): readonly string[] {
  const text = libraryText();
  const called = new Set(text.match(/\beach_[a-z_]+\b/g) ?? []);
  return [...called].filter((name) => !text.includes(`\n${name}() `)).sort();
}

/** Data functions of a small release: one configuration file, one program, a data folder. */
function dataText(release: FakeRelease, python: string): string {
  const config = release.config ?? `[app]\nversion = ${release.version}\n`;
  const digest = release.digest ?? createHash('sha256').update(config).digest('hex');
  const none = visitors()
    .map((name) => `${name}() { :; }`)
    .join('\n');
  return `settings() {
    NAME=demo VERSION=${release.version} PROFILE=${release.profile ?? 'prod'} PYTHON_WANTED=${python.split('.').slice(0, 2).join('.')}
    IMPLEMENTATION=cpython PLATFORM=linux-${process.arch === 'x64' ? 'x86_64' : 'aarch64'} DEFAULT_PREFIX=/srv/demo
    SERVICE_USER=${release.serviceUser ?? ''} SERVICE_GROUP=${release.serviceGroup ?? ''} OPERATORS= KEEP=${release.keep ?? 3}
    SERVICES=none SCHEDULES=${release.schedules ?? 'cron'} INSTALLER=${release.installer ?? 'pip'} BUILD_FROM_SOURCE= DATA_MIGRATION=no SYSLOG_ENABLED=no SYSLOG_FACILITY=local0
    LAYOUT_STYLE=${release.layoutStyle ?? 'prefix'} CONTENT_DIGEST=${digest}
}
${none}
layout_folders() { :; }
inputs() { :; }
host_facts() { :; }
secret_set() { :; }
command_environment() { :; }
environment_requirements() { :; }
each_permission() {
    "$@" bin @deployer @operators 0770 0770 0770 || return
    "$@" code @deployer @service 0640 0750 0750 || return
    "$@" etc @deployer @service 0640 0750 0750 || return
    "$@" secret @deployer @service 0640 0640 0750 || return
    "$@" data @service @service 0600 0700 0700 || return
    "$@" blobs @service @service 0600 0700 0700 || return
    "$@" run @service @service 0600 0700 0700 || return
    "$@" log @service @service 0600 0700 0700 || return
    "$@" backups @deployer @deployer 0600 0700 0700
}
each_directory() {
    "$@" data "$DATA/filestorage" '' '' || return
    "$@" code "$SHARE/with blanks" 0755 ''
}
each_file() {
    "$@" etc "$ETC/app.conf" '' no '' <<'CONFIG' || return
${config.replace(/\n$/, '')}
CONFIG
    "$@" bin "$BIN/hello" '' yes '' <<'HELLO'
#!/bin/sh
echo hello
HELLO
}
each_link() {
    "$@" "$SHARE/link" ../etc/app.conf
}
${release.data ?? ''}
`;
}

let busyboxFolder: Promise<string> | undefined;

/** The PATH for a shell: for busybox its own utilities come first, or GNU's would be tested under its shell. */
export async function pathFor(shell: Shell): Promise<string> {
  const path = process.env.PATH ?? '/usr/bin:/bin';
  if (shell.name !== 'busybox ash') return path;
  busyboxFolder ??= makeBusyboxFolder();
  return `${await busyboxFolder}${delimiter}${path}`;
}

/** PATH and little else. */
async function environmentFor(shell: Shell, folder: string, more: Readonly<Record<string, string>>) {
  // The script sets its own locale; CFGC_LOCALE is the one that the shell itself starts in.
  const locale = process.env.CFGC_LOCALE;
  return {PATH: await pathFor(shell), HOME: folder, ...(locale && {LC_ALL: locale}), ...more};
}

/** Links by the names of all applets; open to the users that tests change to. */
async function makeBusyboxFolder(): Promise<string> {
  const {path} = await dir({unsafeCleanup: true, prefix: 'cfgc-busybox-'});
  await chmod(path, 0o755);
  const program = findProgram('busybox')!;
  const {stdout} = await execute([program, '--list']);
  const names = stdout.split('\n').filter(Boolean);
  await Promise.all(names.map((name) => symlink(program, join(path, name))));
  return path;
}

import type {Profile} from '../diagnostics/diagnostic.js';
import type {Span} from './source.js';
import type {Text} from './text.js';

/** What conditions are evaluated for, and what the script asserts on the host. */
export interface Target {
  /** `3.11`; major.minor. */
  readonly python: string;
  readonly implementation: 'cpython' | 'pypy';
  /** `linux-x86_64`, `linux-aarch64`, `macosx-arm64`, `win32-x86_64`, … */
  readonly platform: string;
}

/** A class of path: what `[permissions]` gives an owner and modes to. */
export type PathClass = 'bin' | 'code' | 'etc' | 'secret' | 'data' | 'blobs' | 'run' | 'log' | 'backups';
export const pathClasses: readonly PathClass[] = [
  'bin',
  'code',
  'etc',
  'secret',
  'data',
  'blobs',
  'run',
  'log',
  'backups',
];

/**
 * A line of the permission table. Names stay symbolic until the host: `@deployer`, `@operators`, `@service`
 * (user or group, as the column says) or a literal name. Modes are octal text of four digits.
 */
export interface Permission {
  readonly owner: string;
  readonly group: string;
  readonly file: string;
  /** For files that are run. */
  readonly executable: string;
  readonly directory: string;
}

/** Where a setting was last written: `file:line`; line 0 for the command line, which has none. */
export interface SettingOrigin {
  readonly file: string;
  readonly line: number;
}

export interface Webhook {
  /** What names it: `webhooks:ci`, `release:webhooks`. */
  readonly setting: string;
  readonly url: Text;
  /** Name in [secrets] of the HMAC-SHA256 key. */
  readonly secret?: string;
  readonly format: 'json' | 'slack' | 'mattermost' | 'teams';
  /** Empty: all of start, step, success, failure, rollback. */
  readonly events: readonly string[];
}

/** Where a secret's value comes from on the host; never its value. */
export interface Secret {
  readonly name: string;
  readonly from: {readonly env: string} | {readonly file: Text} | {readonly command: Text};
  /** Made at random by `setup` where the file does not exist yet. */
  readonly generate: boolean;
  readonly span?: Span;
}

export interface HealthCheck {
  /** `http://127.0.0.1:8080/`, `tcp://127.0.0.1:8100`, or a command. */
  readonly url?: Text;
  readonly command?: Text;
  readonly status: readonly number[];
  readonly deadlineSeconds: number;
  readonly intervalSeconds: number;
}

/** What a deploy asks of the programs that it does not manage itself. `restart` falls back to stop and start. */
export type ServiceAction = 'start' | 'stop' | 'restart' | 'status';
export const serviceActions: readonly ServiceAction[] = ['start', 'stop', 'restart', 'status'];

/** The release sections of a profile, read and checked. */
export interface Settings {
  readonly name: string;
  readonly version: string;
  readonly profile: Profile;
  readonly target: Target;
  readonly prefix: string;
  readonly user: string;
  readonly group: string;
  readonly operators?: string;
  readonly keep: number;
  readonly services: 'supervisor' | 'systemd' | 'none';
  /** Who runs jobs at their times. */
  readonly schedules: 'cron' | 'systemd';
  /** With `services = none`: the profile's own commands, run by sh. One that is absent is not there to be run. */
  readonly serviceCommands?: Readonly<Partial<Record<ServiceAction, Text>>>;
  readonly installer: 'auto' | 'uv' | 'pip';
  /** Distributions, canonical names, that may be built from an sdist. */
  readonly buildFromSource: readonly string[];
  readonly dataMigration: boolean;
  readonly bridge: readonly string[];
  readonly plugins: readonly string[];
  readonly layoutStyle: 'prefix' | 'fhs';
  /** Folders that differ from the style's, by class. */
  readonly layout: Readonly<Record<string, Text>>;
  readonly permissions: Readonly<Record<PathClass, Permission>>;
  readonly syslog: {readonly enabled: boolean; readonly facility: string; readonly remotes: readonly string[]};
  readonly webhooks: readonly Webhook[];
  readonly healthChecks: readonly HealthCheck[];
  readonly secrets: readonly Secret[];
  /** Declared environment inputs: name, and a default where there is one. */
  readonly inputs: readonly {readonly name: string; readonly fallback?: string}[];
  /** Binaries that preflight asserts (`[system] name = command`). */
  readonly system: readonly {readonly name: string; readonly command: string}[];
  readonly backup: BackupSettings;
  /** By `section:option`. What is not in it is a default. */
  readonly origins: Readonly<Record<string, SettingOrigin>>;
}

/** Data that commands of the user's write and read: a dump is what `dump` prints, one file a run. */
export interface DumpCommands {
  readonly name: string;
  readonly dump: Text;
  /** Reads the dump on standard input. */
  readonly restore?: Text;
  /** Reads the dump on standard input, and fails where it is not whole. */
  readonly verify?: Text;
}

export interface BackupSettings {
  readonly keep: number;
  /** Full instead of incremental repozo runs. */
  readonly full: boolean;
  /** Further data than that of storages. */
  readonly commands: readonly DumpCommands[];
}

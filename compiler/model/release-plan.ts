import type {DumpCommands, PathClass, Permission, Secret, Settings, Target} from './settings.js';
import type {Text} from './text.js';

/** Where an entry comes from: the comment over its block in the script. */
export interface Origin {
  /** Absent for what the release itself needs. */
  readonly part?: string;
  readonly recipe?: string;
  readonly file: string;
  /** 0 for the command line, which has none. */
  readonly line: number;
}

interface EntryBase {
  readonly origin: Origin;
}

/** A folder that must exist. In a release for bin, code, etc; outside it for the others. */
export interface DirectoryEntry extends EntryBase {
  readonly kind: 'directory';
  readonly class: PathClass;
  readonly path: Text;
  /** Octal, where it is not the class's. */
  readonly mode?: string;
  readonly owner?: string;
}

/** A file written at configure time. Its bytes are `content` in UTF-8, nothing added. */
export interface FileEntry extends EntryBase {
  readonly kind: 'file';
  readonly class: PathClass;
  readonly path: Text;
  readonly content: Text;
  readonly executable: boolean;
  readonly mode?: string;
  /** Written only where this path does not exist yet (inituser). */
  readonly unlessExists?: Text;
  /** A command that reads the file's path as its last argument and fails on bad content: a parser, `sh -n`, `python -m py_compile`. */
  readonly validate?: readonly Text[];
}

/** A symbolic link inside the release. */
export interface LinkEntry extends EntryBase {
  readonly kind: 'link';
  readonly path: Text;
  readonly to: Text;
}

/** What a virtualenv must hold. `main` is the release's; others lie beside it under lib/. */
export interface EnvironmentEntry extends EntryBase {
  readonly kind: 'environment';
  readonly name: string;
  /** Requirement lines as written: the roots of the lock. */
  readonly requirements: readonly Requirement[];
  /**
   * Canonical names that are left out of the closure, with all that only they need. Recipes whose code a release runs
   * (`bin/instance`) name buildout's own tools as requirements and don't import them then.
   */
  readonly exclude: readonly string[];
  /** Source folders that are installed in place, without their dependencies. Of a dev profile alone. */
  readonly editable: readonly Editable[];
}

/** A source folder of a dev profile. */
export interface Editable {
  /** Absolute, on the host that compiled: a dev release is for that one. */
  readonly path: Text;
  /** Canonical name of its distribution: no pin is asked for it. */
  readonly name: string;
  /** SHA-256 of the files that say what it needs; empty where it was not there when the profile was compiled. */
  readonly metadata: string;
  /** False for a checkout that is no distribution (`egg=false`). */
  readonly install: boolean;
  /** Where the build brings it from. */
  readonly checkout?: Checkout;
  readonly origin: Origin;
}

/** A git repository. `branch` and `revision` are empty where the profile has none. */
export interface Checkout {
  readonly url: string;
  readonly branch: string;
  readonly revision: string;
  /** Where a developer pushes to, where it is another URL. */
  readonly pushUrl?: string;
  /** How many commits a clone has; all where absent. */
  readonly depth?: string;
  /** When submodules are brought; with each update too where absent. */
  readonly submodules?: 'checkout' | 'never';
  /**
   * Whether a build brings a checkout that is there up to date; `force` also one with changes that are not committed, as far
   * as git loses none of them. A missing one is made in any case.
   */
  readonly update: 'yes' | 'no' | 'force';
}

export interface Requirement {
  /** Canonical name (PEP 503). */
  readonly name: string;
  readonly text: string;
  readonly origin: Origin;
}

/** A launcher in bin/ that runs a Python object of the environment. */
export interface ScriptEntry extends EntryBase {
  readonly kind: 'script';
  readonly path: Text;
  readonly environment: string;
  readonly run: /** Calls `module:attributes(arguments)`. */
    | {readonly type: 'call'; readonly module: string; readonly attributes: string}
    /** The console script `name` of `distribution`, looked up in the built environment ('' : of any); a missing one fails the build. */
    | {readonly type: 'console-script'; readonly distribution: string; readonly name: string}
    /** The environment's interpreter itself. */
    | {readonly type: 'interpreter'};
  /** Python source run before the call. */
  readonly initialization: Text;
  /** Python source between the call's parentheses. */
  readonly arguments: Text;
  readonly extraPaths: readonly Text[];
}

/** Every console script of a distribution, or of the whole environment. */
export interface ScriptsEntry extends EntryBase {
  readonly kind: 'scripts';
  readonly environment: string;
  readonly distribution: string;
  readonly dependents: boolean;
  readonly initialization: Text;
  readonly arguments: Text;
  readonly extraPaths: readonly Text[];
}

/** A command of the user's, run by sh. */
export interface CommandEntry extends EntryBase {
  readonly kind: 'command';
  readonly name: string;
  /** `build`: in the unfinished release; `after-switch`: when the new services run; `manual`: only when asked for (`run NAME`). */
  readonly when: 'build' | 'after-switch' | 'manual';
  readonly interpreter: 'sh' | 'bash' | 'python';
  readonly source: Text;
  readonly stopOnError: boolean;
  readonly environment: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  readonly value: Text;
}

/** A file fetched at build time, checked by its hash. The lock fills in `sha256` where the profile has none. */
export interface DownloadEntry extends EntryBase {
  readonly kind: 'download';
  readonly url: string;
  readonly sha256?: string;
  readonly md5?: string;
  readonly class: PathClass;
  /** The file's path, or the folder that is unpacked into. */
  readonly path: Text;
  readonly unpack: boolean;
  /** Leave out the one top folder of an archive. */
  readonly strip: boolean;
  /** Members of the archive that are left out: shell patterns over the whole name, `*` crosses slashes. */
  readonly excludes?: readonly string[];
  readonly mode?: string;
}

/** An archive that is compiled and installed into its folder of the release. */
export interface BuildEntry extends EntryBase {
  readonly kind: 'build';
  readonly name: string;
  readonly url: string;
  readonly sha256?: string;
  readonly path: Text;
  /** The content of each patch, applied first, in order. */
  readonly patches: readonly Text[];
  /** Shell source that configures, makes and installs, run in the top folder of the archive; each line must succeed. */
  readonly source: Text;
  readonly environment: readonly Variable[];
}

/** A buildout recipe that the build runs in a box of its own. */
export interface BridgeEntry extends EntryBase {
  readonly kind: 'bridge';
  readonly part: string;
  readonly recipe: string;
  readonly options: readonly {readonly name: string; readonly value: Text}[];
}

/** A program that must run. */
export interface ServiceEntry extends EntryBase {
  readonly kind: 'service';
  readonly name: string;
  readonly command: readonly Text[];
  readonly directory?: Text;
  readonly environment: readonly Variable[];
  readonly user?: string;
  readonly umask?: string;
  /** Starts in rising order, stops in falling order. */
  readonly priority: number;
  readonly group?: string;
  readonly autostart: boolean;
  readonly startSeconds: number;
  readonly stopSignal: string;
  readonly stopWaitSeconds: number;
  readonly redirectStderr: boolean;
  /** Supervisor events that a listener hears; empty for a plain program. */
  readonly events: readonly string[];
  /** Further supervisor keys as written. */
  readonly extra: readonly {readonly name: string; readonly value: Text}[];
  /** Addresses that answer when it is up: `tcp://127.0.0.1:8100`, `http://127.0.0.1:8080/`. */
  readonly ready: readonly Text[];
  /** The parts whose files and distributions it runs on: what decides whether a deploy restarts it. */
  readonly uses: readonly string[];
  /** SHA-256 over the service, its parts' files and its distributions' hashes, references left symbolic. Filled in by emit. */
  readonly fingerprint?: string;
}

/** A command that the service user runs at times: a line of cron, kept in the application's own block, or a timer of systemd. */
export interface ScheduleEntry extends EntryBase {
  readonly kind: 'schedule';
  readonly name: string;
  /** As cron writes them: what `readCronTime` takes. */
  readonly times: string;
  readonly command: Text;
  readonly environment: readonly Variable[];
}

/** Data to back up before the switch. */
export interface BackupEntry extends EntryBase {
  readonly kind: 'backup';
  readonly name: string;
  readonly storages: readonly {readonly name: string; readonly file?: Text; readonly blobs?: Text}[];
  /** Below backups/. */
  readonly location: Text;
  readonly blobLocation: Text;
  readonly keep: number;
  readonly keepBlobDays: number;
  readonly full: boolean;
  readonly compress: boolean;
  readonly blobs: 'rsync' | 'tar' | 'tar.gz' | 'copy' | 'none';
  readonly preCommand: Text;
  readonly postCommand: Text;
  readonly commands: readonly DumpCommands[];
}

/** Something that must hold before the switch (`build`) or after it (`running`). */
export interface CheckEntry extends EntryBase {
  readonly kind: 'check';
  readonly name: string;
  readonly when: 'build' | 'running';
  readonly command: readonly Text[];
}

export type Entry =
  | DirectoryEntry
  | FileEntry
  | LinkEntry
  | EnvironmentEntry
  | ScriptEntry
  | ScriptsEntry
  | CommandEntry
  | DownloadEntry
  | BuildEntry
  | BridgeEntry
  | ServiceEntry
  | ScheduleEntry
  | BackupEntry
  | CheckEntry;

/** A file or URL that the plan was made from: the name is from the profile's folder, and holds no login of a URL. */
export interface PlanSource {
  readonly name: string;
  readonly sha256: string;
}

/** Everything the script will do. Plain JSON: `cfgc prod.cfg --emit plan`. Every backend reads this and the lock, nothing else. */
export interface ReleasePlan {
  readonly schema: 'cfgc-plan/1';
  /** The profile first, then what it extends in the order of reading, plugins, and files that recipes read. */
  readonly sources: readonly PlanSource[];
  readonly release: Pick<
    Settings,
    | 'name'
    | 'version'
    | 'profile'
    | 'prefix'
    | 'user'
    | 'group'
    | 'operators'
    | 'keep'
    | 'services'
    | 'serviceCommands'
    | 'schedules'
    | 'installer'
    | 'buildFromSource'
    | 'dataMigration'
  >;
  readonly target: Target;
  readonly layout: {readonly style: Settings['layoutStyle']; readonly folders: Settings['layout']};
  readonly permissions: Readonly<Record<PathClass, Permission>>;
  readonly entries: readonly Entry[];
  readonly logging: Settings['syslog'];
  readonly hooks: {readonly webhooks: Settings['webhooks']; readonly healthChecks: Settings['healthChecks']};
  readonly secrets: readonly Omit<Secret, 'span'>[];
  readonly inputs: Settings['inputs'];
  /** With the part that runs it, where [system] does not name it. */
  readonly system: readonly (Settings['system'][number] & {readonly origin?: Origin})[];
  /** Where settings were last written, by `section:option`; the others are defaults. */
  readonly settings: Settings['origins'];
}

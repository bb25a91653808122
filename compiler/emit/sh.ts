import type {Report} from '../diagnostics/diagnostic.js';
import type {Lock, LockedPackage} from '../model/lock.js';
import type {
  BackupEntry,
  BuildEntry,
  CommandEntry,
  Entry,
  EnvironmentEntry,
  FileEntry,
  ReleasePlan,
  ScheduleEntry,
  ScriptEntry,
} from '../model/release-plan.js';
import {pathClasses, type Secret} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {sha256} from '../util/digest.js';
import {place, refs, refsWithin, show, text} from '../util/text.js';
import {closure, contentDigest, serviceFingerprint, serviceSources} from './fingerprint.js';
import {identifier, shSource, shWord, variableOf} from './quote.js';
import {scriptSettings, settingPlace} from './script-settings.js';
import {serviceFiles} from './service-files.js';
import type {ServiceFile} from './supervisor-conf.js';
import {library, originText, render, settingText} from './templates.js';

/**
 * The release script.
 *
 * Data functions first, the library after them, `main "$@"` last. The text depends on the plan and the lock alone: no date, no
 * version of cfgc, no path of the machine that compiled
 * (but for the source folders of a dev profile, which is for that machine).
 * @param plan checked by `checkPlan`: it holds no NUL and no variable whose name is none
 * @param report hears of services that the files of their manager can't say
 */
export function emitScript(plan: ReleasePlan, lock: Lock, report: Report): string {
  const whole = completePlan(plan, lock);
  const functions = dataFunctions(whole, lock, report);
  const body = render('release.sh.hbs', {
    name: plan.release.name,
    version: plan.release.version,
    profile: plan.release.profile,
    sources: plan.sources,
    settings: scriptSettings(whole, contentDigest(plan, lock)),
    folders: Object.entries(plan.layout.folders)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, path]) => ({variable: folderVariable(name), path, from: settingPlace(`layout:${name}`, plan)})),
    functions: functions
      .filter(({blocks}) => blocks.length > 0)
      .map((each) => ({...each, blocks: each.documents ? each.blocks : withOriginsOnce(each.blocks)})),
    empty: functions.filter(({blocks}) => blocks.length === 0),
    library: library(),
  });
  return withChecksum(body);
}

/** Entries that follow each other and come from one place have it above the first: they are one block to a reader. */
function withOriginsOnce(blocks: readonly string[]): readonly string[] {
  const origin = (block: string | undefined): string | undefined => /^ *# .*\n/.exec(block ?? '')?.[0];
  return blocks.map((block, index) => {
    const own = origin(block);
    return own !== undefined && own === origin(blocks[index - 1]) ? block.slice(own.length) : block;
  });
}

/** The plan as the backends read it: services with their fingerprints, files with secrets in their class. */
export function completePlan(plan: ReleasePlan, lock: Lock): ReleasePlan {
  const entries = plan.entries.map((entry): Entry => {
    if (entry.kind === 'service') return {...entry, fingerprint: serviceFingerprint(entry, plan, lock)};
    return entry.kind === 'file' ? secretFile(entry) : entry;
  });
  return {...plan, entries};
}

/** A file that a secret is written into is of class `secret`, whatever its part said. */
function secretFile(entry: FileEntry): FileEntry {
  return refs(entry.content).some((ref) => ref.ref === 'secret') ? {...entry, class: 'secret'} : entry;
}

const checksumMark = '# cfgc-sha256: ';

/** Line 3 holds the SHA-256 of all other lines. `lib/selfcheck.sh` asks it again on the host. */
function withChecksum(body: string): string {
  const third = body.indexOf('\n', body.indexOf('\n') + 1) + 1;
  return `${body.slice(0, third)}${checksumMark}${sha256(body)}\n${body.slice(third)}`;
}

/** `[layout] data = …` moves what `$DATA` names; code is the release's own place for lib and share. */
function folderVariable(name: string): string {
  return identifier(name).toUpperCase();
}

interface DataFunction {
  readonly name: string;
  /** What a reader needs to know: one line. */
  readonly about: string;
  /** Rendered entries; none: the function does nothing. */
  readonly blocks: readonly string[];
  /** Each block feeds a text, often of many lines: it says where it is from even where the one before said the same. */
  readonly documents?: boolean;
  /** Of the form `case $1 in … esac`: asked for one name, not visited. */
  readonly choice?: boolean;
}

function dataFunctions(plan: ReleasePlan, lock: Lock, report: Report): readonly DataFunction[] {
  const found = refsWithin(plan);
  // One that only signs webhooks is asked for by its name, and needs no variable.
  const texts = new Set(found.flatMap((ref) => (ref.ref === 'secret' ? [ref.name] : [])));
  const inTexts = plan.secrets.map(({name}) => name).filter((name) => texts.has(name));
  const of = <K extends Entry['kind']>(kind: K): readonly Extract<Entry, {kind: K}>[] =>
    plan.entries.filter((entry): entry is Extract<Entry, {kind: K}> => entry.kind === kind);
  const each = <T>(name: string, about: string, template: string, items: readonly T[], view: (item: T) => object) => ({
    name,
    about,
    blocks: items.map((item) => render(`entries/${template}.sh.hbs`, view(item))),
  });
  const documents = <T>(...args: Parameters<typeof each<T>>) => ({...each(...args), documents: true});
  const from = (setting: string): string => settingText(setting, plan.settings);
  const backups = of('backup');
  const commands = of('command');
  return [
    each(
      'each_permission',
      'CLASS OWNER GROUP FILE_MODE EXECUTABLE_MODE FOLDER_MODE',
      'permission',
      pathClasses,
      (name) => ({
        class: name,
        ...plan.permissions[name],
        from: from(`permissions:${name}`),
      }),
    ),
    each('each_input', 'NAME HAS_FALLBACK FALLBACK: variables of whoever runs this', 'input', plan.inputs, (input) => ({
      name: input.name,
      hasFallback: input.fallback !== undefined,
      fallback: input.fallback ?? '',
      // One that no section declares stands in a value somewhere: preflight asks for it then.
      from: plan.settings[`inputs:${input.name}`]
        ? from(`inputs:${input.name}`)
        : 'not declared: values below refer to it',
    })),
    each(
      'inputs',
      'assigns INPUT_...: their values, or what stands in for them',
      'input-set',
      plan.inputs,
      (input) => ({
        variable: variableOf({ref: 'env', name: input.name}),
        name: input.name,
        fallback: input.fallback ?? '',
      }),
    ),
    {
      name: 'host_facts',
      about: 'assigns what costs time to ask and is used here',
      blocks: found.some(({ref}) => ref === 'fqdn') ? ['    HOST_FQDN=$(layout_fqdn)\n'] : [],
    },
    each(
      'each_secret',
      'NAME FROM SOURCE GENERATE: where a secret lies on the host',
      'secret',
      plan.secrets,
      (secret) => ({...secretView(secret), from: from(`secrets:${secret.name}`)}),
    ),
    {
      ...each(
        'secret_set',
        'NAME VALUE: assigns SECRET_..., where a text below has it',
        'secret-set',
        inTexts,
        (name) => ({
          name,
          variable: variableOf({ref: 'secret', name}),
        }),
      ),
      choice: true,
    },
    each('each_system', 'NAME COMMAND: programs of the host', 'system', plan.system, (item) => ({
      ...item,
      from: item.origin === undefined ? from(`system:${item.name}`) : originText(item.origin),
    })),
    each('each_webhook', 'URL SECRET_NAME FORMAT EVENTS', 'webhook', plan.hooks.webhooks, (hook) => ({
      ...hook,
      from: from(hook.setting),
      secret: hook.secret ?? '',
      events: hook.events.join(' '),
    })),
    each('each_environment', 'NAME: virtualenvs', 'environment', of('environment'), (entry) => entry),
    {
      name: 'environment_requirements',
      about: 'NAME: prints its distributions, each file with its hash',
      blocks: requirementBlocks(of('environment'), plan, lock),
      choice: true,
    },
    each(
      'each_editable',
      'ENVIRONMENT PATH INSTALL URL BRANCH REVISION PUSH_URL DEPTH SUBMODULES: sources that are installed in place (dev); with a URL, a checkout',
      'editable',
      of('environment').flatMap((entry) => entry.editable.map((source) => ({environment: entry.name, ...source}))),
      ({checkout, ...source}) => ({
        ...source,
        install: source.install ? 'yes' : 'no',
        url: checkout?.url ?? '',
        branch: checkout?.branch ?? '',
        revision: checkout?.revision ?? '',
        pushUrl: checkout?.pushUrl ?? '',
        depth: checkout?.depth ?? '',
        submodules: checkout?.submodules ?? 'always',
        update: checkout?.update ?? 'no',
      }),
    ),
    each('each_directory', 'CLASS PATH MODE OWNER', 'directory', of('directory'), (entry) => ({
      ...entry,
      mode: entry.mode ?? '',
      owner: entry.owner ?? '',
    })),
    documents(
      'each_file',
      'CLASS PATH MODE EXECUTABLE UNLESS_EXISTS; the content on standard input',
      'file',
      [...of('file').map(fileView), ...serviceFiles(plan, report).map(serviceFileView)],
      (view) => view,
    ),
    each('each_link', 'PATH TO', 'link', of('link'), (entry) => entry),
    each(
      'each_script',
      'PATH ENVIRONMENT PART TYPE TARGET NAME INITIALIZATION ARGUMENTS EXTRA_PATH...: launchers; those in lib/bin are for services and jobs',
      'script',
      of('script'),
      scriptView,
    ),
    each(
      'each_scripts',
      'ENVIRONMENT DISTRIBUTION PART DEPENDENTS INITIALIZATION ARGUMENTS EXTRA_PATH...: every console script of it',
      'scripts',
      of('scripts'),
      (entry) => ({...entry, part: entry.origin.part ?? ''}),
    ),
    documents(
      'each_command',
      'NAME WHEN INTERPRETER STOP_ON_ERROR; the source on standard input',
      'command',
      commands,
      (entry) => ({
        ...entry,
        source: entry.interpreter === 'python' ? entry.source : shSource(entry.source),
      }),
    ),
    {
      ...each(
        'command_environment',
        'NAME: exports the variables of a command',
        'command-environment',
        commands.filter((entry) => commandVariables(entry).length > 0),
        (entry) => ({...entry, variables: commandVariables(entry)}),
      ),
      choice: true,
    },
    each(
      'each_download',
      'URL SHA256 CLASS PATH UNPACK STRIP MODE EXCLUDE...',
      'download',
      of('download'),
      (entry) => ({
        ...entry,
        sha256: entry.sha256 ?? lock.downloads[entry.url] ?? '',
        mode: entry.mode ?? '',
        excludes: entry.excludes ?? [],
      }),
    ),
    documents(
      'each_build',
      'NAME URL SHA256 PATH VARIABLES NAME VALUE... PATCH...: VARIABLES is how many; the source on standard input',
      'build',
      of('build'),
      (entry) => ({
        ...entry,
        sha256: entry.sha256 ?? lock.downloads[entry.url] ?? '',
        source: shSource(entry.source),
        count: String(commandVariables(entry).length),
        words: [...commandVariables(entry).flatMap(({name, value}) => [text(name), value]), ...entry.patches],
      }),
    ),
    each(
      'each_bridge',
      'PART NAME VALUE...: the options of a part whose recipe runs in the build',
      'bridge',
      of('bridge'),
      (entry) => ({
        ...entry,
        words: [{name: 'recipe', value: text(entry.recipe)}, ...entry.options].flatMap(({name, value}) => [
          text(name),
          value,
        ]),
      }),
    ),
    each(
      'each_service',
      'NAME PRIORITY FINGERPRINT AUTOSTART START_SECONDS GROUP READY...',
      'service',
      // systemd has no events that a listener could hear.
      of('service').filter((entry) => plan.release.services !== 'systemd' || entry.events.length === 0),
      (entry) => ({
        ...entry,
        group: entry.group ?? '',
      }),
    ),
    each(
      'each_service_source',
      'SERVICE PATH: sources of a dev profile that it runs: it is restarted where they changed',
      'service-source',
      of('service').flatMap((entry) =>
        serviceSources(entry, plan, lock).map((path) => ({origin: entry.origin, name: entry.name, path})),
      ),
      (source) => source,
    ),
    each(
      'each_service_command',
      'ACTION COMMAND: with services = none, what does it',
      'service-command',
      Object.entries(plan.release.serviceCommands ?? {}),
      ([action, command]) => ({action, command: shSource(command), from: from(`release:${action}-command`)}),
    ),
    each('each_schedule', 'NAME TIMES COMMAND', 'schedule', of('schedule'), (entry) => ({
      ...entry,
      command: scheduleCommand(entry),
    })),
    {
      name: 'each_storage',
      about: 'BACKUP STORAGE FILE BLOBS LOCATION BLOB_LOCATION KEEP KEEP_BLOB_DAYS FULL COMPRESS BLOB_MODE',
      blocks: backups.flatMap((entry) => entry.storages.map((storage) => storageBlock(entry, storage))),
    },
    each('each_backup', 'BACKUP PRE_COMMAND POST_COMMAND', 'backup', backups, (entry) => ({
      ...entry,
      preCommand: shSource(entry.preCommand),
      postCommand: shSource(entry.postCommand),
    })),
    {
      name: 'each_dump',
      about: 'NAME DUMP_COMMAND RESTORE_COMMAND KEEP VERIFY_COMMAND',
      blocks: backups.flatMap((entry) =>
        entry.commands.map((command) =>
          render('entries/dump.sh.hbs', {
            from: from(`backup:dump-${command.name}`),
            name: command.name,
            dump: shSource(command.dump),
            restore: command.restore === undefined ? '' : shSource(command.restore),
            verify: command.verify === undefined ? '' : shSource(command.verify),
            keep: entry.keep,
          }),
        ),
      ),
    },
    each('each_check', 'NAME WHEN COMMAND...', 'check', [...of('check'), ...fileChecks(of('file'))], (entry) => entry),
    each(
      'each_health_check',
      'KIND TARGET STATUSES DEADLINE_SECONDS INTERVAL_SECONDS',
      'health-check',
      plan.hooks.healthChecks,
      (check) => ({
        ...check,
        from: from(check.url === undefined ? 'healthcheck:command' : 'healthcheck:url'),
        type: check.url === undefined ? 'command' : 'url',
        target: check.url ?? shSource(check.command ?? text()),
        statuses: check.status.join(' '),
      }),
    ),
  ];
}

function fileView(entry: FileEntry): object {
  return {...entry, mode: entry.mode ?? '', unlessExists: entry.unlessExists ?? ''};
}

function serviceFileView(file: ServiceFile): object {
  const secret = file.content.pieces.some(
    (piece) => typeof piece !== 'string' && ('quoted' in piece ? piece.quoted : piece).ref === 'secret',
  );
  return {
    ...file,
    class: secret ? 'secret' : 'etc',
    path: place('etc', file.path),
    mode: '',
    executable: false,
    unlessExists: '',
  };
}

/** A file that has a parser is checked before the switch, by a check of its own. */
function fileChecks(files: readonly FileEntry[]): readonly Extract<Entry, {kind: 'check'}>[] {
  return files.flatMap((file) =>
    file.validate === undefined
      ? []
      : [
          {
            kind: 'check' as const,
            origin: file.origin,
            // As it lies in the release: `etc/zeo/etc/zeo.conf`.
            name: show(file.path).replace(/^\{(\w+)\}/, '$1'),
            when: 'build' as const,
            command: [...file.validate, file.path],
          },
        ],
  );
}

function scriptView(entry: ScriptEntry): object {
  const {run} = entry;
  return {
    ...entry,
    part: entry.origin.part ?? '',
    type: run.type,
    target: run.type === 'call' ? run.module : run.type === 'console-script' ? run.distribution : '',
    name: run.type === 'call' ? run.attributes : run.type === 'console-script' ? run.name : '',
  };
}

function secretView(secret: Omit<Secret, 'span'>): object {
  const from = secret.from;
  const source = 'env' in from ? text(from.env) : 'file' in from ? from.file : from.command;
  return {name: secret.name, way: Object.keys(from)[0] ?? '', source, generate: secret.generate};
}

/** Its own variables, and those inputs and secrets that `shSource` left as variables of its source. */
function commandVariables(entry: CommandEntry | BuildEntry): readonly {readonly name: string; readonly value: Text}[] {
  const late = refs(entry.source).flatMap((ref) =>
    ref.ref === 'env' || ref.ref === 'secret' ? [{name: variableOf(ref), value: text(ref)}] : [],
  );
  const byName = new Map([...late, ...entry.environment].map((variable) => [variable.name, variable]));
  return [...byName.values()];
}

/** The crontab has one line a job: its variables are set in the line itself. */
function scheduleCommand(entry: ScheduleEntry): Text {
  const exports = entry.environment.flatMap((variable) => [
    `export ${variable.name}=`,
    inlineWord(variable.value),
    '; ',
  ]);
  return text(...exports, entry.command);
}

/** A value as a word inside a command that sh reads later. References of the plan hold no quote there: places and users. */
function inlineWord(value: Text): Text {
  return text(...value.pieces.map((piece) => (typeof piece === 'string' ? shWord(piece) : piece)));
}

function storageBlock(entry: BackupEntry, storage: BackupEntry['storages'][number]): string {
  return render('entries/storage.sh.hbs', {
    origin: entry.origin,
    backup: entry.name,
    storage: storage.name,
    file: storage.file ?? '',
    blobs: storage.blobs ?? '',
    location: entry.location,
    blobLocation: entry.blobLocation,
    keep: entry.keep,
    keepBlobDays: entry.keepBlobDays,
    full: entry.full,
    compress: entry.compress,
    blobMode: entry.blobs,
  });
}

/** `main` holds all that the lock has for the release; the others what they ask for. Boxes that are not the release's have an `@`. */
function requirementBlocks(
  environments: readonly EnvironmentEntry[],
  plan: ReleasePlan,
  lock: Lock,
): readonly string[] {
  // What a source folder needs is in the lock, and the folder itself is not: all of the lock is wanted then.
  const packages = (entry: EnvironmentEntry): readonly LockedPackage[] =>
    entry.editable.length > 0
      ? lock.packages
      : closure(
          entry.requirements.map((requirement) => requirement.name),
          lock,
          entry.exclude,
        );
  const boxes: readonly (readonly [string, readonly LockedPackage[]])[] = [
    ...environments.map((entry) => [entry.name, packages(entry)] as const),
    ...(lock.supervisor.length > 0 ? [['@supervisor', lock.supervisor] as const] : []),
    ...(plan.release.installer === 'uv' ? [['@tools', lock.tools] as const] : []),
    ...(lock.bridge.length > 0 ? [['@bridge', lock.bridge] as const] : []),
  ];
  const sources = new Set(plan.release.buildFromSource);
  return boxes.map(([name, items]) =>
    render('entries/requirements.sh.hbs', {
      name,
      lines: items.map((item) => requirementLine(item, sources.has(item.name))),
    }),
  );
}

/** One line a distribution, so that a new pin is one changed line. */
function requirementLine(item: LockedPackage, fromSource: boolean): string {
  const files = [...item.wheels, ...(fromSource && item.sdist !== undefined ? [item.sdist] : [])];
  const marker = item.marker === undefined ? '' : ` ; ${item.marker}`;
  const digests = [...new Set(files.map((file) => file.sha256))].sort();
  return `${item.name}==${item.version}${marker}${digests.map((digest) => ` --hash=sha256:${digest}`).join('')}`;
}

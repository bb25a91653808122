import semver from 'semver';
import type {Report} from '../diagnostics/diagnostic.js';
import type {ResolvedSection} from '../model/config.js';
import {
  type BackupSettings,
  type HealthCheck,
  type PathClass,
  type Permission,
  pathClasses,
  type Secret,
  type ServiceAction,
  type Settings,
  serviceActions,
} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {didYouMean, nearest} from '../util/nearest.js';
import {keySpan} from '../util/option-span.js';
import {literal, show, text, trim} from '../util/text.js';
import {
  missingRelease,
  missingSetting,
  misspeltSection,
  secretInClear,
  unknownSecret,
  unknownSetting,
  unsafePermission,
  wrongCfgc,
} from './kinds.js';
import {settingSections} from './options.js';
import {defaultPermissions, parsePermission, unsafe} from './permissions.js';
import {type SectionReader, sectionReader} from './reader.js';
import {settingOrigins} from './setting-origins.js';
import {defaultTarget, isPlatform, isPython} from './target.js';
import {readWebhook} from './webhook.js';

export interface ReadSettingsOptions {
  /** The version of cfgc, for `[release] cfgc`. */
  readonly cfgcVersion: string;
  /** Sections that others take as macros. */
  readonly macros?: ReadonlySet<string>;
  /** What `[release] profile` is without one: `prod`. */
  readonly entryName: string;
}

/**
 * Reads the release sections, late-bound: [release] [permissions] [layout] [backup] [healthcheck] [secrets]
 * [webhooks] [inputs] [system]. What is wrong is reported and read as its default, so that the phases after it
 * can report too; the driver emits nothing then.
 * Reports CFG480 to CFG488.
 */
export function readSettings(
  sections: ReadonlyMap<string, ResolvedSection>,
  report: Report,
  options: ReadSettingsOptions,
): Settings {
  const reader = (name: string): SectionReader => sectionReader(name, settingsOf(sections, name), report);
  const release = reader('release');
  if (!release.section) {
    report({
      kind: missingRelease,
      message: `\`${options.entryName}\` has no [release] section`,
      hint: 'add [release] with name, version and python; `cfgc init` writes one',
    });
  }
  reportMisspelt(sections, options.macros ?? new Set(), report);
  reportUnknown(sections, report);
  reportWrongCfgc(release, options.cfgcVersion);

  const name = required(release, 'name', report) ?? 'release';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    release.bad('name', `\`name\` can't be \`${name}\``, 'letters, digits, and . _ - after the first');
  }
  const version = required(release, 'version', report) ?? '0.0.0';
  if (!semver.valid(version) || semver.clean(version) !== version.split('+')[0]) {
    const cleaned = semver.valid(semver.coerce(version));
    release.bad('version', `\`${version}\` is no SemVer version`, 'three numbers, as 1.4.0', {
      ...(cleaned !== null && {hint: `write \`version = ${cleaned}\``}),
    });
  }
  const user = account(release, 'user') ?? (/^[a-z_][a-z0-9_-]*$/i.test(name) ? name : 'service');
  const operators = account(release, 'operators');
  const secrets = readSecrets(reader('secrets'));
  const webhooks = [
    ...release.texts('webhooks').map((line) => readWebhook(line, release, 'webhooks')),
    ...[...(reader('webhooks').section?.options.keys() ?? [])].map((key) => {
      const hooks = reader('webhooks');
      return readWebhook(trim(hooks.option(key)!.value), hooks, key);
    }),
  ].filter((hook) => hook !== undefined);
  for (const hook of webhooks) {
    if (hook.secret !== undefined && !secrets.some((secret) => secret.name === hook.secret)) {
      const near = nearest(
        hook.secret,
        secrets.map((secret) => secret.name),
      );
      hook.reader.bad(hook.option, `there is no secret \`${hook.secret}\``, 'not in [secrets]', {
        kind: unknownSecret,
        needle: hook.secret,
        hint: near
          ? `did you mean \`${near}\`?`
          : `add under [secrets]: ${hook.secret} = file:/etc/${name}/${hook.secret}`,
      });
    }
  }

  const services = release.choice('services', ['supervisor', 'systemd', 'none'], 'supervisor');

  return {
    name,
    version,
    profile: release.choice('profile', ['prod', 'dev'], 'prod'),
    target: readTargetSettings(release, report),
    prefix: readPrefix(release) ?? `/srv/${name}`,
    user,
    group: account(release, 'group') ?? user,
    ...(operators !== undefined && {operators}),
    keep: release.whole('keep', 5, 2),
    services,
    // Who chose systemd for services looks there for jobs, and a host of units alone may have no cron.
    schedules: release.choice('schedules', ['cron', 'systemd'], services === 'systemd' ? 'systemd' : 'cron'),
    ...readServiceCommands(release, services),
    installer: release.choice('installer', ['auto', 'uv', 'pip'], 'auto'),
    buildFromSource: release.list('build-from-source').map(canonical),
    dataMigration: release.yes('data-migration', false),
    bridge: release.list('bridge'),
    plugins: release.list('plugins'),
    layoutStyle: reader('layout').choice('style', ['prefix', 'fhs'], 'prefix'),
    layout: readLayout(reader('layout')),
    permissions: readPermissions(reader('permissions')),
    syslog: {
      enabled: release.yes('syslog', true),
      facility: release.choice(
        'syslog-facility',
        ['daemon', 'user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
        'local3',
      ),
      remotes: readRemotes(release),
    },
    webhooks: webhooks.map(({reader: _reader, option: _option, ...hook}) => hook),
    healthChecks: readHealthChecks(reader('healthcheck')),
    secrets,
    inputs: readInputs(reader('inputs')),
    system: readSystem(reader('system')),
    backup: readBackup(reader('backup')),
    origins: settingOrigins((section) => settingsOf(sections, section)),
  };
}

/** `restart-command = …` and its sisters; they mean nothing where a manager runs the services. */
function readServiceCommands(
  release: SectionReader,
  services: Settings['services'],
): Pick<Settings, 'serviceCommands'> {
  const commands: Partial<Record<ServiceAction, Text>> = {};
  for (const action of serviceActions) {
    const command = release.option(`${action}-command`)?.value;
    if (command === undefined || trim(command).pieces.length === 0) continue;
    if (services === 'none') commands[action] = trim(command);
    else {
      release.bad(
        `${action}-command`,
        `\`${action}-command\` does nothing with \`services = ${services}\``,
        `${services} does that`,
        {
          hint: 'take it out, or write `services = none`',
        },
      );
    }
  }
  return Object.keys(commands).length === 0 ? {} : {serviceCommands: commands};
}

/** The section where it holds settings: one with a recipe is a part of the buildout that has the same name. */
function settingsOf(sections: ReadonlyMap<string, ResolvedSection>, name: string): ResolvedSection | undefined {
  const section = sections.get(name);
  return section?.options.has('recipe') ? undefined : section;
}

/** zc.buildout gives every section this option. */
const everywhere = new Set(['_buildout_section_name_']);

/**
 * A section that nothing refers to, spelt almost like one of these: `[permission]` would leave the permissions as they are.
 * One with a recipe is a part of the profile's own.
 */
function reportMisspelt(
  sections: ReadonlyMap<string, ResolvedSection>,
  macros: ReadonlySet<string>,
  report: Report,
): void {
  const known = settingSections.map(({name}) => name);
  for (const {name, options, span} of sections.values()) {
    if (known.includes(name) || options.has('recipe') || !span) continue;
    const near = nearest(name, known, name.length < 7 ? 1 : 2);
    if (near === undefined || sections.get(near)?.span || macros.has(name) || isReferredTo(name, sections)) continue;
    report({
      kind: misspeltSection,
      message: `nothing reads [${name}]`,
      primary: {span, text: `spelt almost like [${near}]`},
      hint: `did you mean \`[${near}]\`?`,
    });
  }
}

/** By a reference, or by its name alone: options of recipes name sections. */
function isReferredTo(name: string, sections: ReadonlyMap<string, ResolvedSection>): boolean {
  for (const {options} of sections.values())
    for (const {raw} of options.values())
      if (raw.includes(`\${${name}:`) || raw.split(/\s+/).includes(name)) return true;
  return false;
}

function reportUnknown(sections: ReadonlyMap<string, ResolvedSection>, report: Report): void {
  for (const {name, options, free} of settingSections) {
    const known = options.map((option) => option.name);
    if (free !== undefined && name !== 'backup') continue;
    for (const [key, option] of settingsOf(sections, name)?.options ?? []) {
      if (known.includes(key) || everywhere.has(key)) continue;
      if (name === 'backup' && /^(dump|restore|verify)-./.test(key)) continue;
      const span = keySpan(option);
      report({
        kind: unknownSetting,
        message: `[${name}] has no option \`${key}\``,
        ...(span && {primary: {span, text: 'cfgc does not know this option'}}),
        hint: didYouMean(key, known) ?? `it has ${known.join(', ')}`,
      });
    }
  }
}

function reportWrongCfgc(release: SectionReader, version: string): void {
  const range = release.word('cfgc');
  if (range === undefined) return;
  if (semver.validRange(range) === null) {
    release.bad('cfgc', `\`${range}\` is no range of versions`, 'as ^1.2');
  } else if (!semver.satisfies(version, range, {includePrerelease: true})) {
    release.bad('cfgc', `this profile wants cfgc ${range}, and this is cfgc ${version}`, 'asked for here', {
      kind: wrongCfgc,
      hint: `install a version that matches, or write \`cfgc = ^${version}\``,
    });
  }
}

const examples: Readonly<Record<string, string>> = {name: 'edu-portal', version: '1.0.0', python: '3.11'};

function required(release: SectionReader, option: string, report: Report): string | undefined {
  const value = release.word(option);
  if (
    value === undefined &&
    release.section &&
    !release.section.failed?.has(option) &&
    !release.option(option)?.value.pieces.some((piece) => typeof piece !== 'string')
  ) {
    const span = release.span(option);
    report({
      kind: missingSetting,
      message: `[release] has no \`${option}\``,
      ...(span && {primary: {span, text: 'required'}}),
      hint: `write \`${option} = ${examples[option]}\``,
    });
  }
  return value;
}

function readTargetSettings(release: SectionReader, report: Report): Settings['target'] {
  const python = required(release, 'python', report);
  if (python !== undefined && !isPython(python)) {
    const short = /^(3\.\d+)\.\d+/.exec(python)?.[1];
    release.bad('python', `\`python\` can't be \`${python}\``, 'major.minor, 3.8 or later', {
      hint: short
        ? `write \`python = ${short}\``
        : 'write `python = 3.11`; Python 2 gets no security fixes, and its wheels are gone',
    });
  }
  const platform = release.word('platform');
  if (platform !== undefined && !isPlatform(platform)) {
    release.bad(
      'platform',
      `\`platform\` can't be \`${platform}\``,
      'system-machine, as linux-x86_64 or linux-aarch64',
    );
  }
  return {
    python: python !== undefined && isPython(python) ? python : defaultTarget.python,
    implementation: release.choice('implementation', ['cpython', 'pypy'], defaultTarget.implementation),
    platform: platform !== undefined && isPlatform(platform) ? platform : defaultTarget.platform,
  };
}

/**
 * Folders of the layout go into shebang lines, ini files and crontabs, each with special characters of its own: so there are
 * none. The script refuses the same of what only the host knows.
 */
const plainPath = /^[A-Za-z0-9._/+@=,-]*$/;

function readPrefix(release: SectionReader): string | undefined {
  const prefix = release.word('prefix');
  if (prefix === undefined) return undefined;
  const clean = prefix.replace(/\/+$/, '');
  const steps = clean.split('/').slice(1);
  if (
    !prefix.startsWith('/') ||
    clean === '' ||
    !plainPath.test(prefix) ||
    steps.some((step) => ['', '.', '..'].includes(step))
  ) {
    release.bad(
      'prefix',
      `\`prefix\` can't be \`${prefix}\``,
      'an absolute path of its own, of letters, digits and . _ / + @ = , -, without . and ..',
    );
    return undefined;
  }
  return clean;
}

function account(release: SectionReader, option: string): string | undefined {
  const name = release.word(option);
  if (name !== undefined && !/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(name)) {
    release.bad(option, `\`${option}\` can't be \`${name}\``, 'the name of an account of the host');
    return undefined;
  }
  return name;
}

function readLayout(layout: SectionReader): Readonly<Record<string, Text>> {
  const folders: Record<string, Text> = {};
  for (const [key, option] of layout.section?.options ?? []) {
    if (
      key === 'style' ||
      !settingSections.some(({name, options}) => name === 'layout' && options.some((o) => o.name === key))
    ) {
      continue;
    }
    const folder = trim(option.value);
    const shown = show(folder);
    const special = folder.pieces.some((piece) => typeof piece === 'string' && !plainPath.test(piece));
    if (shown === '' || special || shown.split('/').includes('..')) {
      layout.bad(
        key,
        `\`${key}\` of [layout] can't be \`${shown}\``,
        'one path, of letters, digits and . _ / + @ = , -, without ..',
      );
    } else folders[key] = folder;
  }
  return folders;
}

function readPermissions(section: SectionReader): Readonly<Record<PathClass, Permission>> {
  const permissions = {...defaultPermissions};
  for (const pathClass of pathClasses) {
    const line = section.word(pathClass);
    if (line === undefined) continue;
    const permission = parsePermission(line);
    if ('wrong' in permission) {
      section.bad(pathClass, `\`${line}\` is no permission`, permission.wrong, {
        hint: `as \`${pathClass} = deployer:service 0640 0750\``,
      });
      continue;
    }
    const reason = unsafe(pathClass, permission);
    if (reason) {
      section.bad(pathClass, `unsafe permission for ${pathClass}`, reason, {
        kind: unsafePermission,
        hint: 'leave the line out: the default is safe',
      });
    }
    permissions[pathClass] = permission;
  }
  return permissions;
}

function readSecrets(section: SectionReader): readonly Secret[] {
  const secrets: Secret[] = [];
  for (const [name, option] of section.section?.options ?? []) {
    if (everywhere.has(name)) continue;
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
      section.bad(name, `\`${name}\` can't name a secret`, 'letters, digits, - and _');
      continue;
    }
    const value = trim(option.value);
    const [first] = value.pieces;
    const [, way, rest] =
      /^(env|file|generate|command):\s*([\s\S]*)$/.exec(typeof first === 'string' ? first : '') ?? [];
    const target = text(rest ?? '', ...value.pieces.slice(1));
    const span = section.span(name);
    if (way === undefined || target.pieces.length === 0 || hasControl(show(target))) {
      section.bad(name, `the secret \`${name}\` does not say where the host finds it`, '', {
        kind: secretInClear,
        hint: `write \`${name} = env:${name.toUpperCase().replaceAll('-', '_')}\`, file:PATH, generate:PATH or command:COMMAND`,
        conceal: true,
      });
      continue;
    }
    const variable = literal(target);
    if (way === 'env' && (variable === undefined || !isVariable(variable))) {
      section.bad(name, `\`${show(target)}\` is no name of a variable`, 'as env:ADMIN_PASSWORD');
      continue;
    }
    const from: Secret['from'] =
      way === 'env' ? {env: variable!} : way === 'command' ? {command: target} : {file: target};
    secrets.push({name, from, generate: way === 'generate', ...(span && {span})});
  }
  return secrets;
}

function readInputs(section: SectionReader): Settings['inputs'] {
  const names = [...(section.section?.options.keys() ?? [])].filter((name) => !everywhere.has(name));
  return names.flatMap((name) => {
    if (!isVariable(name)) {
      section.bad(name, `\`${name}\` is no name of an environment variable`, 'letters, digits and _');
      return [];
    }
    const fallback = section.word(name);
    return [{name, ...(fallback !== undefined && {fallback})}];
  });
}

function readSystem(section: SectionReader): Settings['system'] {
  const names = [...(section.section?.options.keys() ?? [])].filter((name) => !everywhere.has(name));
  return names.flatMap((name) => {
    const command = section.word(name) ?? name;
    if (/\s/.test(command)) {
      section.bad(name, `\`${command}\` is no program`, 'one name, or one absolute path');
      return [];
    }
    return [{name, command}];
  });
}

function readRemotes(release: SectionReader): readonly string[] {
  return release.list('syslog-remotes').filter((remote) => {
    const fine = /^((udp|tcp):\/\/|@@?)?([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/.test(remote);
    if (!fine) {
      release.bad('syslog-remotes', `\`${remote}\` is no syslog receiver`, 'as udp://loghost:514', {needle: remote});
    }
    return fine;
  });
}

function readHealthChecks(section: SectionReader): readonly HealthCheck[] {
  const status = (section.word('status') ?? '200').split(/[\s,]+/).flatMap((code) => {
    if (/^[1-5]\d\d$/.test(code)) return [Number(code)];
    section.bad('status', `\`${code}\` is no HTTP status`, 'three digits', {needle: code});
    return [];
  });
  const common = {
    status,
    deadlineSeconds: section.whole('deadline', 120, 1),
    intervalSeconds: section.whole('interval', 2, 1),
  };
  const urls = section.texts('url').filter((url) => {
    const [first] = url.pieces;
    const fine = typeof first !== 'string' || /^(https?|tcp):\/\/|^(h|ht|htt|http|https|t|tc|tcp)$/.test(first);
    if (!fine)
      section.bad('url', `\`${show(url)}\` can't be asked`, 'http://, https:// or tcp://', {needle: show(url)});
    return fine;
  });
  return [
    ...urls.map((url) => ({url, ...common})),
    ...section.texts('command').map((command) => ({command, ...common})),
  ];
}

function readBackup(section: SectionReader): BackupSettings {
  const keys = [...(section.section?.options.keys() ?? [])];
  const names = keys.flatMap((key) => /^dump-(.+)$/.exec(key)?.[1] ?? []);
  for (const key of keys) {
    const [, verb, name] = /^(restore|verify)-(.+)$/.exec(key) ?? [];
    if (name !== undefined && !names.includes(name)) {
      section.bad(key, `\`${key}\` has no \`dump-${name}\``, `nothing would be there to ${verb}`, {
        ...(nearest(name, names) && {hint: `did you mean \`${verb}-${nearest(name, names)}\`?`}),
      });
    }
  }
  return {
    keep: section.whole('keep', 5, 1),
    full: section.yes('full', false),
    commands: names.flatMap((name) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
        section.bad(`dump-${name}`, `\`${name}\` can't name a dump`, 'letters, digits, - and _');
        return [];
      }
      const restore = section.option(`restore-${name}`)?.value;
      const verify = section.option(`verify-${name}`)?.value;
      return [
        {
          name,
          dump: trim(section.option(`dump-${name}`)!.value),
          ...(restore && {restore: trim(restore)}),
          ...(verify && {verify: trim(verify)}),
        },
      ];
    }),
  };
}

/** PEP 503. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

function hasControl(value: string): boolean {
  return /\p{Cc}/u.test(value);
}

/**
 * What the real recipes wrote and what a release gets, in one form, so that the two can be compared line by line.
 *
 * The mapping, which is the same for every case:
 * - `parts/` is {etc}, `bin/` {bin}, `etc/` {etc}, `var/log` and `log/` {log}, `run/` {run}, `var/`, `data/` {data}; what is left of
 *   the buildout's folder is {release}. These folders themselves, and those that only hold a file, are in every release.
 * - Programs of a part lie in {lib}/parts, and are compared where a link from the part's folder has them.
 * - A mode counts where it is not the usual one (0755, 0644; 0755 for a file with `#!`). Blobs are 0700 in a release always.
 * - A launcher counts by what it calls, its arguments, its initialization and extra paths: what buildout writes around, `import sys`
 *   too, is its own. Both kinds of quotes are the same.
 * - Lines of .conf, .ini, .vcl, .xml and .zcml files and of shell scripts count without their blanks, empty lines and comments, those of
 *   scripts without quotes; of other files as they are.
 * - Of a VCL its backends, probes, addresses that may purge, and the text of options count; its subs are each program's own.
 * - Programs of a supervisord.conf are services, lines of a crontab schedules; bin/backup's arguments are a backup. Keys of a program
 *   that say what supervisor does by itself are left out.
 * - What downloads, compilers and commands make counts: they are run on both sides, here by the library of the release script.
 */
import {parse} from 'ini';
import type {Diagnostic} from '../../compiler/diagnostics/diagnostic.js';
import {supervisorFiles} from '../../compiler/emit/supervisor-conf.js';
import type {
  BackupEntry,
  ReleasePlan,
  ScriptEntry,
  ScriptsEntry,
  ServiceEntry,
} from '../../compiler/model/release-plan.js';
import {show} from '../../compiler/util/text.js';
import type {Recording} from './recording.js';

/** Lines by what they say something of: `file {etc}/zeo/etc/zeo.conf`. */
export type Things = ReadonlyMap<string, readonly string[]>;

/** Console scripts by distribution: what the box has. */
export type EntryPoints = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function thingsOfRecording({status, message, paths}: Recording): Things {
  const things = new Map<string, readonly string[]>();
  if (status !== 0) return things.set('outcome', ['fails', ...message.split('\n').map((line) => `  ${line}`)]);
  const holds = new Set([...paths.keys()].map((path) => path.split('/').slice(0, -1).join('/')));
  for (const [path, {kind, mode, text}] of paths) {
    const at = onHost(`@BUILDOUT@/${path}`);
    if (kind === 'link') things.set(`link ${at}`, [onHost(text)]);
    if (kind === 'directory') {
      if (/^\{\w+\}$/.test(at) || (holds.has(path) && mode === '0755')) continue;
      things.set(`directory ${at}`, directoryMode(mode));
    }
    if (kind !== 'file') continue;
    const script = readLauncher(text);
    if (path.endsWith('supervisord.conf') || path.endsWith('programs.conf')) programs(things, onHost(text));
    else if (/crontab/.test(path)) things.set('crontab', crontabLines(onHost(text)));
    else if (script?.call === 'collective.recipe.backup.main.backup_main')
      things.set(`backup ${path.split('/').at(-1)}`, backupArguments(onHost(script.arguments)));
    else if (script) things.set(`script ${at}`, launcherLines(script));
    else things.set(`file ${at}`, [...modeOf(mode, text), ...linesOf(path, onHost(text))]);
  }
  return things;
}

export function thingsOfPlan(plan: ReleasePlan, diagnostics: readonly Diagnostic[], entryPoints: EntryPoints): Things {
  const things = new Map<string, readonly string[]>();
  const errors = diagnostics.filter(({kind}) => severityOf(kind.severity) === 'error');
  if (errors.length > 0) return things.set('outcome', ['fails', ...errors.map((one) => `  ${one.message}`)]);
  const services: ServiceEntry[] = [];
  for (const entry of plan.entries) {
    if (entry.origin.part === undefined) continue;
    if (entry.kind === 'directory')
      things.set(`directory ${inPart(show(entry.path))}`, directoryMode(entry.class === 'blobs' ? '0700' : entry.mode));
    else if (entry.kind === 'link') {
      if (inPart(show(entry.to)) !== show(entry.path)) things.set(`link ${show(entry.path)}`, [show(entry.to)]);
    } else if (entry.kind === 'file') {
      const text = show(entry.content);
      const mode = entry.mode?.padStart(4, '0') ?? (entry.executable ? '0755' : '0644');
      things.set(`file ${inPart(show(entry.path))}`, [...modeOf(mode, text), ...linesOf(show(entry.path), text)]);
    } else if (entry.kind === 'script') things.set(`script ${show(entry.path)}`, scriptLines(entry, entryPoints));
    else if (entry.kind === 'scripts') everyScript(things, entry, entryPoints);
    else if (entry.kind === 'service') services.push(entry);
    else if (entry.kind === 'schedule')
      things.set('crontab', [...(things.get('crontab') ?? []), viaRelease(`${entry.times} ${show(entry.command)}`)]);
    else if (entry.kind === 'backup') things.set(`backup ${entry.name}`, backupLines(entry));
  }
  const conf = supervisorFiles(services, {syslog: false}, () => {});
  programs(things, conf.map(({content}) => content.pieces.map(pieceText).join('')).join(''));
  return things;
}

/** The lines of each that the other lacks, by thing; things of which both say the same are left out. */
export function compareThings(theirs: Things, ours: Things): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const key of [...new Set([...theirs.keys(), ...ours.keys()])].sort()) {
    const [real, release] = [theirs.get(key), ours.get(key)];
    // Words of a refusal are each program's own.
    if (key === 'outcome' && real && release) continue;
    const lines =
      real === undefined || release === undefined
        ? (real ?? release)!.map((line) => `${real ? '-' : '+'} ${line}`)
        : [...without(real, release).map((line) => `- ${line}`), ...without(release, real).map((line) => `+ ${line}`)];
    if (real === undefined) found.set(`${key}: of the release alone`, lines);
    else if (release === undefined) found.set(`${key}: of the recipe alone`, lines);
    else if (lines.length > 0) found.set(key, lines);
    else if (real.some((line, index) => line !== release[index])) found.set(key, ['~ in another order']);
  }
  // What a recipe that refuses left half made is of no account.
  return theirs.has('outcome') || ours.has('outcome')
    ? new Map([...found].filter(([key]) => key.startsWith('outcome')))
    : found;
}

function severityOf(severity: Diagnostic['kind']['severity']): string {
  return typeof severity === 'string' ? severity : severity.prod;
}

function pieceText(piece: Parameters<typeof show>[0]['pieces'][number] | {readonly quoted: unknown}): string {
  if (typeof piece === 'object' && 'quoted' in piece) return show({pieces: [piece.quoted as never]});
  return show({pieces: [piece]});
}

/** A text of the recording with its paths where a release has them. */
export function onHost(text: string): string {
  return text
    .replaceAll(/@BUILDOUT@\/(parts|etc)\b/g, '{etc}')
    .replaceAll(/@BUILDOUT@\/bin\b/g, '{bin}')
    .replaceAll(/@BUILDOUT@(\/var)?\/log\b/g, '{log}')
    .replaceAll(/@BUILDOUT@(\/var)?\/run\b/g, '{run}')
    .replaceAll(/@BUILDOUT@(\/var)?\/backups\b/g, '{backups}')
    .replaceAll(/@BUILDOUT@\/var\b/g, '{data}')
    .replaceAll(/@BUILDOUT@(?=\/(data|tmp|cache|filestorage|blobstorage)\b)/g, '{data}')
    .replaceAll('@BUILDOUT@', '{release}');
}

function inPart(path: string): string {
  return path.replace(/^\{lib\}\/parts\//, '{etc}/');
}

function directoryMode(mode = '0755'): string[] {
  const whole = mode.padStart(4, '0');
  return whole === '0755' ? [] : [`mode ${whole}`];
}

function modeOf(mode: string, text: string): string[] {
  const usual = text.startsWith('#!') ? '0755' : '0644';
  return mode === usual ? [] : [`mode ${mode}`];
}

function linesOf(path: string, content: string): string[] {
  if (path.endsWith('.vcl')) return vclLines(content);
  const shell = content.startsWith('#!/bin/sh');
  if (!/\.(conf|ini|xml|zcml)$/.test(path) && !shell) return content.split('\n');
  return plainLines(shell ? content.replaceAll(/["']/g, '') : content);
}

/** The lines of a configuration that mean something, white space evened out. */
export function plainLines(content: string): string[] {
  return content
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/\s+/g, ' ')
        .replace(/^<(\w+) \/>$/, '<$1>\n</$1>')
        .replace(/ >$/, '>'),
    )
    .flatMap((line) => line.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The lines in blocks that describe something, and those that only an option can have brought. */
function vclLines(content: string): string[] {
  const blocks = [...content.matchAll(/^(?:backend|probe) [^{]*\{[\s\S]*?^\}|^acl [^{]*\{([^}]*)\}/gm)];
  const described = blocks.flatMap(([whole, addresses]) => (addresses ?? whole).split('\n'));
  const hosts = content.split('\n').filter((line) => /VirtualHost|http\.host ~|X-Own/.test(line));
  return [...described, ...hosts].map((line) => line.trim().replace(/\s+/g, ' ')).filter((line) => line !== '');
}

/** The lines of one list that the other lacks, each as often as it is missing. */
export function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

// --- launchers

interface Launcher {
  /** `module.attribute`, or `python` for an interpreter. */
  readonly call: string;
  readonly arguments: string;
  readonly initialization: string;
  readonly extraPaths: readonly string[];
}

/** A launcher that buildout wrote; undefined for any other file. */
function readLauncher(text: string): Launcher | undefined {
  const [, before, after] = /^#!\S+python\S*\n([\s\S]*?)sys\.path\[0:0\] = \[\n?([\s\S]*)$/.exec(text) ?? [];
  if (before === undefined || after === undefined) return undefined;
  const end = after.indexOf(']\n');
  const extraPaths = [...after.slice(0, end).matchAll(/'([^']*)'/g)].map(([, path]) => onHost(path!));
  const rest = after.slice(end + 2);
  const called = /^import (\S+)\n\nif __name__ == '__main__':\n {4}sys\.exit\(([\s\S]*)\)\n*$/m.exec(rest);
  if (called) {
    const [, , call = ''] = called;
    const open = call.indexOf('(');
    const initialization = rest.slice(0, called.index).trim();
    return {call: call.slice(0, open), arguments: call.slice(open + 1, -1).trim(), initialization, extraPaths};
  }
  const at = rest.indexOf('_interactive = True');
  return at === -1 ? undefined : {call: 'python', arguments: '', initialization: rest.slice(0, at).trim(), extraPaths};
}

function launcherLines({call, arguments: given, initialization, extraPaths}: Launcher): string[] {
  return [
    `calls ${call}`,
    ...(given === '' ? [] : [`with ${evened(given).replaceAll(/\s*\n\s*/g, ' ')}`]),
    ...evened(initialization)
      .split('\n')
      .filter((line) => line.trim() !== '' && line !== 'import sys')
      .map((line) => `first ${line}`),
    ...extraPaths.map((path) => `path ${path}`),
  ];
}

function evened(source: string): string {
  return onHost(source).replaceAll('"', "'");
}

function scriptLines(entry: ScriptEntry, entryPoints: EntryPoints): string[] {
  const {run} = entry;
  const called =
    run.type === 'call'
      ? `${run.module}.${run.attributes}`
      : run.type === 'interpreter'
        ? 'python'
        : (pointOf(entryPoints, run.distribution, run.name) ?? `${run.distribution}:${run.name}`);
  return planLauncher(called, entry);
}

function everyScript(things: Map<string, readonly string[]>, entry: ScriptsEntry, entryPoints: EntryPoints): void {
  const points = entry.dependents
    ? Object.values(entryPoints).flatMap((scripts) => Object.entries(scripts))
    : Object.entries(entryPoints[entry.distribution] ?? {});
  for (const [name, point] of points) things.set(`script {bin}/${name}`, planLauncher(point, entry));
}

function planLauncher(call: string, entry: ScriptEntry | ScriptsEntry): string[] {
  return launcherLines({
    call,
    arguments: show(entry.arguments).trim(),
    initialization: show(entry.initialization).trim(),
    extraPaths: entry.extraPaths.map(show),
  });
}

function pointOf(entryPoints: EntryPoints, distribution: string, name: string): string | undefined {
  if (distribution !== '') return entryPoints[distribution]?.[name];
  return Object.values(entryPoints).find((scripts) => Object.hasOwn(scripts, name))?.[name];
}

// --- what a release has in another form

function programs(things: Map<string, readonly string[]>, conf: string): void {
  const read = parse(conf.replaceAll(/^\[(\w+):(.*)\]$/gm, '[$1 $2]')) as Record<string, Record<string, unknown>>;
  for (const [section, keys] of Object.entries(read)) {
    if (!/^(program|eventlistener|group) /.test(section)) continue;
    const lines = Object.entries(keys)
      .map(([key, value]) => `${key} = ${String(value).trim().replaceAll(/\s+/g, ' ')}`)
      .map(viaRelease)
      .filter((line) => !ofSupervisor.has(line) && !/^(std(out|err)_logfile\w*|process_name) = /.test(line));
    things.set(`service ${section}`, lines.sort());
  }
}

/** What a program has by itself where its file says nothing. Source: supervisor 4.3.0, options.py, `processes_from_section`. */
const ofSupervisor = new Set([
  'autostart = true',
  'redirect_stderr = false',
  'startsecs = 1',
  'stopsignal = TERM',
  'stopwaitsecs = 10',
  'priority = 999',
]);

/** Services name their files through `current`, which leads to the same. */
function viaRelease(line: string): string {
  return line
    .replaceAll('{current}', '{release}')
    .replaceAll('{release}/lib/bin', '{bin}')
    .replaceAll('{release}/lib/venv/bin', '{bin}')
    .replaceAll('{supervisor}/venv/bin', '{bin}')
    .replaceAll('{release}/bin', '{bin}')
    .replaceAll('{release}/etc', '{etc}');
}

function crontabLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.replace('\t', ' '));
}

function backupArguments(given: string): string[] {
  const value = (name: string): string =>
    new RegExp(`(?:\\b|')${name}(?:'?:|=)\\s*'?([^\\n]*?)'?[},]*\\s*$`, 'm').exec(given)?.[1] ?? '';
  const blobs = value('backup_blobs') === 'True';
  const how =
    value('compress_blob') === 'True'
      ? 'tar.gz'
      : value('archive_blob') === 'True'
        ? 'tar'
        : value('use_rsync') === 'True'
          ? 'rsync'
          : 'copy';
  return [
    ...(value('only_blobs') === 'True' ? [] : [`file ${value('datafs')}`]),
    ...(blobs ? [`blobs ${value('blobdir')}`] : []),
    `location ${value('backup_location')}`,
    ...(blobs ? [`blob location ${value('blob_backup_location')}`] : []),
    `keep ${value('keep')}`,
    `keep blob days ${value('keep_blob_days')}`,
    `full ${value('full') === 'True'}`,
    `blobs by ${blobs ? how : 'none'}`,
    `before ${value('pre_command')}`.trim(),
    `after ${value('post_command')}`.trim(),
  ];
}

function backupLines(entry: BackupEntry): string[] {
  const [storage] = entry.storages;
  const blobs = entry.blobs !== 'none';
  return [
    ...(storage?.file ? [`file ${show(storage.file)}`] : []),
    ...(storage?.blobs ? [`blobs ${show(storage.blobs)}`] : []),
    `location ${show(entry.location)}`,
    ...(blobs ? [`blob location ${show(entry.blobLocation)}`] : []),
    `keep ${entry.keep}`,
    `keep blob days ${entry.keepBlobDays}`,
    `full ${entry.full}`,
    `blobs by ${entry.blobs}`,
    `before ${show(entry.preCommand)}`.trim(),
    `after ${show(entry.postCommand)}`.trim(),
  ];
}

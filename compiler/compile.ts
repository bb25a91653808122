/**
 * The driver: with read-profile.ts, its first half, the only place that knows the order of the phases.
 *
 *     load → parse → merge → resolve → settings → check → lower → lock → emit
 */
import {basename, dirname, isAbsolute, join, relative, resolve as resolvePath} from 'node:path';
import {check} from './check/check.js';
import type {Report} from './diagnostics/diagnostic.js';
import {dirtyFiles} from './git.js';
import type {Io} from './io.js';
import {RemoteStore} from './load/remote-store.js';
import {badLock} from './lock/kinds.js';
import type {RemoteFacts} from './lock/lock.js';
import {sourceFolders} from './lower/developed-eggs.js';
import {lower, wantedInputs} from './lower/lower.js';
import {partView} from './lower/part-view.js';
import {givenOptions, givenOther, recipes} from './lower/recipes.js';
import {withExtensionSections} from './merge/extension-sections.js';
import type {Config, Resolved, ResolvedSection} from './model/config.js';
import type {Graph} from './model/graph.js';
import type {Lock} from './model/lock.js';
import type {InputFile, InputFiles, Part, RecipeLowering, RuleContext} from './model/lowering.js';
import type {Editable, PlanSource, ReleasePlan} from './model/release-plan.js';
import type {Settings} from './model/settings.js';
import type {Piece, Text} from './model/text.js';
import {writeText} from './output.js';
import type {Plugin} from './plugin/plugin.js';
import {type Learn, type ReadProfile, type Request, readProfile} from './read-profile.js';
import {type ResolveOptions, resolve} from './resolve/resolve.js';
import {settingSections} from './settings/options.js';
import {readSettings} from './settings/settings.js';
import {sha256} from './util/digest.js';
import {faultOfFile} from './util/file-fault.js';
import {isUrl, shownUrl} from './util/path.js';
import {shellWord} from './util/shell-text.js';
import {show, text} from './util/text.js';

/** A profile that was resolved for a release, and checked. */
export interface CheckedProfile extends ReadProfile {
  readonly resolved: Resolved;
  readonly settings: Settings;
  readonly context: RuleContext;
  readonly plugins: readonly Plugin[];
  /** Source folders of a dev profile. */
  readonly developed: readonly Editable[];
  /** What the compile read that is no `extends`: URL, or name of a plugin, to SHA-256. For the lock. */
  readonly foreign: Map<string, string>;
}

/** All values as `bin/buildout` would see them, for query, annotate and diff. */
export function resolveLiteral(config: Config, report: Report): Resolved {
  const buildout = config.sections.get('buildout')?.options;
  const directory = buildout?.get('directory')?.raw ?? dirname(config.entry.path);
  const python = buildout?.get('executable')?.raw ?? '';
  const known = (piece: Piece): Piece => {
    if (typeof piece === 'string') return piece;
    if (piece.ref === 'place' && piece.place === 'directory') return directory;
    return piece.ref === 'python' ? python : piece;
  };
  const literally = ({pieces}: Text): Text => text(...pieces.map(known));
  const {gives, givesOther} = giving(recipes);
  return resolve(config, report, {
    mode: 'literal',
    gives: (section) => mapValues(gives(section), literally),
    givesOther: (section, option) => {
      const given = givesOther(section, option);
      return given && literally(given);
    },
  });
}

/** What one types to have the checkouts of a dev profile. A compile writes nothing else than what it was asked for. */
function checkoutWords({file, outputs, workingDirectory}: Request): string {
  const word = (path: string): string => show(shellWord(path));
  const script = outputs?.[0];
  return script === undefined
    ? `cfgc ${word(file)} -o release.sh && sh release.sh build`
    : `sh ${word(relative(workingDirectory, script))} build`;
}

/** load to check. The settings of a profile with errors are read as their defaults, so that the later phases can report too. */
export async function checkProfile(
  request: Request,
  io: Io,
  report: Report,
  version: string,
  learn: Learn = () => {},
): Promise<CheckedProfile | undefined> {
  const read = await readProfile(request, io, report, learn);
  if (!read) return undefined;
  const config = withExtensionSections(read.config);
  // Asked now, answered while the rest is worked on.
  const dirty = request.allowDirty ? [] : gitFacts(config, request, io);
  const plugins = await loadPlugins(config, io, report);
  const all = [...plugins.map(({recipe}) => recipe), ...recipes];
  const resolved = resolve(config, report, {
    mode: 'late-bound',
    ...giving(all),
    alsoRead: settingSections.map(({name}) => name),
  });
  const settings = readSettings(resolved.sections, report, {
    cfgcVersion: version,
    entryName: config.entry.name,
    macros: macroNames(config),
  });
  learn({profile: settings.profile});
  const parts = partsOf(resolved);
  const folders = sourceFolders(resolved, parts, settings.profile, report);
  // Few profiles have any: the others don't load what reads them.
  const developed =
    folders.length === 0
      ? []
      : await (await import('./compile-developed.js')).readDeveloped(folders, io, report, checkoutWords(request));
  const context: RuleContext = {
    settings,
    report,
    parts,
    section: (name) => resolved.sections.get(name),
    sections: new Map([...resolved.sections].filter(([name]) => resolved.touched?.has(name) ?? true)),
    config,
    facts: {
      dirtyGitFiles: settings.profile === 'prod' ? await dirty : [],
      ignoredExtensions: request.ignoredExtensions,
      mappedUrls: new Set(request.map.keys()),
      developed: new Set(developed.map(({name}) => name)),
    },
  };
  check(context);
  const foreign = new Map(plugins.map(({name, sha256}) => [name, sha256]));
  return {...read, config, resolved, settings, context, plugins, foreign, developed};
}

/** lower, with the files that recipes ask for. */
export async function planRelease(
  checked: CheckedProfile,
  io: Io,
  report: Report,
  request: Request,
): Promise<ReleasePlan> {
  const {resolved, settings} = checked;
  const extra = checked.plugins.map(({recipe}) => recipe);
  const {inputs, sources} = await readInputs(wantedInputs(resolved, settings, extra), checked, io, request);
  const read = [
    ...checked.config.sources.map(({name, text}) => ({name, sha256: sha256(text)})),
    ...checked.plugins.map((plugin) => ({name: plugin.name.replace(/^\.\//, ''), sha256: plugin.sha256})),
    ...sources,
  ];
  const once = [...new Map(read.map((source) => [source.name, source])).values()];
  return lower(resolved, settings, inputs, once, report, extra, checked.developed);
}

/** The lock's path: `pylock.prod.toml` beside the profile `prod.cfg`. */
export function lockPath(config: Config): string {
  const name = basename(config.entry.path).replace(/\.cfg$/, '');
  return join(dirname(config.entry.path), `pylock.${name}.toml`);
}

/** lock: the one that is there where it is fresh, else a new one, which is written. */
export async function lockRelease(
  plan: ReleasePlan,
  checked: CheckedProfile,
  io: Io,
  report: Report,
  mode: 'use' | 'locked' | 'update',
  request?: Pick<Request, 'remoteStore'>,
): Promise<Lock | undefined> {
  const [{lockPlan}, {readPins}] = await Promise.all([import('./lock/lock.js'), import('./lock/pins.js')]);
  const path = lockPath(checked.config);
  const before = await io.readFile(path).catch((error: unknown) => {
    report({
      kind: badLock,
      message: `\`${basename(path)}\` can't be read: ${faultOfFile(error)}`,
      hint: 'look at what lies there, and move it away',
    });
    return null;
  });
  if (before === null) return undefined;
  const answer = await lockPlan(
    {
      plan,
      pins: readPins(checked.resolved),
      sources: checked.config.sources,
      remote: Object.fromEntries([...checked.graph.remote, ...checked.foreign]),
      remoteFacts: (url, sha256) => remoteFacts(url, sha256, checked.graph, io, request?.remoteStore),
      name: basename(path),
      ...(before && {text: Buffer.from(before).toString()}),
      mode,
    },
    io,
    report,
  );
  // A release is never made from a lock that is not on the disk.
  if (answer?.text !== undefined && !(await writeText(path, answer.text, io, report))) return undefined;
  return answer?.lock;
}

async function remoteFacts(
  url: string,
  lockedSha256: string,
  {files, edges}: Graph,
  io: Io,
  folder: string | undefined,
): Promise<RemoteFacts> {
  const file = files.find(({source}) => source.name === url);
  const edge = edges.find(({to}) => to.name === url);
  const before = folder === undefined ? undefined : await new RemoteStore(io, folder).content(lockedSha256);
  return {
    ...(edge && {span: edge.span}),
    ...(file && {now: file.source.text}),
    ...(before && {before: Buffer.from(before).toString()}),
  };
}

/** Sections that others take as macros. */
function macroNames(config: Config): ReadonlySet<string> {
  const names = [...config.sections.values()].flatMap(({options}) => options.get('<')?.raw.split('\n') ?? []);
  return new Set(names.map((name) => name.trim()));
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** What a part's recipe sets on it when buildout constructs it. */
function giving(all: readonly RecipeLowering[]): Required<Pick<ResolveOptions, 'gives' | 'givesOther'>> {
  return {
    gives: (section) => givenOptions(partView(section), all),
    givesOther: (section, option) => givenOther(partView(section), option, all),
  };
}

/** A profile without plugins does not pay for what runs them. */
async function loadPlugins(config: Config, io: Io, report: Report): Promise<readonly Plugin[]> {
  if (!config.sections.get('release')?.options.has('plugins')) return [];
  const {readPlugins} = await import('./plugin/read-plugins.js');
  return readPlugins(config, io, report);
}

function partsOf(resolved: Resolved): readonly Part[] {
  return resolved.parts
    .map((name) => resolved.sections.get(name))
    .filter((section): section is ResolvedSection => section?.options.has('recipe') === true)
    .map((section) => partView(section));
}

async function gitFacts(config: Config, request: Request, io: Io): Promise<readonly string[]> {
  const local = config.sources.map(({path}) => path).filter(isAbsolute);
  const ignored = [...(request.outputs ?? []), lockPath(config)];
  return isAbsolute(config.entry.path) ? dirtyFiles(dirname(config.entry.path), local, ignored, io) : [];
}

/** Reads what recipes want to read: files of the profile's folder, and URLs. What is not there is left out: lower reports it. */
async function readInputs(
  wanted: readonly Text[],
  {config, foreign}: CheckedProfile,
  io: Io,
  request: Request,
): Promise<{readonly inputs: InputFiles; readonly sources: readonly PlanSource[]}> {
  const folder = dirname(config.entry.path);
  const inputs = new Map<string, InputFile>();
  const sources: PlanSource[] = [];
  await Promise.all(
    wanted.map(async (path) => {
      const shown = show(path);
      const local = resolvePath(folder, shown.replace(/^\{directory\}\/?/, './'));
      const input = isUrl(shown) ? await readUrl(shown, io, request) : await readLocal(local, io);
      if (!input) return;
      const digest = sha256(input.bytes);
      if (isUrl(shown)) foreign.set(shownUrl(shown), digest);
      const {bytes, ...rest} = input;
      inputs.set(shown, {text: Buffer.from(bytes).toString(), ...rest});
      sources.push({name: isUrl(shown) ? shownUrl(shown) : fromFolder(local, folder), sha256: digest});
    }),
  );
  return {inputs, sources: sources.sort((a, b) => (a.name < b.name ? -1 : 1))};
}

function fromFolder(path: string, folder: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

interface Input {
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

async function readLocal(path: string, io: Io): Promise<Input | undefined> {
  try {
    const bytes = await io.readFile(path);
    return bytes && {bytes, executable: (await io.isExecutable?.(path)) ?? false};
  } catch {
    return undefined;
  }
}

async function readUrl(url: string, io: Io, request: Request): Promise<Input | undefined> {
  const mapped = request.map.get(url);
  if (mapped !== undefined) return readLocal(resolvePath(request.workingDirectory, mapped), io);
  if (request.offline) return undefined;
  try {
    const {status, body} = await io.fetch(url, {timeoutMs: 30_000});
    return status === 200 ? {bytes: body} : undefined;
  } catch {
    return undefined;
  }
}

import {eq, valid} from '@renovatebot/pep440';
import type {Report} from '../diagnostics/diagnostic.js';
import type {Io} from '../io.js';
import type {Lock, LockedPackage} from '../model/lock.js';
import type {Origin, ReleasePlan} from '../model/release-plan.js';
import type {Source, Span} from '../model/source.js';
import {canonicalName, readRequirement} from '../util/distribution-name.js';
import {firstFew} from '../util/few.js';
import {lineDiff} from '../util/line-diff.js';
import {lastSpan, within} from '../util/option-span.js';
import {isUrl} from '../util/path.js';
import {show} from '../util/text.js';
import {hashDownloads} from './downloads.js';
import {inputDigest, type LockInputs, lockInputs} from './inputs.js';
import {
  badLock,
  indexFailed,
  noUv,
  noWheel,
  remoteChanged,
  staleLock,
  unknownPlatform,
  unpinnedClosure,
  unsatisfiable,
} from './kinds.js';
import type {Pins} from './pins.js';
import {type LockFile, readPylock, writePylock} from './pylock.js';
import {askUv, findUv, isLockable} from './uv.js';

export interface LockRequest {
  readonly plan: ReleasePlan;
  readonly pins: Pins;
  /** Every file of the profile: for places in messages. */
  readonly sources: readonly Source[];
  /** What came from a URL: URL to SHA-256. */
  readonly remote: Readonly<Record<string, string>>;
  /** What a message about a changed one can show; asked for only then. */
  readonly remoteFacts?: (url: string, lockedSha256: string) => Promise<RemoteFacts>;
  /** The lock that is there: how to name it, and its text; undefined text where there is none. */
  readonly name: string;
  readonly text?: string;
  /**
   * `use`: the lock is used where it is fresh, and made where it is not. `locked`: what is not fresh is an error.
   * `update`: as `use`, and remote files and downloads that changed are taken as they are now.
   */
  readonly mode: 'use' | 'locked' | 'update';
}

/** A file at a URL that is not what the lock knows. */
export interface RemoteFacts {
  /** Where it is extended. */
  readonly span?: Span;
  readonly now?: string;
  /** The text that the lock knows, where this machine has seen it. */
  readonly before?: string;
}

/** What is needed to ask uv, and to say where a refusal comes from. */
export type LockPlaces = Pick<LockRequest, 'pins' | 'sources' | 'name'>;

export interface LockAnswer {
  readonly lock: Lock;
  /** The lock's new text, where it must be written. */
  readonly text?: string;
}

/**
 * The lock of a plan: the one that is there if it is fresh, which takes no network, no Python and no uv; else a new one.
 * @returns undefined where there is none (reported)
 */
export async function lockPlan(request: LockRequest, io: Io, report: Report): Promise<LockAnswer | undefined> {
  const inputs = lockInputs(request.plan);
  const before = request.text === undefined ? undefined : readPylock(request.text);
  if (before && 'wrong' in before) {
    report({
      kind: badLock,
      message: `\`${request.name}\` can't be read: ${before.wrong}`,
      hint: 'restore it, or delete it and run `cfgc lock`',
    });
    return undefined;
  }
  if (before && request.mode !== 'update' && (await changedRemotely(before.lock, request, report))) return undefined;
  const reasons = before ? whyStale(before, inputs, request) : ['there is no lock yet'];
  if (before && reasons.length === 0 && request.mode !== 'update') return {lock: before.lock};
  if (request.mode === 'locked') {
    report({
      kind: staleLock,
      message: before ? `\`${request.name}\` is not fresh` : `\`${request.name}\` is missing`,
      notes: before ? reasons : [],
      hint: 'run `cfgc lock` without --locked, and commit the lock',
    });
    return undefined;
  }
  const lock = await makeLock(inputs, before?.lock, request, io, report);
  if (!lock) return undefined;
  const text = writePylock({
    lock,
    target: inputs.target,
    requirements: inputs.requirements.map(({text}) => text).sort(),
  });
  return text === request.text ? {lock} : {lock, text};
}

async function changedRemotely(lock: Lock, request: LockRequest, report: Report): Promise<boolean> {
  let changed = false;
  for (const [url, sha256] of Object.entries(request.remote)) {
    const locked = lock.remote[url];
    // A plugin is a file of the profile's own: a changed one makes the lock stale, like each change of the configs.
    if (locked === undefined || locked === sha256 || !isUrl(url)) continue;
    changed = true;
    const {span, now, before} = (await request.remoteFacts?.(url, locked)) ?? {};
    report({
      kind: remoteChanged,
      message: `\`${url}\` is not the file that \`${request.name}\` knows`,
      ...(span && {primary: {span, text: 'it changed since the lock was made'}}),
      notes: [`SHA-256 in the lock: ${locked}`, `SHA-256 now: ${sha256}`, ...difference(before, now)],
      hint: 'look at what changed, then run `cfgc lock --update`; `cfgc vendor` makes copies that nobody else can change',
    });
  }
  return changed;
}

function difference(before: string | undefined, now: string | undefined): readonly string[] {
  if (now === undefined) return [];
  if (before === undefined) return ['this machine never saw the file of the lock, so what changed is not shown'];
  return [['what changed:', ...lineDiff(before, now)].join('\n')];
}

/** Why a lock does not fit what it would be made from; empty where it is fresh. */
function whyStale(before: LockFile, inputs: LockInputs, {pins, remote}: LockRequest): string[] {
  const {lock, target, requirements} = before;
  const reasons: string[] = [];
  for (const key of ['python', 'implementation', 'platform'] as const) {
    if (target[key] !== inputs.target[key])
      reasons.push(`the target's ${key} was \`${target[key]}\`, and is \`${inputs.target[key]}\``);
  }
  const wanted = new Set(inputs.requirements.map(({text}) => text));
  for (const text of wanted) if (!requirements.includes(text)) reasons.push(`\`${text}\` is required now`);
  for (const text of requirements) if (!wanted.has(text)) reasons.push(`\`${text}\` is not required any more`);
  const exact = exactRoots(inputs);
  for (const {name, version} of [...lock.packages, ...lock.supervisor, ...lock.tools, ...lock.bridge]) {
    const pin = pins.get(name);
    const pinned = pin?.version ?? exact.get(name);
    if (pinned === undefined) reasons.push(`\`${name}\` is not pinned any more`);
    else if (!sameVersion(pinned, version))
      reasons.push(`\`${name}\` is locked at ${version}, and pinned to ${pinned}`);
  }
  for (const [url, sha256] of Object.entries(remote)) {
    if (!(url in lock.remote)) reasons.push(`\`${url}\` is read now`);
    else if (lock.remote[url] !== sha256) reasons.push(`\`${url}\` changed`);
  }
  for (const url of Object.keys(lock.remote)) if (!(url in remote)) reasons.push(`\`${url}\` is not read any more`);
  for (const url of inputs.downloads.keys()) if (!(url in lock.downloads)) reasons.push(`\`${url}\` is downloaded now`);
  for (const url of Object.keys(lock.downloads))
    if (!inputs.downloads.has(url)) reasons.push(`\`${url}\` is not downloaded any more`);
  if (reasons.length === 0 && lock.inputDigest !== inputDigest(inputs, pins, lock)) {
    reasons.push(
      'it was made for other settings (exclusions, build-from-source, supervisor, installer, develop eggs), or edited by hand',
    );
  }
  return reasons;
}

async function makeLock(
  inputs: LockInputs,
  before: Lock | undefined,
  request: LockRequest,
  io: Io,
  report: Report,
): Promise<Lock | undefined> {
  if (!checkPlatform(inputs, report)) return undefined;
  const known = request.mode === 'update' ? {} : (before?.downloads ?? {});
  const downloads = await hashDownloads(inputs.downloads, known, io, report, (url) => {
    const entry = request.plan.entries.find((each) => 'url' in each && each.url === url);
    return entry && originSpan(entry.origin, url, request.sources);
  });
  const asked = inputs.requirements.length + inputs.supervisor.length + inputs.tools.length + inputs.bridge.length > 0;
  const uv = asked ? await uvOrReport(request, io, report) : '';
  if (uv === undefined) return undefined;
  const closures: LockedPackage[][] = [];
  const boxes = [
    mainBox(inputs),
    {requirements: inputs.supervisor, exclude: []},
    {requirements: inputs.tools, exclude: []},
    {requirements: inputs.bridge, exclude: []},
  ];
  for (const box of boxes) {
    const packages = box.requirements.length === 0 ? [] : await closure(uv, box, inputs, request, io, report);
    if (!packages) return undefined;
    closures.push([...packages]);
  }
  const [packages, supervisor, tools, bridge] = closures as [
    LockedPackage[],
    LockedPackage[],
    LockedPackage[],
    LockedPackage[],
  ];
  const all = [...packages, ...supervisor, ...tools, ...bridge];
  if (reportUnpinned(all, inputs, request, report) || reportWheelless(all, inputs, request, report)) return undefined;
  if (!downloads) return undefined;
  return {
    requiresPython: `==${inputs.target.python}.*`,
    packages,
    inputDigest: inputDigest(inputs, request.pins, {packages, supervisor, tools, bridge}),
    remote: request.remote,
    downloads,
    supervisor,
    tools,
    bridge,
  };
}

/**
 * The closure of the release's roots at the pins that are there; what no pin covers is picked.
 * @returns undefined where it can't be had (reported)
 */
export async function resolveInputs(
  inputs: LockInputs,
  places: LockPlaces,
  io: Io,
  report: Report,
): Promise<readonly LockedPackage[] | undefined> {
  if (!checkPlatform(inputs, report)) return undefined;
  const uv = await uvOrReport(places, io, report);
  return uv === undefined ? undefined : closure(uv, mainBox(inputs), inputs, places, io, report);
}

function mainBox(inputs: LockInputs) {
  const there = inputs.editable.filter(({metadata}) => metadata !== '');
  const absent = inputs.editable.filter(({metadata}) => metadata === '').map(({name}) => name);
  return {
    requirements: [
      ...there.map(({path}) => `-e ${show(path)}`),
      ...inputs.requirements.filter(({name}) => !absent.includes(name)).map(({text}) => text),
    ],
    // What is not there yet has no version that an index could know.
    exclude: [...inputs.exclude, ...absent],
  };
}

function checkPlatform({target}: LockInputs, report: Report): boolean {
  const fine = isLockable(target);
  if (!fine)
    report({
      kind: unknownPlatform,
      message: `no lock can be made for the platform \`${target.platform}\``,
      hint: 'write `platform = linux-x86_64` under [release], or another one of `cfgc explain CFG610`',
    });
  return fine;
}

async function uvOrReport({name}: LockPlaces, io: Io, report: Report): Promise<string | undefined> {
  const uv = await findUv(io);
  if (uv === undefined) {
    report({
      kind: noUv,
      message: `there is no uv, which finds out what \`${name}\` has to hold`,
      hint: 'install uv (pip install uv), or name one: CFGC_UV=/path/to/uv',
    });
  }
  return uv;
}

async function closure(
  uv: string,
  box: {readonly requirements: readonly string[]; readonly exclude: readonly string[]},
  inputs: LockInputs,
  request: LockPlaces,
  io: Io,
  report: Report,
): Promise<readonly LockedPackage[] | undefined> {
  const {target, buildFromSource} = inputs;
  const developed = new Set(inputs.editable.map(({name}) => name));
  const pins = new Map([...request.pins].filter(([name]) => !developed.has(name)));
  const answer = await askUv(uv, {...box, target, buildFromSource, pins}, io);
  switch (answer.outcome) {
    case 'found':
      return answer.packages;
    case 'unsatisfiable': {
      const blamed = mentioned(answer.words.join(' '), request.pins);
      report({
        kind: unsatisfiable,
        message: 'the pins and the eggs do not go together',
        ...labels(blamed, request, inputs),
        notes: answer.words.map((line) => line.replace(/^(error|cause|hint): /, '')),
        ...(blamed.length > 0 && {hint: `change the pin of ${blamed.map((name) => `\`${name}\``).join(' or ')}`}),
      });
      return undefined;
    }
    case 'no-wheel':
      reportNoWheel(answer.names, inputs, request, report);
      return undefined;
    case 'failed':
      report({
        kind: indexFailed,
        message: 'uv could not make the lock',
        notes: answer.words.slice(0, 12),
        hint: 'see to the network or the index that uv is set up to ask (UV_DEFAULT_INDEX, uv.toml), then run it again',
      });
      return undefined;
  }
}

/** Names everything that nothing pins, in one diagnostic. */
function reportUnpinned(
  all: readonly LockedPackage[],
  inputs: LockInputs,
  request: LockPlaces,
  report: Report,
): boolean {
  const exact = exactRoots(inputs);
  const open = [...new Map(all.map((item) => [item.name, item])).values()].filter(
    ({name}) => request.pins.get(name)?.version === undefined && !exact.has(name),
  );
  if (open.length === 0) return false;
  const names = open.map(({name}) => name);
  const why = open.map(({name}) => {
    const parents = all.filter(({dependencies}) => dependencies.includes(name)).map((parent) => `\`${parent.name}\``);
    const roots = inputs.requirements.filter((root) => root.name === name).map(({origin}) => origin.part);
    const range = request.pins.get(name);
    return [
      `\`${name}\``,
      range ? `has the range \`${range.specifier}\`, which is no pin` : 'has no pin',
      parents.length > 0 ? `and is needed by ${parents.slice(0, 3).join(', ')}` : '',
      parents.length === 0 && roots[0] ? `and is needed by part \`${roots[0]}\`` : '',
    ]
      .filter((words) => words !== '')
      .join(' ');
  });
  report({
    kind: unpinnedClosure,
    message: names.length === 1 ? `\`${names[0]}\` is not pinned` : `${names.length} distributions are not pinned`,
    ...labels(names, request, inputs),
    notes: firstFew(why, 20),
    hint: `add under [versions]:\n${open.map(({name, version}) => `${name} = ${version}`).join('\n')}`,
  });
  return true;
}

function reportWheelless(
  all: readonly LockedPackage[],
  inputs: LockInputs,
  request: LockPlaces,
  report: Report,
): boolean {
  const names = all.filter(({wheels, sdist}) => wheels.length === 0 && !sdist).map(({name}) => name);
  if (names.length > 0) reportNoWheel(names, inputs, request, report);
  return names.length > 0;
}

function reportNoWheel(names: readonly string[], inputs: LockInputs, request: LockPlaces, report: Report): void {
  const {python, platform} = inputs.target;
  for (const name of names) {
    const version = request.pins.get(name)?.version;
    report({
      kind: noWheel,
      message: `\`${name}\`${version ? ` ${version}` : ''} has no wheel for Python ${python} on ${platform}`,
      ...labels([name], request, inputs),
      hint: `write \`build-from-source = ${name}\` under [release], or build a wheel of it for your index`,
    });
  }
}

/** Pins that uv's words name as `name==version`: those that stand in the way. */
function mentioned(words: string, pins: Pins): string[] {
  const found = [...words.matchAll(/([\w.-]+)(?:\[[^\]]*\])?==([\w.!+-]+)/g)];
  const names = found.filter(([, name, version]) => {
    const pinned = pins.get(canonicalName(name!))?.version;
    return pinned !== undefined && sameVersion(pinned, version!.replace(/\.$/, ''));
  });
  return [...new Set(names.map(([, name]) => canonicalName(name!)))];
}

/** Where names stand: a pin, else the requirement that asks for it. */
function labels(names: readonly string[], request: LockPlaces, inputs: LockInputs) {
  const found: {span: Span; text: string}[] = [];
  for (const name of names) {
    const pin = request.pins.get(name);
    const root = inputs.requirements.find((requirement) => requirement.name === name);
    const span = pin ? lastSpan(pin.option) : root && requirementSpan(root, request.sources);
    // What recipes ask for on their own stands where their part does.
    const known = found.some((label) => span && label.span.start === span.start && label.span.source === span.source);
    if (span && !known)
      found.push({span, text: pin ? `pinned here` : `required by part \`${root?.origin.part ?? ''}\``});
  }
  const [primary, ...secondary] = found;
  return primary ? {primary, ...(secondary.length > 0 && {secondary: secondary.slice(0, 5)})} : {};
}

function requirementSpan(
  {text, origin}: LockInputs['requirements'][number],
  sources: readonly Source[],
): Span | undefined {
  return originSpan(origin, readRequirement(text)?.name ?? text, sources);
}

/** The place of what a part names: the first line at or below its origin that has it. */
function originSpan(origin: Origin, needle: string, sources: readonly Source[]): Span | undefined {
  const source = sources.find(({name}) => name === origin.file);
  if (!source) return undefined;
  const start = source.text.split('\n', origin.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const rest = {source, start, end: source.text.length};
  const line = source.text.indexOf('\n', start);
  return within(rest, needle) ?? {source, start, end: line < 0 ? source.text.length : line};
}

/** Roots that name one version themselves (`Flask==3.1.3`): nothing is picked there. */
function exactRoots(inputs: LockInputs): Map<string, string> {
  const exact = new Map<string, string>();
  for (const line of [
    ...inputs.requirements.map(({text}) => text),
    ...inputs.supervisor,
    ...inputs.tools,
    ...inputs.bridge,
  ]) {
    const requirement = readRequirement(line);
    if (requirement?.exact !== undefined) exact.set(canonicalName(requirement.name), requirement.exact);
  }
  return exact;
}

/** PEP 440 takes 1.0 and 1.0.0, and 6.0.0rc1 and 6.0.0-RC1, for one version; uv writes versions its own way. */
function sameVersion(a: string, b: string): boolean {
  return a === b || (valid(a) !== null && valid(b) !== null && eq(a, b));
}

/** load → parse → merge: all files of a profile as one configuration. What needs no more does not load the rest. */
import type {Diagnostic, Profile, Report} from './diagnostics/diagnostic.js';
import type {Io} from './io.js';
import {load} from './load/load.js';
import {merge} from './merge/merge.js';
import type {Config} from './model/config.js';
import type {Assignment, Graph} from './model/graph.js';
import type {Target} from './model/settings.js';
import {parseCfg} from './parse/parse.js';
import {defaultTarget, readTarget} from './settings/target.js';

/** What is asked for: a profile, and how to read it. */
export interface Request {
  readonly file: string;
  readonly assignments: readonly Assignment[];
  /** Conditions that the user answered. */
  readonly assume: ReadonlyMap<string, boolean>;
  /** URL to the path of a file that stands in for it. */
  readonly map: ReadonlyMap<string, string>;
  readonly offline: boolean;
  readonly userDefaults: boolean;
  readonly locked: boolean;
  readonly ignoredExtensions: readonly string[];
  readonly allowDirty: boolean;
  readonly workingDirectory: string;
  readonly home: string;
  /** The folder in which files at URLs are kept; without it nothing is kept. */
  readonly remoteStore?: string;
  /** What `${buildout:executable}` is in literal mode where no file says. */
  readonly executable: string;
  /** Absolute paths that are written: a changed one makes no tree dirty. */
  readonly outputs?: readonly string[];
}

/** Told what messages need as soon as it is known: which file extends which, and the profile that decides severities. */
export type Learn = (facts: {readonly files?: Graph; readonly profile?: Profile}) => void;

/** A profile with all its files as one configuration. */
export interface ReadProfile {
  readonly config: Config;
  readonly graph: Graph;
  /** What its conditions were decided for. */
  readonly target: Target;
}

/**
 * load, parse, merge.
 * The target decides conditions and stands in the files that have them: where it is not the one that was guessed, and there
 * are conditions, everything is read a second time, from memory.
 */
export async function readProfile(
  request: Request,
  io: Io,
  report: Report,
  learn: Learn = () => {},
): Promise<ReadProfile | undefined> {
  const remembered = remember(io);
  const first = await readFor(defaultTarget, request, remembered);
  const target = readTarget(first.config);
  const same = (['python', 'implementation', 'platform'] as const).every((key) => target[key] === defaultTarget[key]);
  const last =
    same || (first.config.conditions ?? []).length === 0 ? first : await readFor(target, request, remembered);
  learn({files: last.graph});
  last.found.forEach(report);
  return last.graph.entry && {config: last.config, graph: last.graph, target};
}

interface Pass {
  readonly graph: Graph;
  readonly config: Config;
  readonly found: readonly Diagnostic[];
}

async function readFor(target: Target, request: Request, io: Io): Promise<Pass> {
  const found: Diagnostic[] = [];
  const report: Report = (diagnostic) => {
    found.push(diagnostic);
  };
  const graph = await load(request.file, io, report, {
    parse: (source, to) => parseCfg(source, target, to, request.assume),
    commandLine: request.assignments,
    userDefaults: request.userDefaults,
    workingDirectory: request.workingDirectory,
    home: request.home,
    offline: request.offline,
    map: request.map,
    ...(request.remoteStore !== undefined && {store: request.remoteStore}),
  });
  return {graph, config: merge(graph, report, {executable: request.executable}), found};
}

/** An Io that reads and fetches everything once. */
function remember(io: Io): Io {
  const files = new Map<string, ReturnType<Io['readFile']>>();
  const urls = new Map<string, ReturnType<Io['fetch']>>();
  const once = <T>(known: Map<string, T>, key: string, ask: () => T): T => {
    const answer = known.get(key) ?? ask();
    known.set(key, answer);
    return answer;
  };
  return {
    ...io,
    readFile: (path) => once(files, path, () => io.readFile(path)),
    fetch: (url, options) => once(urls, url, () => io.fetch(url, options)),
  };
}

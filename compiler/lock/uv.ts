import {parse} from 'smol-toml';
import type {Io} from '../io.js';
import type {LockedFile, LockedPackage} from '../model/lock.js';
import type {Target} from '../model/settings.js';
import {canonicalName} from '../util/distribution-name.js';
import type {Pins} from './pins.js';
import {isTable, tables, text} from './toml.js';

/** What uv is asked: roots and pins, for one target. */
export interface UvRequest {
  readonly target: Target;
  /** Requirement lines; a line may be `-e FOLDER`. */
  readonly requirements: readonly string[];
  readonly pins: Pins;
  readonly exclude: readonly string[];
  readonly buildFromSource: readonly string[];
}

export type UvAnswer =
  | {readonly outcome: 'found'; readonly packages: readonly LockedPackage[]}
  /** The versions don't go together, or one of them does not exist. */
  | {readonly outcome: 'unsatisfiable'; readonly words: readonly string[]}
  /** Canonical names of what has no wheel. */
  | {readonly outcome: 'no-wheel'; readonly names: readonly string[]; readonly words: readonly string[]}
  | {readonly outcome: 'failed'; readonly words: readonly string[]};

/**
 * uv's names of the platforms that a release can be locked for. On Linux the newest glibc is assumed here, so that every
 * wheel of the platform is in the lock: which of them a host can take, its installer decides and preflight checks.
 */
const platforms: Readonly<Record<string, string>> = {
  'linux-x86_64': 'x86_64-manylinux_2_40',
  'linux-aarch64': 'aarch64-manylinux_2_40',
  'macosx-x86_64': 'x86_64-apple-darwin',
  'macosx-arm64': 'aarch64-apple-darwin',
  'win32-x86_64': 'x86_64-pc-windows-msvc',
};

export function isLockable(target: Target): boolean {
  return target.platform in platforms;
}

/** The uv of CFGC_UV, else of the PATH, else of ~/.local/bin; undefined where none of them runs. */
export async function findUv(io: Io): Promise<string | undefined> {
  const named = io.env.CFGC_UV;
  const home = io.env.HOME;
  for (const uv of named ? [named] : ['uv', ...(home ? [`${home}/.local/bin/uv`] : [])]) {
    try {
      if ((await io.run([uv, '--version'], {})).status === 0) return uv;
    } catch {
      // Not there, or no program: the next one.
    }
  }
  return undefined;
}

/** Asks uv for the closure of the requirements, each file with its hash, and who needs what. */
export function askUv(uv: string, request: UvRequest, io: Io): Promise<UvAnswer> {
  const files = {
    'constraints.txt': [...request.pins].map(([name, pin]) => `${name}${pin.specifier}\n`).join(''),
    // A marker that never holds takes a distribution out of the closure, and with it what only it needs.
    'overrides.txt': request.exclude.map((name) => `${name} ; python_version < "0"\n`).join(''),
  };
  return io.withFolder(files, async (folder) => {
    const common = [uv, 'pip', 'compile', '-', '--no-header', '--no-python-downloads', '--color', 'never'];
    common.push('--quiet', '--constraints', 'constraints.txt', '--overrides', 'overrides.txt');
    common.push('--python-version', request.target.python);
    common.push('--python-platform', platforms[request.target.platform]!);
    if (request.target.implementation === 'pypy') common.push('--python', `pypy${request.target.python}`);
    if (request.buildFromSource.length === 0) common.push('--no-build');
    else {
      for (const name of request.pins.keys())
        if (!request.buildFromSource.includes(name)) common.push('--only-binary', name);
    }
    const options = {cwd: folder, input: `${request.requirements.join('\n')}\n`};
    const files = await io.run([...common, '--format', 'pylock.toml', '--generate-hashes'], options);
    if (files.status !== 0) return refusal(files.status, files.stderr);
    const graph = await io.run([...common, '--annotation-style', 'line'], options);
    if (graph.status !== 0) return refusal(graph.status, graph.stderr);
    return {
      outcome: 'found',
      packages: readPackages(files.stdout, dependencies(graph.stdout), request.buildFromSource),
    };
  });
}

/** What uv's `pylock.toml` lists. A folder that is installed in place has no files, and is left out. */
function readPackages(
  toml: string,
  needs: ReadonlyMap<string, readonly string[]>,
  buildFromSource: readonly string[],
): LockedPackage[] {
  return tables(parse(toml).packages)
    .filter((item) => !isTable(item.directory))
    .map((item) => {
      const name = canonicalName(text(item.name));
      const sdist = isTable(item.sdist) && buildFromSource.includes(name) ? readFile(item.sdist) : undefined;
      return {
        name,
        version: text(item.version),
        ...(typeof item.marker === 'string' && {marker: item.marker}),
        wheels: tables(item.wheels)
          .map(readFile)
          .sort((a, b) => (a.filename < b.filename ? -1 : 1)),
        ...(sdist && {sdist}),
        dependencies: needs.get(name) ?? [],
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readFile(file: Record<string, unknown>): LockedFile {
  const where = text(file.name) || decodeURIComponent(new URL(text(file.url), 'file:///').pathname);
  return {
    filename: where.slice(where.lastIndexOf('/') + 1),
    sha256: isTable(file.hashes) ? text(file.hashes.sha256) : '',
    ...(typeof file.size === 'number' && {size: file.size}),
  };
}

/** Who needs what, from lines `werkzeug==3.1.9  # via flask, -r -`: names what each distribution needs. */
function dependencies(lines: string): Map<string, string[]> {
  const needs = new Map<string, string[]>();
  const found = [...lines.matchAll(/^([\w.-]+)(?:\[[^\]]*\])?==[^#\n]*# via (.*)$/gm)];
  for (const [, name, via] of found) {
    for (const parent of via!.split(',').map((word) => word.trim())) {
      if (!/^[\w.-]+(\[.*\])?$/.test(parent) || parent.startsWith('-')) continue;
      const key = canonicalName(parent.replace(/\[.*/, ''));
      const list = needs.get(key) ?? [];
      if (!list.includes(name!)) list.push(name!);
      needs.set(key, list.sort());
    }
  }
  return needs;
}

/** What a refusal of uv was about. Status 1 says that there is no solution, any other one that uv could not work. */
function refusal(status: number, stderr: string): UvAnswer {
  const words = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const names = [...stderr.matchAll(/Wheels are required for `([^`]+)` because/g)].map(([, name]) =>
    canonicalName(name!),
  );
  if (names.length > 0) return {outcome: 'no-wheel', names: [...new Set(names)], words};
  return {outcome: status === 1 && /No solution found/.test(stderr) ? 'unsatisfiable' : 'failed', words};
}

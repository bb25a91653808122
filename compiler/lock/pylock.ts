import {parse} from 'smol-toml';
import type {Lock, LockedFile, LockedPackage} from '../model/lock.js';
import type {Target} from '../model/settings.js';
import {isTable, quoted, stringTable, tables, text} from './toml.js';

/** A lock as it is kept in a file, with what it was made from, for a message that says what changed since. */
export interface LockFile {
  readonly lock: Lock;
  readonly target: Target;
  readonly requirements: readonly string[];
}

/** Where an installer that reads the lock directly looks for a file: beside the lock. */
const wheelhouse = 'wheelhouse';

/**
 * The lock as text: PEP 751, and cfgc's own facts in `[tool.cfgc]`. One line a file, so that a new pin is a small diff.
 * Files have a path below `wheelhouse/` and no URL. PEP 751 wants one of the two, and a URL would tie the release to the
 * host that one index happens to serve its files from. `release.sh` asks the host's own index by name and version, and
 * the hash decides.
 */
export function writePylock({lock, target, requirements}: LockFile): string {
  const system = target.platform.split('-')[0]!;
  const machine = target.platform.slice(system.length + 1);
  const marker = [
    `python_version == '${target.python}'`,
    `implementation_name == '${target.implementation}'`,
    `sys_platform == '${system === 'macosx' ? 'darwin' : system}'`,
    `platform_machine == '${system === 'win32' && machine === 'x86_64' ? 'AMD64' : machine}'`,
  ].join(' and ');
  const out = [
    '# Made by cfgc from the pins of the profile. To change it, change the pins and run `cfgc lock`.',
    'lock-version = "1.0"',
    `environments = [${quoted(marker)}]`,
    `requires-python = ${quoted(lock.requiresPython)}`,
    'created-by = "cfgc"',
  ];
  for (const item of lock.packages) out.push('', ...packageLines('packages', item));
  if (lock.packages.length === 0) out.splice(5, 0, 'packages = []');
  out.push(
    '',
    '[tool.cfgc]',
    `input-digest = ${quoted(lock.inputDigest)}`,
    `python = ${quoted(target.python)}`,
    `implementation = ${quoted(target.implementation)}`,
    `platform = ${quoted(target.platform)}`,
    'requirements = [',
    ...requirements.map((line) => `    ${quoted(line)},`),
    ']',
  );
  out.push(...stringTableLines('tool.cfgc.remote', lock.remote));
  out.push(...stringTableLines('tool.cfgc.downloads', lock.downloads));
  for (const item of lock.supervisor) out.push('', ...packageLines('tool.cfgc.supervisor', item));
  for (const item of lock.tools) out.push('', ...packageLines('tool.cfgc.tools', item));
  for (const item of lock.bridge) out.push('', ...packageLines('tool.cfgc.bridge', item));
  return `${out.join('\n')}\n`;
}

/**
 * Reads what `writePylock` wrote.
 * @returns the lock, or what is wrong with the text
 */
export function readPylock(source: string): LockFile | {readonly wrong: string} {
  let root: Record<string, unknown>;
  try {
    root = parse(source);
  } catch (error) {
    return {wrong: (error as Error).message.split('\n')[0]!};
  }
  const facts = isTable(root.tool) ? root.tool.cfgc : undefined;
  if (!isTable(facts)) return {wrong: 'it has no table [tool.cfgc]'};
  if (text(root['lock-version']) !== '1.0') return {wrong: 'its lock-version is not 1.0'};
  const [packages, supervisor, tools, bridge] = [root.packages, facts.supervisor, facts.tools, facts.bridge].map(
    (list) => tables(list).map(readPackage),
  );
  const all = [...packages!, ...supervisor!, ...tools!, ...bridge!];
  const hashless = all.find(({wheels, sdist}) =>
    [...wheels, ...(sdist ? [sdist] : [])].some(({sha256}) => !/^[0-9a-f]{64}$/.test(sha256)),
  );
  if (hashless) return {wrong: `\`${hashless.name}\` has a file without a SHA-256`};
  const nameless = all.find(({name, version, wheels, sdist}) => !name || !version || (wheels.length === 0 && !sdist));
  if (nameless) return {wrong: `a package (\`${nameless.name}\`) lacks its name, its version or its files`};
  const implementation = text(facts.implementation) === 'pypy' ? 'pypy' : 'cpython';
  return {
    lock: {
      requiresPython: text(root['requires-python']),
      packages: packages!,
      inputDigest: text(facts['input-digest']),
      remote: stringTable(facts.remote),
      downloads: stringTable(facts.downloads),
      supervisor: supervisor!,
      tools: tools!,
      bridge: bridge!,
    },
    target: {python: text(facts.python), implementation, platform: text(facts.platform)},
    requirements: Array.isArray(facts.requirements) ? facts.requirements.map(text) : [],
  };
}

function packageLines(table: string, item: LockedPackage): string[] {
  const out = [`[[${table}]]`, `name = ${quoted(item.name)}`, `version = ${quoted(item.version)}`];
  if (item.marker !== undefined) out.push(`marker = ${quoted(item.marker)}`);
  if (item.dependencies.length > 0) {
    out.push('dependencies = [', ...item.dependencies.map((name) => `    {name = ${quoted(name)}},`), ']');
  }
  if (item.sdist) out.push(`sdist = ${fileText(item.sdist)}`);
  if (item.wheels.length > 0) out.push('wheels = [', ...item.wheels.map((file) => `    ${fileText(file)},`), ']');
  return out;
}

function fileText({filename, sha256, size}: LockedFile): string {
  const bytes = size === undefined ? '' : `, size = ${size}`;
  const path = `path = ${quoted(`${wheelhouse}/${filename}`)}`;
  return `{name = ${quoted(filename)}, ${path}${bytes}, hashes = {sha256 = ${quoted(sha256)}}}`;
}

function stringTableLines(name: string, table: Readonly<Record<string, string>>): string[] {
  const keys = Object.keys(table).sort();
  return keys.length === 0 ? [] : ['', `[${name}]`, ...keys.map((key) => `${quoted(key)} = ${quoted(table[key]!)}`)];
}

function readPackage(item: Record<string, unknown>): LockedPackage {
  const sdist = isTable(item.sdist) ? readFile(item.sdist) : undefined;
  return {
    name: text(item.name),
    version: text(item.version),
    ...(typeof item.marker === 'string' && {marker: item.marker}),
    wheels: tables(item.wheels).map(readFile),
    ...(sdist && {sdist}),
    dependencies: tables(item.dependencies).map(({name}) => text(name)),
  };
}

function readFile(file: Record<string, unknown>): LockedFile {
  return {
    filename: text(file.name),
    sha256: isTable(file.hashes) ? text(file.hashes.sha256) : '',
    ...(typeof file.size === 'number' && {size: file.size}),
  };
}

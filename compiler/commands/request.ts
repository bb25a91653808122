import {join} from 'node:path';
import type {Assignment} from '../model/graph.js';
import type {Request} from '../read-profile.js';
import {cacheFolder, homeFolder} from '../util/home.js';
import type {CompileOptions, ReadOptions} from './options.js';

/** What a command line asks for, or what is wrong with it: then the exit status is 2. */
export function requestOf(
  file: string,
  words: readonly string[],
  options: ReadOptions & Pick<CompileOptions, 'locked'>,
): Request | {readonly wrong: string} {
  const assignments: Assignment[] = [];
  for (const word of words) {
    const assignment = readAssignment(word);
    if (!assignment) return {wrong: `\`${word}\` is neither an option nor an assignment like section:option=value`};
    assignments.push(assignment);
  }
  const assume = new Map<string, boolean>();
  for (const word of options.assume) {
    const [, condition, answer] = /^(.+?)\s*=\s*(true|false)$/s.exec(word) ?? [];
    if (condition === undefined)
      return {wrong: `\`--assume ${word}\` has no answer: --assume "CONDITION=true", or =false`};
    assume.set(condition.trim(), answer === 'true');
  }
  const map = new Map<string, string>();
  for (const word of options.map) {
    const [, url, path] = /^([a-z]+:\/\/.+?)=([^=]+)$/is.exec(word) ?? [];
    if (url === undefined || path === undefined) return {wrong: `\`--map ${word}\` is not of the form URL=PATH`};
    map.set(url, path);
  }
  const cache = cacheFolder();
  return {
    file,
    assignments,
    assume,
    map,
    offline: options.offline ?? false,
    userDefaults: options.userDefaults ?? false,
    locked: options.locked ?? false,
    ignoredExtensions: options.ignoreExtension,
    allowDirty: options.allowDirty ?? false,
    workingDirectory: process.cwd(),
    home: homeFolder(),
    ...(cache !== undefined && {remoteStore: join(cache, 'cfgc', 'remote')}),
    executable: 'python3',
  };
}

/** `section:option=value`, `option=value` of [buildout], with `+=` and `-=`. Source: zc.buildout 6.0.1, main(). */
function readAssignment(word: string): Assignment | undefined {
  const equals = word.indexOf('=');
  if (equals < 1 || word.startsWith('-')) return undefined;
  const names = word.slice(0, equals).split(':');
  if (names.length > 2) return undefined;
  const [section, option] = names.length === 1 ? ['buildout', names[0]!] : (names as [string, string]);
  if (section.trim() === '' || option.trim() === '') return undefined;
  const [, name, operator] = /^(.*?)\s*([+-]?)$/s.exec(option.trim())!;
  return {
    section: section.trim(),
    option: operator ? `${name} ${operator}` : option.trim(),
    value: word.slice(equals + 1).trim(),
  };
}

/** Says what is wrong with a command line. */
export function usage(message: string): number {
  process.stderr.write(`cfgc: ${message}\nrun \`cfgc --help\` for examples\n`);
  return 2;
}

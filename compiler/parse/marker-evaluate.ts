import {
  compare as compareVersions,
  explain as explainVersion,
  type Pep440Version,
  satisfies,
} from '@renovatebot/pep440';
import type {Marker, MarkerAtom, MarkerItem} from '../../grammar/marker.js';
import {type PrefixValue, PythonError, Undecidable} from '../python/value.js';
import {pythonSpace, strip} from '../util/python-string.js';
import {type Machine, platformNames} from './python-world.js';

/** Whether a marker holds; undefined where that depends on the host. Source: packaging 26.3, markers.py. */
export function evaluateMarker(marker: Marker, machine: Machine, onMicro: () => void): boolean | undefined {
  const groups: (boolean | undefined)[][] = [[evaluateAtom(marker.first, machine, onMicro)]];
  for (const {operator, atom} of marker.rest) {
    if (operator === 'or') groups.push([]);
    groups.at(-1)!.push(evaluateAtom(atom, machine, onMicro));
  }
  const results = groups.map((group) => (group.includes(false) ? false : group.includes(undefined) ? undefined : true));
  return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
}

function evaluateAtom(atom: MarkerAtom, machine: Machine, onMicro: () => void): boolean | undefined {
  if ('first' in atom) return evaluateMarker(atom, machine, onMicro);
  try {
    return evaluateItem(atom, machine, onMicro);
  } catch (error) {
    if (error instanceof Undecidable) return undefined;
    throw error;
  }
}

function evaluateItem({left, operator, right}: MarkerItem, machine: Machine, onMicro: () => void): boolean {
  // With a variable on both sides the right one is its own name, as in packaging.
  const key = 'variable' in left ? left.variable : 'variable' in right ? right.variable : right.value;
  const other = (operand: MarkerItem['left']): string => ('variable' in operand ? operand.variable : operand.value);
  // That two values can't be compared so at all is known, also where one of them is not.
  if ('variable' in left && /^(?:~=|===)$/.test(operator)) {
    const written = other(right);
    if (!versions.has(key) || !isSpecifier(operator, written))
      throw new PythonError('UndefinedComparison', `Undefined '${operator}' on \`${key}\` and '${written}'`);
  }
  const known = environmentValue(key, machine, onMicro);
  if (typeof known !== 'string') {
    const written = 'variable' in left ? other(right) : left.value;
    return comparePrefix(known, operator, written, 'variable' in left);
  }
  const [a, b] = 'variable' in left ? [known, other(right)] : [left.value, known];
  return compare(key === 'extra' ? normalName(a) : a, operator, key === 'extra' ? normalName(b) : b, key);
}

/** A name of which the target tells the beginning, such as `freebsd14`. */
function comparePrefix({known, what}: PrefixValue, operator: string, other: string, isLeft: boolean): boolean {
  switch (operator) {
    case '<':
    case '>':
      return false;
    case 'in':
    case 'not in': {
      if (isLeft ? other.includes(known) : !known.includes(other)) throw new Undecidable(what);
      return (operator === 'in') !== isLeft;
    }
    case '==':
    case '!=':
    case '<=':
    case '>=':
      if (other.startsWith(known)) throw new Undecidable(what);
      return operator === '!=';
    default:
      throw new PythonError('UndefinedComparison', `Undefined '${operator}' on '${known}…' and '${other}'`);
  }
}

const versions = new Set(['implementation_version', 'platform_release', 'python_full_version', 'python_version']);

function compare(left: string, operator: string, right: string, key: string): boolean {
  if (versions.has(key) && isSpecifier(operator, right)) {
    if (operator === '===') return left.toLowerCase() === strip(right).toLowerCase();
    if (operator === '<' || operator === '>') return isVersion(left) && comparesAs(strip(left), operator, strip(right));
    return isVersion(left) && satisfies(strip(left), `${operator}${strip(right)}`, {prereleases: true});
  }
  switch (operator) {
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
    case '==':
    case '<=':
    case '>=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
    case '>':
      return false;
    default:
      throw new PythonError('UndefinedComparison', `Undefined '${operator}' on '${left}' and '${right}'`);
  }
}

/** As packaging has it: `< 3.12` takes no 3.12rc1, and `> 3.11` takes no 3.11.post1 and no 3.11+local. */
function comparesAs(left: string, operator: '<' | '>', right: string): boolean {
  const found = compareVersions(left, right);
  const [own, wanted] = [explainVersion(left), explainVersion(right)];
  if (!own || !wanted || (operator === '<' ? found >= 0 : found <= 0)) return false;
  const same = own.base_version === wanted.base_version || sameRelease(own, wanted);
  if (operator === '<') return !(own.is_prerelease && !wanted.is_prerelease && same);
  return !((own.is_postrelease && !wanted.is_postrelease && same) || (own.local !== null && same));
}

function sameRelease(a: Pep440Version, b: Pep440Version): boolean {
  const plain = ({epoch, release}: Pep440Version): string => `${epoch}!${release.join('.').replace(/(?:\.0)+$/, '')}`;
  return plain(a) === plain(b);
}

function environmentValue(name: string, machine: Machine, onMicro: () => void): string | PrefixValue {
  const {major, minor, micro, implementation} = machine;
  const names = platformNames(machine);
  const cpython = implementation === 'cpython';
  switch (name) {
    case 'python_version':
      return `${major}.${minor}`;
    case 'python_full_version':
      onMicro();
      return `${major}.${minor}.${micro}`;
    case 'implementation_version':
      // PyPy has versions of its own.
      if (!cpython) throw new Undecidable(name);
      onMicro();
      return `${major}.${minor}.${micro}`;
    case 'implementation_name':
      return cpython ? 'cpython' : 'pypy';
    case 'platform_python_implementation':
      return cpython ? 'CPython' : 'PyPy';
    case 'os_name':
      return names.osName;
    case 'platform_machine':
      return names.machine;
    case 'sys_platform':
    case 'platform_system': {
      const found = name === 'sys_platform' ? names.sysPlatform : names.system;
      if (found === undefined) throw new Undecidable(name);
      return found;
    }
    case 'extra':
      return '';
    case 'platform_release':
    case 'platform_version':
      throw new Undecidable(name);
    default:
      throw new PythonError('UndefinedEnvironmentName', `'${name}' is no name of the environment`);
  }
}

function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

const space = `[${pythonSpace}]*`;
const release = `${space}v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)`;
const pre = '(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?';
const post = '(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?';
const dev = '(?:[-_.]?dev[-_.]?[0-9]*)?';
const local = '(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?';
const specifiers: Readonly<Record<string, RegExp>> = {
  '===': new RegExp(`^${space}[^;)${pythonSpace}]*${space}$`),
  '==': new RegExp(`^${release}*(?:\\.\\*|${pre}${post}${dev}${local})${space}$`, 'i'),
  '~=': new RegExp(`^${release}+${pre}${post}${dev}${space}$`, 'i'),
  other: new RegExp(`^${release}*${pre}${post}${dev}${space}$`, 'i'),
};

function isSpecifier(operator: string, version: string): boolean {
  if (operator === 'in' || operator === 'not in') return false;
  return specifiers[operator === '!=' ? '==' : operator in specifiers ? operator : 'other']!.test(version);
}

function isVersion(text: string): boolean {
  return new RegExp(`^${release}*${pre}${post}${dev}${local}${space}$`, 'i').test(text);
}

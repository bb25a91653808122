/** Methods of Python's values that section conditions use. */

import {splitLines, strip, words} from '../util/python-string.js';
import {
  equals,
  type FunctionValue,
  isPrefix,
  isSequence,
  iterate,
  type MatchValue,
  type PrefixValue,
  PythonError,
  tuple,
  typeName,
  Undecidable,
  type Value,
} from './python-value.js';

export function method(object: Value, name: string): FunctionValue {
  const found = methodsOf(object)?.[name];
  if (found) return bound(name, found);
  // Python has more methods than are known here.
  if (knownNames.has(name))
    throw new PythonError('AttributeError', `'${typeName(object)}' object has no attribute '${name}'`);
  throw new Undecidable(`\`.${name}\` of a ${typeName(object)}`);
}

type Method = (args: readonly Value[]) => Value;

function bound(name: string, call: Method): FunctionValue {
  return {
    kind: 'function',
    name,
    call: (args, named) => {
      if (named.size > 0) throw new Undecidable(`\`.${name}(…)\` with names`);
      return call(args);
    },
  };
}

function methodsOf(object: Value): Readonly<Record<string, Method>> | undefined {
  if (typeof object === 'string') return textMethods(object);
  if (isPrefix(object)) return prefixMethods(object);
  if (isSequence(object)) return sequenceMethods(object.items);
  if (typeof object === 'object' && object !== null) {
    if (object.kind === 'dict') return dictMethods(object.entries);
    if (object.kind === 'match') return matchMethods(object);
  }
  return undefined;
}

function textMethods(own: string): Readonly<Record<string, Method>> {
  const affix =
    (test: (text: string) => boolean): Method =>
    ([arg, ...more]) => {
      if (more.length > 0) throw new Undecidable('a text method with more arguments');
      const options = isSequence(arg ?? null) ? iterate(arg!) : [arg ?? null];
      return options.some((each) => test(textOf(each)));
    };
  const strips =
    (left: boolean, right: boolean): Method =>
    ([characters = null]) => {
      if (characters === null)
        return left && right ? strip(own) : left ? strip(`${own}|`).slice(0, -1) : strip(`|${own}`).slice(1);
      const set = new Set(textOf(characters));
      const all = [...own];
      let start = 0;
      let end = all.length;
      while (left && start < end && set.has(all[start]!)) start++;
      while (right && end > start && set.has(all[end - 1]!)) end--;
      return all.slice(start, end).join('');
    };
  return {
    startswith: affix((text) => own.startsWith(text)),
    endswith: affix((text) => own.endsWith(text)),
    lower: () => own.toLowerCase(),
    upper: () => own.toUpperCase(),
    strip: strips(true, true),
    lstrip: strips(true, false),
    rstrip: strips(false, true),
    split: ([separator = null, ...more]) => {
      if (more.length > 0) throw new Undecidable('a split with a limit');
      if (separator === null) return {kind: 'list', items: words(own)};
      if (separator === '') throw new PythonError('ValueError', 'empty separator');
      return {kind: 'list', items: own.split(textOf(separator))};
    },
    splitlines: () => ({kind: 'list', items: splitLines(own)}),
    join: ([items = null]) => iterate(items).map(textOf).join(own),
    replace: ([from = null, to = null, ...more]) => {
      if (more.length > 0 || from === '') throw new Undecidable('such a replacement');
      return own.replaceAll(textOf(from), () => textOf(to));
    },
    find: ([text = null]) =>
      BigInt([...own.slice(0, Math.max(0, own.indexOf(textOf(text))))].length) - (own.includes(textOf(text)) ? 0n : 1n),
    count: ([text = null]) => BigInt(textOf(text) === '' ? [...own].length + 1 : own.split(textOf(text)).length - 1),
    isdigit: () => /^\p{Nd}+$/u.test(own),
    isalpha: () => /^\p{L}+$/u.test(own),
    isspace: () => own !== '' && strip(own) === '',
    partition: ([separator = null]) => {
      const at = own.indexOf(textOf(separator));
      return at < 0
        ? tuple(own, '', '')
        : tuple(own.slice(0, at), textOf(separator), own.slice(at + textOf(separator).length));
    },
  };
}

function prefixMethods({known, what}: PrefixValue): Readonly<Record<string, Method>> {
  return {
    startswith: ([arg = null]) => {
      const options = isSequence(arg) ? iterate(arg).map(textOf) : [textOf(arg)];
      if (options.some((text) => known.startsWith(text))) return true;
      if (options.some((text) => text.startsWith(known))) throw new Undecidable(what);
      return false;
    },
  };
}

function sequenceMethods(items: readonly Value[]): Readonly<Record<string, Method>> {
  return {
    count: ([value = null]) => BigInt(items.filter((each) => equals(each, value)).length),
    index: ([value = null]) => {
      const at = items.findIndex((each) => equals(each, value));
      if (at < 0) throw new PythonError('ValueError', 'the value is not in it');
      return BigInt(at);
    },
  };
}

function dictMethods(entries: readonly (readonly [Value, Value])[]): Readonly<Record<string, Method>> {
  return {
    get: ([key = null, fallback = null]) => entries.find(([own]) => equals(own, key))?.[1] ?? fallback,
    keys: () => ({kind: 'list', items: entries.map(([key]) => key)}),
    values: () => ({kind: 'list', items: entries.map(([, value]) => value)}),
    items: () => ({kind: 'list', items: entries.map(([key, value]) => tuple(key, value))}),
  };
}

function matchMethods({groups, named}: MatchValue): Readonly<Record<string, Method>> {
  return {
    group: ([which = 0n]) => {
      const found = typeof which === 'string' ? named[which] : groups[Number(which)];
      if (found === undefined) throw new PythonError('IndexError', 'no such group');
      return found;
    },
    groups: () => tuple(...groups.slice(1)),
  };
}

const knownNames: ReadonlySet<string> = new Set([
  ...Object.keys(textMethods('')),
  ...Object.keys(sequenceMethods([])),
  ...Object.keys(dictMethods([])),
  ...Object.keys(matchMethods({kind: 'match', groups: [], named: {}})),
]);

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (isPrefix(value)) throw new Undecidable(value.what);
  throw new PythonError('TypeError', `a text is needed, not ${typeName(value)}`);
}

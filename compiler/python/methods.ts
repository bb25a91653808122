/** Methods of Python's values. */
import type {Piece} from '../model/text.js';
import {splitLines, strip, words} from '../util/python-string.js';
import {text} from '../util/text.js';
import {encode} from '../util/text-pattern.js';
import {braceFormat} from './format.js';
import {
  equals,
  type FunctionValue,
  fromText,
  isLate,
  isPrefix,
  isSequence,
  iterate,
  type LateValue,
  lateFault,
  type MappingValue,
  type MatchValue,
  numeric,
  type PrefixValue,
  PythonError,
  textOfValue,
  tuple,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

export function method(object: Value, name: string): FunctionValue {
  const found = methodsOf(object)?.[name];
  if (found) return bound(name, found);
  // Python has more methods than are known here.
  if (knownNames.has(name))
    throw new PythonError('AttributeError', `'${typeName(object)}' object has no attribute '${name}'`);
  throw new Undecidable(`\`.${name}\` of a ${typeName(object)}`);
}

type Method = ((args: readonly Value[]) => Value) | {readonly call: FunctionValue['call']};

function bound(name: string, own: Method): FunctionValue {
  if (typeof own === 'object') return {kind: 'function', name, call: own.call};
  return {
    kind: 'function',
    name,
    call: (args, named) => {
      if (named.size > 0) throw new Undecidable(`\`.${name}(…)\` with names`);
      return own(args);
    },
  };
}

function methodsOf(object: Value): Readonly<Record<string, Method>> | undefined {
  if (typeof object === 'string') return textMethods(object);
  if (isPrefix(object)) return prefixMethods(object);
  if (isLate(object)) return lateMethods(object);
  if (isSequence(object)) return sequenceMethods(object.items);
  if (typeof object === 'object' && object !== null) {
    if (object.kind === 'dict') return dictMethods(object.entries);
    if (object.kind === 'match') return matchMethods(object);
    if (object.kind === 'mapping') return mappingMethods(object);
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
    split: ([separator = null, limit = -1n]) => {
      const most = wholeNumber(limit);
      if (separator === null) {
        if (most >= 0) throw new Undecidable('a split at white space with a limit');
        return {kind: 'list', items: words(own)};
      }
      if (separator === '') throw new PythonError('ValueError', 'empty separator');
      return {kind: 'list', items: splitFrom(own.split(textOf(separator)), textOf(separator), most)};
    },
    rsplit: ([separator = null, limit = -1n]) => {
      if (separator === null) throw new Undecidable('a split at white space from the right');
      if (separator === '') throw new PythonError('ValueError', 'empty separator');
      const most = wholeNumber(limit);
      const all = own.split(textOf(separator));
      if (most < 0 || all.length <= most + 1) return {kind: 'list', items: all};
      const kept = most === 0 ? [] : all.slice(-most);
      return {kind: 'list', items: [all.slice(0, all.length - most).join(textOf(separator)), ...kept]};
    },
    format: {
      call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => braceFormat(own, args, named),
    },
    zfill: ([width = null]) => {
      const [, sign, digits] = /^([-+]?)([\s\S]*)$/.exec(own)!;
      return sign + digits!.padStart(wholeNumber(width) - sign!.length, '0');
    },
    ljust: ([width = null, fill = ' ']) => own.padEnd(wholeNumber(width), textOf(fill)),
    rjust: ([width = null, fill = ' ']) => own.padStart(wholeNumber(width), textOf(fill)),
    capitalize: () => {
      const [head = '', ...rest] = own;
      return head.toUpperCase() + rest.join('').toLowerCase();
    },
    splitlines: () => ({kind: 'list', items: splitLines(own)}),
    join: ([items = null]) => {
      const texts = iterate(items).map((each) => textOfValue(each) ?? textOf(each));
      return fromText(text(...texts.flatMap((each, index) => (index === 0 ? [each] : [own, each]))));
    },
    replace: ([from = null, to = null, ...more]) => {
      if (more.length > 0 || from === '') throw new Undecidable('such a replacement');
      const between = textOfValue(to) ?? textOf(to);
      const chunks = own.split(textOf(from));
      return fromText(text(...chunks.flatMap((each, index) => (index === 0 ? [each] : [between, each]))));
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

/**
 * What can be done with a text that the host completes. A reference counts as one character that is no white space: folders, users
 * and host names have none in them, which the script makes sure of, and lists in options are cut in the same way everywhere.
 */
function lateMethods(value: LateValue): Readonly<Record<string, Method>> {
  const {string, decode} = encode(value.text);
  const decoded = (found: string): Value => fromText(decode(found));
  const list = (items: readonly string[]): Value => ({kind: 'list', items: items.map(decoded)});
  const only =
    (test: (arg: Value) => boolean, answer: Method & ((args: readonly Value[]) => Value)): Method =>
    (args) => {
      if (!args.every(test)) throw lateFault(value);
      return answer(args);
    };
  const absent = (arg: Value): boolean => arg === null;
  const blank = (arg: Value): boolean => arg === null || (typeof arg === 'string' && arg !== '' && strip(arg) === '');
  const [head] = value.text.pieces;
  const tail = value.text.pieces.at(-1);
  const affix =
    (known: Piece | undefined, meets: (whole: string, part: string) => boolean): Method =>
    ([arg = null]) => {
      const part = textOf(arg);
      if (part === '') return true;
      if (typeof known !== 'string') throw lateFault(value);
      if (meets(known, part)) return true;
      if (meets(part, known)) throw lateFault(value);
      return false;
    };
  return {
    strip: only(absent, () => decoded(strip(string))),
    lstrip: only(absent, () => decoded(strip(`${string}|`).slice(0, -1))),
    rstrip: only(absent, () => decoded(strip(`|${string}`).slice(1))),
    splitlines: only(absent, () => list(splitLines(string))),
    split: only(blank, ([separator = null]) =>
      list(separator === null ? words(string) : string.split(separator as string)),
    ),
    startswith: affix(head, (whole, part) => whole.startsWith(part)),
    endswith: affix(tail, (whole, part) => whole.endsWith(part)),
  };
}

function mappingMethods(own: MappingValue): Readonly<Record<string, Method>> {
  return {
    get: ([key = null, fallback = null]) => {
      if (isLate(key)) throw lateFault(key);
      return (typeof key === 'string' ? own.get(key) : undefined) ?? fallback;
    },
    keys: () => ({kind: 'list', items: own.keys()}),
    values: () => ({kind: 'list', items: own.keys().map((key) => own.get(key)!)}),
    items: () => ({kind: 'list', items: own.keys().map((key) => tuple(key, own.get(key)!))}),
  };
}

/** As many pieces as a limit lets be, what is left over joined again in the last. */
function splitFrom(all: readonly string[], separator: string, most: number): string[] {
  return most < 0 || all.length <= most + 1 ? [...all] : [...all.slice(0, most), all.slice(most).join(separator)];
}

function wholeNumber(value: Value): number {
  const own = numeric(value);
  if (typeof own !== 'bigint') throw new PythonError('TypeError', 'a whole number is needed');
  if (own > 10_000n) throw new Undecidable('so large a number');
  return Number(own);
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
  if (isLate(value)) throw lateFault(value);
  throw new PythonError('TypeError', `a text is needed, not ${typeName(value)}`);
}

/** Methods of Python's values. */
import type {Piece} from '../model/text.js';
import {splitLines, strip, words} from '../util/python-string.js';
import {encode} from '../util/text-pattern.js';
import {attributeNames, isListed, isMissing} from './attributes.js';
import {bytesMethods} from './bytes-methods.js';
import type {Language} from './language.js';
import {numberMethods} from './number-methods.js';
import {textMethods, textOf} from './text-methods.js';
import {
  distinct,
  equals,
  type FunctionValue,
  fromText,
  hashed,
  isBytes,
  isComplex,
  isLate,
  isPrefix,
  isSequence,
  type LateValue,
  lateFault,
  type MappingValue,
  type MatchValue,
  type PrefixValue,
  PythonError,
  type SetValue,
  tuple,
  typeName,
  Undecidable,
  unordered,
  type Value,
} from './value.js';

export function method(object: Value, name: string, language: Language): FunctionValue {
  const methods = methodsOf(object, language);
  const found = methods && Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (found) return bound(name, found);
  // Python has more methods than are worked out here.
  if (!hasAttribute(object, name, language))
    throw new PythonError('AttributeError', `'${typeName(object)}' object has no attribute '${name}'`);
  throw new Undecidable(`\`.${name}\` of a ${typeName(object)}`);
}

/** Whether the value has the attribute; of a module, whether it has it on some host, with some Python. */
export function hasAttribute(object: Value, name: string, language: Language): boolean {
  const kind = attributeKind(object);
  if (kind === undefined) return true;
  if (isFunction(object)) return functionHas(object, name, language);
  // PyPy and others may give an iterator more than Python asks for.
  if (kind === 'iterator') return attributeNames('function').has(name) || /^(?:gi_|send|throw|close|__)/.test(name);
  return attributeNames(kind).has(name) && !isMissing(kind, name, language);
}

/** A function of Python's own has not what a lambda has; of others it is not told here which of both they are. */
function functionHas(own: FunctionValue, name: string, language: Language): boolean {
  if (own.type) {
    if (attributeNames('type').has(name)) return true;
    if (attributeNames(own.name).has(name)) return !isMissing(own.name, name, language);
    if (isListed(own.name)) return false;
    throw new Undecidable(`\`${own.name}.${name}\``);
  }
  const asFunction = attributeNames('function').has(name) && !isMissing('function', name, language);
  const asBuiltin = attributeNames('builtin').has(name) || (language.pypy && asFunction);
  if (own.name === '<lambda>') return asFunction;
  if (own.builtin || asFunction === asBuiltin) return asBuiltin;
  throw new Undecidable(`\`.${name}\` of a function`);
}

function isFunction(value: Value): value is FunctionValue {
  return typeof value === 'object' && value?.kind === 'function';
}

/** Under which name the attributes of a value are listed; undefined for what may have all names. */
function attributeKind(object: Value): string | undefined {
  if (isPrefix(object) || isLate(object)) return 'str';
  if (typeof object !== 'object' || object === null) return typeName(object);
  switch (object.kind) {
    case 'mapping':
    case 'fragment':
      return undefined;
    case 'opaque':
      if (object.type === 'ellipsis') return 'object';
      throw new Undecidable(`what a ${object.type} has`);
    case 'module':
      return object.name;
    case 'tuple':
      return object.names ? 'version_info' : 'tuple';
    case 'match':
      return 're.Match';
    case 'set':
      return typeName(object);
    default:
      return object.kind;
  }
}

/** The least and the most arguments, and what is done with them. */
export type Method = readonly [
  least: number,
  most: number,
  call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value,
];
export type Methods = Readonly<Record<string, Method>>;

function bound(name: string, [least, most, call]: Method): FunctionValue {
  return {
    kind: 'function',
    name,
    call: (args, named) => {
      if (named.size > 0) throw new Undecidable(`\`.${name}(…)\` with names`);
      if (args.length < least || args.length > most)
        throw new PythonError('TypeError', `${name}() is called with ${args.length} arguments`);
      return call(args, named);
    },
  };
}

function methodsOf(object: Value, language: Language): Methods | undefined {
  if (typeof object === 'bigint' || typeof object === 'number' || typeof object === 'boolean' || isComplex(object))
    return numberMethods(object, language);
  if (typeof object === 'string') return textMethods(object);
  if (isPrefix(object)) return prefixMethods(object);
  if (isLate(object)) return lateMethods(object);
  if (isBytes(object)) return bytesMethods(object);
  if (isSequence(object)) return object.kind === 'view' ? undefined : sequenceMethods(object.items);
  if (typeof object === 'object' && object !== null) {
    if (object.kind === 'dict') return dictMethods(object.entries);
    if (object.kind === 'match') return matchMethods(object);
    if (object.kind === 'set') return setMethods(object);
    if (object.kind === 'mapping') return mappingMethods(object);
  }
  return undefined;
}

const anyNumber = Number.POSITIVE_INFINITY;

/**
 * What can be done with a text that the host completes. A reference counts as one character that is no white space: folders, users
 * and host names have none in them, which the script makes sure of, and lists in options are cut in the same way everywhere.
 */
function lateMethods(value: LateValue): Methods {
  const {string, decode} = encode(value.text);
  const decoded = (found: string): Value => fromText(decode(found));
  const list = (items: readonly string[]): Value => ({kind: 'list', items: items.map(decoded)});
  const only = (test: (arg: Value) => boolean, answer: (args: readonly Value[]) => Value): Method => [
    0,
    2,
    (args) => {
      if (!args.every(test)) throw lateFault(value);
      return answer(args);
    },
  ];
  const absent = (arg: Value): boolean => arg === null;
  const blank = (arg: Value): boolean => arg === null || (typeof arg === 'string' && arg !== '' && strip(arg) === '');
  const [head] = value.text.pieces;
  const tail = value.text.pieces.at(-1);
  const affix = (known: Piece | undefined, meets: (whole: string, part: string) => boolean): Method => [
    1,
    3,
    ([arg]) => {
      const part = textOf(arg!);
      if (part === '') return true;
      if (typeof known !== 'string') throw lateFault(value);
      if (meets(known, part)) return true;
      if (meets(part, known)) throw lateFault(value);
      return false;
    },
  ];
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

function mappingMethods(own: MappingValue): Methods {
  return {
    get: [
      1,
      2,
      ([key, fallback = null]) => {
        if (isLate(key!)) throw lateFault(key);
        return (typeof key === 'string' ? own.get(key) : undefined) ?? fallback;
      },
    ],
    keys: [0, 0, () => ({kind: 'list', items: own.keys()})],
    values: [0, 0, () => ({kind: 'list', items: own.keys().map((key) => own.get(key)!)})],
    items: [0, 0, () => ({kind: 'list', items: own.keys().map((key) => tuple(key, own.get(key)!))})],
  };
}

function prefixMethods({known, what}: PrefixValue): Methods {
  return {
    lower: [0, 0, () => ({kind: 'prefix', known: known.toLowerCase(), what})],
    upper: [0, 0, () => ({kind: 'prefix', known: known.toUpperCase(), what})],
    startswith: [
      1,
      3,
      ([arg, ...more]) => {
        if (more.length > 0) throw new Undecidable('a text method with more arguments');
        const options = isSequence(arg!) && arg.kind === 'tuple' ? arg.items.map(textOf) : [textOf(arg!)];
        if (options.some((text) => known.startsWith(text))) return true;
        if (options.some((text) => text.startsWith(known))) throw new Undecidable(what);
        return false;
      },
    ],
  };
}

function sequenceMethods(items: readonly Value[]): Methods {
  return {
    count: [1, 1, ([value]) => BigInt(items.filter((each) => equals(each, value!)).length)],
    index: [
      1,
      3,
      ([value, ...more]) => {
        if (more.length > 0) throw new Undecidable('index(…) with more arguments');
        const at = items.findIndex((each) => equals(each, value!));
        if (at < 0) throw new PythonError('ValueError', 'the value is not in it');
        return BigInt(at);
      },
    ],
  };
}

function setMethods(own: SetValue): Methods {
  const has = (items: readonly Value[], item: Value): boolean => items.some((other) => equals(item, other));
  const others = (args: readonly Value[]): Value[][] => args.map((arg) => distinct(unordered(arg)));
  const result = (items: readonly Value[]): SetValue => ({...own, items: distinct(items)});
  return {
    issubset: [1, 1, (args) => own.items.every((item) => has(others(args)[0]!, item))],
    issuperset: [1, 1, (args) => others(args)[0]!.every((item) => has(own.items, item))],
    isdisjoint: [1, 1, (args) => !others(args)[0]!.some((item) => has(own.items, item))],
    union: [0, anyNumber, (args) => result([...own.items, ...others(args).flat()])],
    intersection: [
      0,
      anyNumber,
      (args) => result(own.items.filter((item) => others(args).every((set) => has(set, item)))),
    ],
    difference: [
      0,
      anyNumber,
      (args) => result(own.items.filter((item) => !others(args).some((set) => has(set, item)))),
    ],
    symmetric_difference: [
      1,
      1,
      (args) => {
        const [other = []] = others(args);
        return result([
          ...own.items.filter((item) => !has(other, item)),
          ...other.filter((item) => !has(own.items, item)),
        ]);
      },
    ],
    copy: [0, 0, () => own],
  };
}

function dictMethods(entries: readonly (readonly [Value, Value])[]): Methods {
  return {
    get: [
      1,
      2,
      ([key, fallback = null]) => {
        hashed(key!);
        const found = entries.find(([own]) => equals(own, key!));
        return found ? found[1] : fallback;
      },
    ],
    keys: [0, 0, () => ({kind: 'view', items: entries.map(([key]) => key)})],
    values: [0, 0, () => ({kind: 'view', items: entries.map(([, value]) => value)})],
    items: [0, 0, () => ({kind: 'view', items: entries.map(([key, value]) => tuple(key, value))})],
  };
}

function matchMethods({groups, named}: MatchValue): Methods {
  const group = (which: Value): Value => {
    const found = typeof which === 'string' ? named[which] : groups[Number(which)];
    if (found === undefined) throw new PythonError('IndexError', 'no such group');
    return found;
  };
  return {
    group: [0, anyNumber, (args) => (args.length > 1 ? tuple(...args.map(group)) : group(args[0] ?? 0n))],
    groups: [0, 1, ([fallback = null]) => tuple(...groups.slice(1).map((each) => each ?? fallback))],
  };
}

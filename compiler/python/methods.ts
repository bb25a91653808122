/** Methods of Python's values. */
import type {Piece} from '../model/text.js';

import {splitLines, strip, words} from '../util/python-string.js';
import {text} from '../util/text.js';
import {encode} from '../util/text-pattern.js';
import {attributeNames, isListed, isMissing} from './attributes.js';
import {decoded, encoded} from './codecs.js';
import type {Language} from './language.js';
import {numberMethods} from './number-methods.js';
import {
  type BytesValue,
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
  iterate,
  type LateValue,
  lateFault,
  type MappingValue,
  type MatchValue,
  numeric,
  type PrefixValue,
  PythonError,
  type SetValue,
  textOfValue,
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

function bytesMethods({text: own}: BytesValue): Methods {
  const affix = (test: (text: string) => boolean): Method => [
    1,
    1,
    ([arg]) => (isSequence(arg!) && arg.kind === 'tuple' ? arg.items : [arg!]).some((each) => test(bytesOf(each))),
  ];
  return {
    startswith: affix((text) => own.startsWith(text)),
    endswith: affix((text) => own.endsWith(text)),
    decode: [0, 2, ([encoding, errors]) => decoded(own, encoding, errors)],
    lower: [0, 0, () => ({kind: 'bytes', text: own.replace(/[A-Z]/g, (letter) => letter.toLowerCase())})],
    upper: [0, 0, () => ({kind: 'bytes', text: own.replace(/[a-z]/g, (letter) => letter.toUpperCase())})],
    hex: [0, 0, () => Buffer.from(own, 'latin1').toString('hex')],
  };
}

function bytesOf(value: Value): string {
  if (isBytes(value)) return value.text;
  throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(value)}'`);
}

function textMethods(own: string): Methods {
  const all = [...own];
  const affix = (test: (text: string) => boolean): Method => [
    1,
    3,
    ([arg, ...more]) => {
      if (more.length > 0) throw new Undecidable('a text method with more arguments');
      const options = isSequence(arg!) && arg.kind === 'tuple' ? arg.items : [arg!];
      return options.some((each) => test(textOf(each)));
    },
  ];
  const strips = (left: boolean, right: boolean): Method => [
    0,
    1,
    ([characters = null]) => {
      if (characters === null)
        return left && right ? strip(own) : left ? strip(`${own}|`).slice(0, -1) : strip(`|${own}`).slice(1);
      const set = new Set(textOf(characters));
      let start = 0;
      let end = all.length;
      while (left && start < end && set.has(all[start]!)) start++;
      while (right && end > start && set.has(all[end - 1]!)) end--;
      return all.slice(start, end).join('');
    },
  ];
  const place = (name: 'indexOf' | 'lastIndexOf', needed: boolean): Method => [
    1,
    3,
    ([text, ...more]) => {
      const wanted = textOf(text!);
      if (more.length > 0) throw new Undecidable('a text method with more arguments');
      const at = own[name](wanted);
      if (at < 0 && needed) throw new PythonError('ValueError', 'substring not found');
      return BigInt(at < 0 ? -1 : [...own.slice(0, at)].length);
    },
  ];
  const parted = (name: 'indexOf' | 'lastIndexOf'): Method => [
    1,
    1,
    ([separator]) => {
      const text = textOf(separator!);
      if (text === '') throw new PythonError('ValueError', 'empty separator');
      const at = own[name](text);
      if (at >= 0) return tuple(own.slice(0, at), text, own.slice(at + text.length));
      return name === 'indexOf' ? tuple(own, '', '') : tuple('', '', own);
    },
  ];
  const is = (test: (text: string) => boolean): Method => [0, 0, () => test(own)];
  const ascii = (text: string): string => {
    if (/[^\0-\x7f]/.test(own)) throw new Undecidable('such a method of a text that is not ASCII');
    return text;
  };
  const padded = (left: boolean, right: boolean): Method => [
    1,
    2,
    ([width, fill = ' ']) => {
      const size = numeric(width!);
      if (typeof size !== 'bigint' || typeof fill !== 'string' || [...fill].length !== 1)
        throw new PythonError('TypeError', 'a width and a character are needed');
      const missing = Number(size) - all.length;
      if (missing <= 0) return own;
      if (missing > 1_000_000) throw new Undecidable('so long a value');
      // Of an odd rest the left gets more where the width is odd.
      const before = left && right ? Math.floor(missing / 2) + (missing & Number(size) & 1) : left ? missing : 0;
      return fill.repeat(before) + own + fill.repeat(missing - before);
    },
  ];
  return {
    startswith: affix((text) => own.startsWith(text)),
    endswith: affix((text) => own.endsWith(text)),
    lower: [0, 0, () => own.toLowerCase()],
    upper: [0, 0, () => own.toUpperCase()],
    casefold: [0, 0, () => ascii(own.toLowerCase())],
    capitalize: [0, 0, () => ascii(own.slice(0, 1).toUpperCase() + own.slice(1).toLowerCase())],
    swapcase: [
      0,
      0,
      () => ascii(all.map((each) => (/[a-z]/.test(each) ? each.toUpperCase() : each.toLowerCase())).join('')),
    ],
    title: [
      0,
      0,
      () => ascii(own.toLowerCase().replaceAll(/[a-z]+/g, (word) => word[0]!.toUpperCase() + word.slice(1))),
    ],
    strip: strips(true, true),
    lstrip: strips(true, false),
    rstrip: strips(false, true),
    split: [0, 2, ([separator = null, limit = -1n]) => split(own, separator, limit)],
    rsplit: [0, 2, ([separator = null, limit = -1n]) => split(own, separator, limit, true)],
    splitlines: [
      0,
      1,
      ([keep]) => {
        if (keep !== undefined) throw new Undecidable('splitlines(…) with an argument');
        return {kind: 'list', items: splitLines(own)};
      },
    ],
    join: [
      1,
      1,
      ([items]) => {
        const texts = iterate(items!).map((each) => textOfValue(each) ?? textOf(each));
        return fromText(text(...texts.flatMap((each, index) => (index === 0 ? [each] : [own, each]))));
      },
    ],
    replace: [
      2,
      3,
      ([from, to, ...more]) => {
        const a = textOf(from!);
        const between = textOfValue(to!) ?? textOf(to!);
        if (more.length > 0 || a === '') throw new Undecidable('such a replacement');
        return fromText(text(...own.split(a).flatMap((each, index) => (index === 0 ? [each] : [between, each]))));
      },
    ],
    find: place('indexOf', false),
    rfind: place('lastIndexOf', false),
    index: place('indexOf', true),
    rindex: place('lastIndexOf', true),
    count: [
      1,
      3,
      ([text, ...more]) => {
        const wanted = textOf(text!);
        if (more.length > 0) throw new Undecidable('a text method with more arguments');
        return BigInt(wanted === '' ? all.length + 1 : own.split(wanted).length - 1);
      },
    ],
    partition: parted('indexOf'),
    rpartition: parted('lastIndexOf'),
    removeprefix: [1, 1, ([text]) => (own.startsWith(textOf(text!)) ? own.slice(textOf(text!).length) : own)],
    removesuffix: [
      1,
      1,
      ([text]) => (own.endsWith(textOf(text!)) ? own.slice(0, own.length - textOf(text!).length) : own),
    ],
    ljust: padded(false, true),
    rjust: padded(true, false),
    center: padded(true, true),
    zfill: [
      1,
      1,
      ([width]) => {
        const size = numeric(width!);
        if (typeof size !== 'bigint') throw new PythonError('TypeError', 'a width is needed');
        if (size > 1_000_000n) throw new Undecidable('so long a value');
        const sign = /^[-+]?/.exec(own)![0];
        return sign + own.slice(sign.length).padStart(Number(size) - sign.length - (all.length - own.length), '0');
      },
    ],
    encode: [0, 2, ([encoding, errors]) => encoded(own, encoding, errors)],
    isascii: is((text) => !/[^\0-\x7f]/.test(text)),
    isdigit: is((text) => /^[0-9]+$/.test(ascii(text))),
    isdecimal: is((text) => /^\p{Nd}+$/u.test(text)),
    isnumeric: is((text) => /^[0-9]+$/.test(ascii(text))),
    isalpha: is((text) => /^\p{L}+$/u.test(text)),
    isalnum: is((text) => /^[a-zA-Z0-9]+$/.test(ascii(text))),
    isidentifier: is((text) => /^[a-zA-Z_]\w*$/.test(ascii(text))),
    isupper: is((text) => /[A-Z]/.test(ascii(text)) && !/[a-z]/.test(text)),
    islower: is((text) => /[a-z]/.test(ascii(text)) && !/[A-Z]/.test(text)),
    isprintable: is((text) => /^[ -~]*$/.test(ascii(text))),
    isspace: is((text) => text !== '' && strip(text) === ''),
  };
}

function split(own: string, separator: Value, limit: Value, fromRight = false): Value {
  const most = numeric(limit);
  if (typeof most !== 'bigint') throw new PythonError('TypeError', 'the limit of a split is a whole number');
  if (separator === null) {
    if (most >= 0n) throw new Undecidable('a split at white space with a limit');
    return {kind: 'list', items: words(own)};
  }
  const mark = textOf(separator);
  if (mark === '') throw new PythonError('ValueError', 'empty separator');
  const all = own.split(mark);
  const extra = most < 0n || BigInt(all.length) <= most + 1n ? 0 : all.length - Number(most) - 1;
  if (extra === 0) return {kind: 'list', items: all};
  if (fromRight) return {kind: 'list', items: [all.slice(0, extra + 1).join(mark), ...all.slice(extra + 1)]};
  return {kind: 'list', items: [...all.slice(0, -extra - 1), all.slice(-extra - 1).join(mark)]};
}

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

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  throw new PythonError('TypeError', `a text is needed, not ${typeName(value)}`);
}

/** Python's built-in functions, as far as they depend on their arguments alone. */
import {attribute} from './access.js';
import {toComplex} from './complex.js';
import {codeOf, inBase, toBytes, toCharacter, toDict, toFloat, toInt, toStr, wholeNumber} from './conversions.js';
import {asciiOf, formatValue, reprOf} from './format.js';
import type {Language} from './language.js';
import {hasAttribute} from './methods.js';
import {absolute, quotientAndRest, raised, rounded, sum} from './number-functions.js';
import {holds} from './operators.js';
import {isInstance, isSubtype, makeType, otherTypes, typeOf} from './types.js';
import {
  distinct,
  each,
  equals,
  type FunctionValue,
  isBytes,
  isLate,
  isPrefix,
  isSet,
  iterate,
  lateFault,
  PythonError,
  type SetValue,
  truth,
  tuple,
  typeName,
  Undecidable,
  unordered,
  type Value,
} from './value.js';

type Named = ReadonlyMap<string, Value>;

interface Builtin {
  /** The least and the most arguments, those with a name included; there is none for the names of `only`. */
  readonly takes: readonly [least: number, most: number];
  /** Names of arguments that stand in a place, too; '' for one that has none. */
  readonly names?: readonly string[];
  /** Names of arguments that have no place; `*` for any. */
  readonly only?: readonly string[];
  readonly type?: boolean;
  readonly call: (args: readonly (Value | undefined)[], named: Named, language: Language) => Value;
}

const anyNumber = Number.POSITIVE_INFINITY;

const functions: Readonly<Record<string, Builtin>> = {
  len: {takes: [1, 1], call: ([value]) => lengthOf(value!)},
  int: {takes: [0, 2], names: ['', 'base'], type: true, call: ([value, base]) => toInt(value, base)},
  float: {takes: [0, 1], type: true, call: ([value = 0]) => toFloat(value)},
  complex: {
    takes: [0, 2],
    names: ['real', 'imag'],
    type: true,
    call: ([real, imag]) => toComplex(real, imag),
  },
  str: {takes: [0, 3], names: ['object', 'encoding', 'errors'], type: true, call: toStr},
  repr: {takes: [1, 1], call: ([value]) => reprOf(value!)},
  ascii: {takes: [1, 1], call: ([value]) => asciiOf(value!)},
  bytes: {takes: [0, 3], names: ['source', 'encoding', 'errors'], type: true, call: toBytes},
  bool: {takes: [0, 1], type: true, call: ([value = false]) => truth(value)},
  chr: {takes: [1, 1], call: ([code], _, language) => toCharacter(wholeNumber(code!), language)},
  ord: {takes: [1, 1], call: ([value]) => codeOf(value!)},
  bin: {takes: [1, 1], call: ([value]) => inBase(value!, 2, '0b')},
  oct: {takes: [1, 1], call: ([value]) => inBase(value!, 8, '0o')},
  hex: {takes: [1, 1], call: ([value]) => inBase(value!, 16, '0x')},
  any: {takes: [1, 1], call: ([items]) => some(unordered(items!), truth)},
  all: {takes: [1, 1], call: ([items]) => !some(unordered(items!), (value) => !truth(value))},
  abs: {takes: [1, 1], call: ([value]) => absolute(value!)},
  round: {
    takes: [1, 2],
    names: ['number', 'ndigits'],
    call: ([value, digits = null], _, language) => rounded(value!, digits, language),
  },
  min: {takes: [1, anyNumber], only: ['key', 'default'], call: (args, named) => extreme(args, named, '<', 'min')},
  max: {takes: [1, anyNumber], only: ['key', 'default'], call: (args, named) => extreme(args, named, '>', 'max')},
  sum: {
    takes: [1, 2],
    names: ['', 'start'],
    call: ([items, start = 0n], _, language) => sum(items!, start, language),
  },
  divmod: {takes: [2, 2], call: ([x, y]) => quotientAndRest(x!, y!)},
  pow: {
    takes: [2, 3],
    names: ['base', 'exp', 'mod'],
    call: ([x, y, modulus = null], _, language) => raised(x!, y!, modulus, language),
  },
  sorted: {
    takes: [1, 1],
    only: ['key', 'reverse'],
    call: ([items], named, language) => ({kind: 'list', items: sorted(items!, named, language)}),
  },
  tuple: {takes: [0, 1], type: true, call: ([items = tuple()]) => tuple(...iterate(items))},
  list: {takes: [0, 1], type: true, call: ([items = tuple()]) => ({kind: 'list', items: iterate(items)})},
  set: {takes: [0, 1], type: true, call: ([items = tuple()]) => setOf(items, false)},
  frozenset: {takes: [0, 1], type: true, call: ([items = tuple()]) => setOf(items, true)},
  dict: {takes: [0, 1], only: ['*'], type: true, call: ([value], named) => toDict(value, named)},
  range: {takes: [1, 3], type: true, call: (args) => range(args as readonly Value[])},
  map: {
    takes: [2, anyNumber],
    only: ['strict'],
    type: true,
    call: ([call, ...sources], named, {minor}) => {
      if (named.size > 0 && minor < 14) throw new PythonError('TypeError', 'map() takes no keyword arguments');
      const make = (items: readonly Value[]): Value => called(call!, items);
      const strict = truth(named.get('strict') ?? false);
      return iterator(
        'map',
        mapped(
          sources.map((source) => iterable(source!)),
          make,
          strict,
        ),
      );
    },
  },
  filter: {takes: [2, 2], type: true, call: ([call, items]) => iterator('filter', filtered(call!, iterable(items!)))},
  zip: {
    takes: [0, anyNumber],
    only: ['strict'],
    type: true,
    call: (sources, named) =>
      iterator(
        'zip',
        mapped(
          sources.map((source) => iterable(source!)),
          (items) => tuple(...items),
          truth(named.get('strict') ?? false),
        ),
      ),
  },
  enumerate: {
    takes: [1, 2],
    names: ['iterable', 'start'],
    type: true,
    call: ([items, start = 0n]) => {
      let at = wholeNumber(start) - 1n;
      return iterator(
        'enumerate',
        mapped([iterable(items!)], ([item]) => tuple(++at, item!)),
      );
    },
  },
  reversed: {
    takes: [1, 1],
    type: true,
    call: ([items]) => {
      if (typeof items === 'object' && items !== null && (items.kind === 'set' || items.kind === 'iterator'))
        throw new PythonError('TypeError', `'${typeName(items)}' object is not reversible`);
      return iterator('reversed', [...iterate(items!)].reverse()[Symbol.iterator]());
    },
  },
  iter: {
    takes: [1, 2],
    call: ([source, sentinel]) => {
      if (sentinel === undefined) return iterator('iterator', iterable(source!));
      if (!isFunction(source!)) throw new PythonError('TypeError', 'iter(v, w): v must be callable');
      return iterator('iterator', until(source, sentinel));
    },
  },
  next: {
    takes: [1, 2],
    call: ([iterator, ...fallback]) => {
      if (typeof iterator !== 'object' || iterator?.kind !== 'iterator')
        throw new PythonError('TypeError', `'${typeName(iterator!)}' object is not an iterator`);
      const found = iterator.rest.next();
      if (!found.done) return found.value;
      if (fallback.length === 0) throw new PythonError('StopIteration', '');
      return fallback[0]!;
    },
  },
  format: {takes: [1, 2], call: ([value, spec = ''], _, language) => formatted(value!, spec, language)},
  callable: {takes: [1, 1], call: ([value]) => isFunction(value!)},
  hasattr: {takes: [2, 2], call: ([value, name], _, language) => has(value!, attributeName(name!), language)},
  getattr: {
    takes: [2, 3],
    call: ([value, name, fallback], _, language) => {
      try {
        return attribute(value!, attributeName(name!), language);
      } catch (error) {
        if (fallback !== undefined && error instanceof PythonError && error.type === 'AttributeError') return fallback;
        throw error;
      }
    },
  },
  isinstance: {takes: [2, 2], call: ([value, type]) => isInstance(value!, type!)},
  issubclass: {takes: [2, 2], call: ([type, of]) => isSubtype(type!, of!)},
};

const known = new Map<string, Readonly<Record<string, FunctionValue>>>();

/** The functions and types of a version of Python: each is one value, so that `is` can be told of it. */
export function builtinsOf(language: Language): Readonly<Record<string, FunctionValue>> {
  const key = `${language.minor} ${language.pypy}`;
  const found = known.get(key) ?? makeBuiltins(language);
  known.set(key, found);
  return found;
}

function makeBuiltins(language: Language): Readonly<Record<string, FunctionValue>> {
  const found: Record<string, FunctionValue> = {};
  for (const name of otherTypes) found[name] = makeType(name);
  const type = makeType('type');
  found.type = {
    ...type,
    call: (args, named) => {
      if (args.length !== 1 && args.length !== 3) throw new PythonError('TypeError', 'type() takes 1 or 3 arguments');
      if (args.length !== 1 || named.size > 0) return type.call(args, named);
      return typeOf(args[0]!, (name) => (Object.hasOwn(found, name) ? found[name] : undefined));
    },
  };
  // Old names of one type.
  found.IOError = found.OSError!;
  found.EnvironmentError = found.OSError!;
  for (const [name, builtin] of Object.entries(functions))
    found[name] = {
      kind: 'function',
      name,
      builtin: true,
      ...(builtin.type && {type: true}),
      call: (args, named) => {
        const {placed, rest} = placedArguments(name, builtin, args, named);
        return builtin.call(placed, rest, language);
      },
    };
  return found;
}

/** Gives arguments with a name their place. */
function placedArguments(
  name: string,
  {takes: [least, most], names = [], only = []}: Builtin,
  args: readonly Value[],
  named: Named,
): {readonly placed: readonly (Value | undefined)[]; readonly rest: Named} {
  const placed: (Value | undefined)[] = [...args];
  const rest = new Map<string, Value>();
  for (const [key, value] of named) {
    const at = names.indexOf(key);
    if (only.includes(key) || only.includes('*')) rest.set(key, value);
    else if (at < 0 || args.length > at) {
      throw new PythonError('TypeError', `${name}() got an unexpected keyword argument '${key}'`);
    } else {
      while (placed.length < at) placed.push(undefined);
      placed[at] = value;
    }
  }
  if (placed.length > most || placed.length < least || placed.slice(0, least).includes(undefined))
    throw new PythonError('TypeError', `${name}() is called with ${args.length} arguments`);
  return {placed, rest};
}

/** Built-in names that exist in Python and are not worked out ahead. */
export const hostBuiltins: ReadonlySet<string> = new Set(
  (
    '__import__ __build_class__ __debug__ __doc__ __name__ __loader__ __spec__ __package__ __builtins__ ' +
    'aiter anext breakpoint compile copyright credits delattr dir eval exec exit globals hash help id input license locals open ' +
    'print quit setattr vars NotImplemented BaseExceptionGroup ExceptionGroup PythonFinalizationError WindowsError'
  ).split(' '),
);

function isFunction(value: Value): value is FunctionValue {
  return typeof value === 'object' && value !== null && value.kind === 'function';
}

function called(call: Value, items: readonly Value[]): Value {
  if (!isFunction(call)) throw new PythonError('TypeError', `'${typeName(call)}' object is not callable`);
  return call.call(items, new Map());
}

function attributeName(name: Value): string {
  if (isPrefix(name)) throw new Undecidable(name.what);
  if (isLate(name)) throw lateFault(name);
  if (typeof name !== 'string') throw new PythonError('TypeError', 'attribute name must be string');
  return name;
}

function has(value: Value, name: string, language: Language): boolean {
  if (typeof value === 'object' && value !== null) {
    if (value.kind === 'module' && Object.hasOwn(value.members, name)) return true;
    if (value.kind === 'tuple' && value.names?.includes(name)) return true;
    if (value.kind === 'module' && hasAttribute(value, name, language))
      throw new Undecidable(`\`${value.name}.${name}\``);
  }
  return hasAttribute(value, name, language);
}

function formatted(value: Value, spec: Value, language: Language): Value {
  if (typeof spec === 'string') return formatValue(value, spec, language);
  if (isPrefix(spec)) throw new Undecidable(spec.what);
  if (isLate(spec)) throw lateFault(spec);
  if (isBytes(spec) && language.pypy) throw new Undecidable('format(…) with bytes');
  throw new PythonError('TypeError', `format() argument 2 must be str, not ${typeName(spec)}`);
}

function iterator(name: string, rest: Iterator<Value>): Value {
  return {kind: 'iterator', name, rest};
}

function iterable(value: Value): Iterator<Value> {
  return each(value)[Symbol.iterator]();
}

/** @param strict  whether all sources have to be of one length */
function* mapped(
  sources: readonly Iterator<Value>[],
  make: (items: readonly Value[]) => Value,
  strict = false,
): Generator<Value> {
  for (;;) {
    const items: Value[] = [];
    for (const [at, source] of sources.entries()) {
      const found = source.next();
      if (found.done && strict && (at > 0 || sources.slice(1).some((other) => !other.next().done)))
        throw new PythonError('ValueError', 'the arguments are of different lengths');
      if (found.done) return;
      items.push(found.value);
    }
    if (sources.length === 0) return;
    yield make(items);
  }
}

/** Calls of a function until it gives what ends it. */
function* until(call: FunctionValue, sentinel: Value): Generator<Value> {
  for (let count = 0; ; count++) {
    if (count > 10_000) throw new Undecidable('so long a computation');
    const value = called(call, []);
    if (equals(value, sentinel)) return;
    yield value;
  }
}

function* filtered(call: Value, items: Iterator<Value>): Generator<Value> {
  for (let next = items.next(); !next.done; next = items.next())
    if (truth(call === null ? next.value : called(call, [next.value]))) yield next.value;
}

function some(items: Iterable<Value>, test: (value: Value) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}

function lengthOf(value: Value): Value {
  if (isLate(value)) throw lateFault(value);
  if (typeof value === 'object' && value?.kind === 'mapping') return BigInt(value.keys().length);
  if (typeof value === 'string') return BigInt([...value].length);
  if (isBytes(value)) return BigInt(value.text.length);
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (typeof value === 'object' && value !== null) {
    if ('items' in value) return BigInt(value.items.length);
    if (value.kind === 'dict') return BigInt(value.entries.length);
  }
  throw new PythonError('TypeError', `object of type '${typeName(value)}' has no len()`);
}

function setOf(items: Value, frozen: boolean): SetValue {
  return {kind: 'set', items: distinct(unordered(items)), frozen};
}

function keyOf(named: Named): (item: Value) => Value {
  const call = named.get('key') ?? null;
  return call === null ? (item) => item : (item) => called(call, [item]);
}

function sorted(items: Value, named: Named, {minor, pypy}: Language): readonly Value[] {
  const source = [...unordered(items)];
  const key = keyOf(named);
  const reverse = named.get('reverse') ?? false;
  // From 3.12 on any value is true or not.
  if ((minor < 12 || pypy) && typeof reverse !== 'boolean') wholeNumber(reverse);
  const found = source.map((item) => ({item, key: key(item)}));
  // What has no order among all of them comes out as the steps of the sorting have it.
  if (found.length > 2 && found.some(({key: own}) => isSet(own) || Number.isNaN(own)))
    throw new Undecidable('such an order');
  // Equal ones stay as they were, also where the end comes first.
  if (truth(reverse)) found.reverse();
  // One comparison at least, as Python makes it: what can't be compared is an error.
  found.sort((a, b) => (holds('<', b.key, a.key) ? 1 : holds('<', a.key, b.key) ? -1 : 0));
  if (truth(reverse)) found.reverse();
  return found.map(({item}) => item);
}

function extreme(args: readonly (Value | undefined)[], named: Named, operator: '<' | '>', name: string): Value {
  const fallback = named.get('default');
  if (args.length > 1 && fallback !== undefined)
    throw new PythonError('TypeError', `Cannot specify a default for ${name}() with multiple positional arguments`);
  const key = keyOf(named);
  let best: {readonly item: Value; readonly key: Value} | undefined;
  for (const item of args.length === 1 ? unordered(args[0]!) : (args as readonly Value[])) {
    const own = key(item);
    // Of equal ones the first.
    if (!best || holds(operator, own, best.key)) best = {item, key: own};
  }
  if (best) return best.item;
  if (fallback !== undefined) return fallback;
  throw new PythonError('ValueError', `${name}() arg is an empty sequence`);
}

function range(args: readonly Value[]): Value {
  const numbers = args.map((arg) => Number(wholeNumber(arg)));
  const [start, stop, step = 1] = numbers.length === 1 ? [0, numbers[0]!] : [numbers[0]!, numbers[1]!, numbers[2]];
  if (step === 0) throw new PythonError('ValueError', 'range() arg 3 must not be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > 10_000) throw new Undecidable('so long a range');
  return {kind: 'range', items: Array.from({length}, (_, index) => BigInt(start + index * step))};
}

/** Python's built-in functions, as far as they depend on their arguments alone. */
import {strip} from '../util/python-string.js';
import {formatValue, reprOf, toText} from './format.js';
import {encoded, hasAttribute} from './methods.js';
import {arithmetic, floatOf} from './numbers.js';
import {
  distinct,
  each,
  equals,
  type FunctionValue,
  isBytes,
  isLate,
  isPrefix,
  isSequence,
  iterate,
  lateFault,
  numeric,
  order,
  PythonError,
  type SetValue,
  truth,
  tuple,
  typeName,
  Undecidable,
  unordered,
  type Value,
} from './value.js';

/** The least and the most arguments, and what is done with them. */
type Builtin = readonly [least: number, most: number, call: (args: readonly Value[]) => Value];

const functions: Readonly<Record<string, Builtin>> = {
  len: [1, 1, ([value]) => lengthOf(value!)],
  int: [0, 2, ([value = 0n, base]) => toInt(value, base)],
  float: [0, 1, ([value = 0]) => toFloat(value)],
  str: [0, 3, (args) => (args.length > 1 ? undecided('str(…) of bytes') : toText(args[0] ?? ''))],
  repr: [1, 1, ([value]) => reprOf(value!)],
  bytes: [0, 3, (args) => toBytes(args)],
  bool: [0, 1, ([value = false]) => truth(value)],
  chr: [1, 1, ([code]) => toCharacter(wholeNumber(code!))],
  ord: [1, 1, ([value]) => codeOf(value!)],
  bin: [1, 1, ([value]) => inBase(value!, 2, '0b')],
  oct: [1, 1, ([value]) => inBase(value!, 8, '0o')],
  hex: [1, 1, ([value]) => inBase(value!, 16, '0x')],
  any: [1, 1, ([items]) => some(unordered(items!), truth)],
  all: [1, 1, ([items]) => !some(unordered(items!), (value) => !truth(value))],
  abs: [
    1,
    1,
    ([value]) => {
      const own = numeric(value!);
      if (own === undefined) throw new PythonError('TypeError', `bad operand type for abs(): '${typeName(value!)}'`);
      return own < 0 ? -own : own;
    },
  ],
  min: [1, Number.POSITIVE_INFINITY, (args) => extreme(args, -1, 'min')],
  max: [1, Number.POSITIVE_INFINITY, (args) => extreme(args, 1, 'max')],
  sum: [1, 2, ([items, start]) => sum(items!, start)],
  divmod: [2, 2, ([x, y]) => divided(x!, y!)],
  sorted: [1, 1, ([items]) => ({kind: 'list', items: sorted(items!)})],
  tuple: [0, 1, ([items = tuple()]) => tuple(...iterate(items))],
  list: [0, 1, ([items = tuple()]) => ({kind: 'list', items: iterate(items)})],
  set: [0, 1, ([items = tuple()]) => setOf(items, false)],
  frozenset: [0, 1, ([items = tuple()]) => setOf(items, true)],
  dict: [0, 1, ([value]) => (value === undefined ? {kind: 'dict', entries: []} : undecided('dict(…) of something'))],
  range: [1, 3, range],
  map: [
    2,
    Number.POSITIVE_INFINITY,
    ([call, ...sources]) =>
      iterator(
        'map',
        mapped(sources.map(iterable), (items) => called(call!, items)),
      ),
  ],
  filter: [2, 2, ([call, items]) => iterator('filter', filtered(call!, iterable(items!)))],
  zip: [
    0,
    Number.POSITIVE_INFINITY,
    (sources) =>
      iterator(
        'zip',
        mapped(sources.map(iterable), (items) => tuple(...items)),
      ),
  ],
  enumerate: [
    1,
    2,
    ([items, start = 0n]) => {
      let at = wholeNumber(start) - 1n;
      return iterator(
        'enumerate',
        mapped([iterable(items!)], ([item]) => tuple(++at, item!)),
      );
    },
  ],
  reversed: [
    1,
    1,
    ([items]) => {
      if (typeof items === 'object' && items !== null && (items.kind === 'set' || items.kind === 'iterator'))
        throw new PythonError('TypeError', `'${typeName(items)}' object is not reversible`);
      return iterator('reversed', [...iterate(items!)].reverse()[Symbol.iterator]());
    },
  ],
  iter: [
    1,
    2,
    (args) => (args.length > 1 ? undecided('iter(…) with a sentinel') : iterator('iterator', iterable(args[0]!))),
  ],
  next: [
    1,
    2,
    ([iterator, ...fallback]) => {
      if (typeof iterator !== 'object' || iterator?.kind !== 'iterator')
        throw new PythonError('TypeError', `'${typeName(iterator!)}' object is not an iterator`);
      const found = iterator.rest.next();
      if (!found.done) return found.value;
      if (fallback.length === 0) throw new PythonError('StopIteration', '');
      return fallback[0]!;
    },
  ],
  format: [1, 2, ([value, spec = '']) => formatted(value!, spec)],
  pow: [2, 3, ([x, y, modulus]) => raised(x!, y!, modulus)],
  callable: [1, 1, ([value]) => isFunction(value!)],
  hasattr: [
    2,
    2,
    ([value, name]) => {
      if (typeof name !== 'string') throw new PythonError('TypeError', 'attribute name must be string');
      if (typeof value === 'object' && value !== null) {
        if (value.kind === 'module' && Object.hasOwn(value.members, name)) return true;
        if (value.kind === 'tuple' && value.names?.includes(name)) return true;
        if (hasAttribute(value, name) && value.kind === 'module') return undecided(`\`${value.name}.${name}\``);
      }
      return hasAttribute(value!, name);
    },
  ],
  isinstance: [2, 2, ([value, type]) => isInstance(value!, type!)],
};

export const builtins: Readonly<Record<string, FunctionValue>> = Object.fromEntries(
  Object.entries(functions).map(([name, [least, most, call]]) => [
    name,
    {
      kind: 'function',
      name,
      call: (args, named) => {
        if (named.size > 0) throw new Undecidable(`${name}(…) with names`);
        if (args.length < least || args.length > most)
          throw new PythonError('TypeError', `${name}() is called with ${args.length} arguments`);
        return call(args);
      },
    } satisfies FunctionValue,
  ]),
);

/** Built-in names that exist in Python and are not worked out ahead. */
export const hostBuiltins: ReadonlySet<string> = new Set(
  (
    '__import__ __build_class__ __debug__ __doc__ __name__ __loader__ __spec__ __package__ __builtins__ ' +
    'aiter anext ascii breakpoint bytearray classmethod compile complex copyright credits delattr ' +
    'dir eval exec exit getattr globals hash help id input ' +
    'issubclass license locals memoryview object open print property quit round ' +
    'setattr slice staticmethod super type vars NotImplemented Ellipsis ' +
    'ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError ' +
    'BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ' +
    'ConnectionResetError DeprecationWarning EOFError EncodingWarning EnvironmentError Exception ExceptionGroup ' +
    'FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning ' +
    'IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ' +
    'ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError ' +
    'PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError ReferenceError ' +
    'ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError ' +
    'SystemExit TabError TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError ' +
    'UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning WindowsError ZeroDivisionError'
  ).split(' '),
);

function undecided(what: string): never {
  throw new Undecidable(what);
}

function isFunction(value: Value): value is FunctionValue {
  return typeof value === 'object' && value !== null && value.kind === 'function';
}

function called(call: Value, items: readonly Value[]): Value {
  if (!isFunction(call)) throw new PythonError('TypeError', `'${typeName(call)}' object is not callable`);
  return call.call(items, new Map());
}

function toBytes([value, encoding, ...more]: readonly Value[]): Value {
  if (value === undefined) return {kind: 'bytes', text: ''};
  if (isBytes(value) && encoding === undefined) return value;
  if (typeof value === 'string' && encoding === undefined)
    throw new PythonError('TypeError', 'string argument without an encoding');
  if (typeof value !== 'string' || more.length > 0) throw new Undecidable('bytes(…) of such a value');
  return encoded(value, encoding);
}

function formatted(value: Value, spec: Value): Value {
  if (typeof spec === 'string') return formatValue(value, spec);
  if (isPrefix(spec)) throw new Undecidable(spec.what);
  if (isLate(spec)) throw lateFault(spec);
  throw new PythonError('TypeError', `format() argument 2 must be str, not ${typeName(spec)}`);
}

function raised(x: Value, y: Value, modulus: Value | undefined): Value {
  const [base, exponent] = [numeric(x), numeric(y)];
  if (modulus !== undefined || typeof base !== 'bigint' || typeof exponent !== 'bigint')
    throw new Undecidable('pow(…) of such values');
  return arithmetic('**', base, exponent);
}

function iterator(name: string, rest: Iterator<Value>): Value {
  return {kind: 'iterator', name, rest};
}

function iterable(value: Value): Iterator<Value> {
  return each(value)[Symbol.iterator]();
}

function* mapped(sources: readonly Iterator<Value>[], make: (items: readonly Value[]) => Value): Generator<Value> {
  for (;;) {
    const items: Value[] = [];
    for (const source of sources) {
      const found = source.next();
      if (found.done) return;
      items.push(found.value);
    }
    if (sources.length === 0) return;
    yield make(items);
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

function sorted(items: Value): Value[] {
  const found = [...unordered(items)];
  // One comparison at least, as Python makes it: what can't be compared is an error.
  return found.sort((a, b) => (order(b, a, '<') < 0 ? 1 : order(a, b, '<') < 0 ? -1 : 0));
}

function sum(items: Value, start: Value = 0n): Value {
  if (typeof start === 'string') throw new PythonError('TypeError', "sum() can't sum strings");
  let total = numeric(start);
  if (total === undefined) throw new Undecidable('a sum of such values');
  for (const item of unordered(items)) {
    const own = numeric(item);
    if (own === undefined)
      throw new PythonError('TypeError', `unsupported operand type(s) for +: 'int' and '${typeName(item)}'`);
    total = typeof total === 'bigint' && typeof own === 'bigint' ? total + own : Number(total) + Number(own);
  }
  return total;
}

function divided(left: Value, right: Value): Value {
  const [x, y] = [numeric(left), numeric(right)];
  if (x === undefined || y === undefined)
    throw new PythonError(
      'TypeError',
      `unsupported operand type(s) for divmod(): '${typeName(left)}' and '${typeName(right)}'`,
    );
  if (Number(y) === 0) throw new PythonError('ZeroDivisionError', 'division by zero');
  if (typeof x === 'bigint' && typeof y === 'bigint') {
    const down = x % y !== 0n && x < 0n !== y < 0n ? x / y - 1n : x / y;
    return tuple(down, x - down * y);
  }
  return undecided('divmod(…) of such numbers');
}

function range(args: readonly Value[]): Value {
  const numbers = args.map((arg) => Number(wholeNumber(arg)));
  const [start, stop, step = 1] = numbers.length === 1 ? [0, numbers[0]!] : [numbers[0]!, numbers[1]!, numbers[2]];
  if (step === 0) throw new PythonError('ValueError', 'range() arg 3 must not be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > 10_000) throw new Undecidable('so long a range');
  return {kind: 'range', items: Array.from({length}, (_, index) => BigInt(start + index * step))};
}

const types: Readonly<Record<string, (value: Value) => boolean>> = {
  int: (value) => typeof value === 'bigint' || typeof value === 'boolean',
  bool: (value) => typeof value === 'boolean',
  float: (value) => typeof value === 'number',
  bytes: isBytes,
  str: (value) => typeof value === 'string' || isPrefix(value) || isLate(value),
  list: (value) => isSequence(value) && value.kind === 'list',
  tuple: (value) => isSequence(value) && value.kind === 'tuple',
  range: (value) => isSequence(value) && value.kind === 'range',
  dict: (value) => typeof value === 'object' && value?.kind === 'dict',
  set: (value) => typeof value === 'object' && value?.kind === 'set' && !value.frozen,
  frozenset: (value) => typeof value === 'object' && value?.kind === 'set' && value.frozen === true,
};

function isInstance(value: Value, type: Value): boolean {
  if (isSequence(type) && type.kind === 'tuple') return type.items.some((each) => isInstance(value, each));
  if (!isFunction(type) || type.name === '<lambda>')
    throw new PythonError('TypeError', 'isinstance() arg 2 must be a type');
  const test = Object.hasOwn(types, type.name) ? types[type.name] : undefined;
  return test ? test(value) : undecided('isinstance(…) of such a type');
}

function toCharacter(code: bigint): string {
  if (code < -(2n ** 31n) || code >= 2n ** 31n)
    throw new PythonError('OverflowError', 'Python int too large to convert to C int');
  if (code < 0n || code > 0x10ffffn) throw new PythonError('ValueError', 'chr() arg not in range(0x110000)');
  return String.fromCodePoint(Number(code));
}

function codeOf(value: Value): bigint {
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (isBytes(value) && value.text.length === 1) return BigInt(value.text.charCodeAt(0));
  if (typeof value !== 'string' || [...value].length !== 1)
    throw new PythonError('TypeError', 'ord() expected a character');
  return BigInt(value.codePointAt(0)!);
}

function inBase(value: Value, base: number, prefix: string): string {
  const own = wholeNumber(value);
  return own < 0n ? `-${prefix}${(-own).toString(base)}` : `${prefix}${own.toString(base)}`;
}

function wholeNumber(value: Value): bigint {
  const own = numeric(value);
  if (typeof own !== 'bigint')
    throw new PythonError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
  return own;
}

function toInt(value: Value, base: Value | undefined): Value {
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (isBytes(value)) throw new Undecidable('int(…) of bytes');
  if (base !== undefined) {
    const radix = wholeNumber(base);
    if (radix !== 0n && (radix < 2n || radix > 36n))
      throw new PythonError('ValueError', 'int() base must be >= 2 and <= 36, or 0');
    if (typeof value !== 'string')
      throw new PythonError('TypeError', "int() can't convert non-string with explicit base");
    if (radix !== 10n) throw new Undecidable('int(…) with a base');
  }
  const own = numeric(value);
  if (typeof own === 'bigint') return own;
  if (own !== undefined) {
    if (Number.isFinite(own)) return BigInt(Math.trunc(own));
    throw new PythonError(Number.isNaN(own) ? 'ValueError' : 'OverflowError', `cannot convert float ${own} to integer`);
  }
  if (typeof value !== 'string')
    throw new PythonError('TypeError', `int() argument must be a string or a number, not '${typeName(value)}'`);
  const text = strip(value);
  if (!/^[-+]?\d+(?:_\d+)*$/.test(text)) {
    if (/[^\0-\x7f]/.test(text)) throw new Undecidable('digits of another script');
    throw new PythonError('ValueError', `invalid literal for int() with base 10: '${value}'`);
  }
  if (text.length > 4300) throw new PythonError('ValueError', 'exceeds the limit for integer string conversion');
  const digits = BigInt(text.replace(/^[-+]/, '').replaceAll('_', ''));
  return text.startsWith('-') ? -digits : digits;
}

function toFloat(value: Value): Value {
  const own = numeric(value);
  if (own !== undefined) return typeof own === 'bigint' ? floatOf(own) : own;
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  const written = isBytes(value) ? value.text : value;
  if (typeof written !== 'string')
    throw new PythonError('TypeError', 'float() argument must be a string or a real number');
  const text = isBytes(value) ? written.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '') : strip(written);
  const digits = '\\d+(?:_\\d+)*';
  if (new RegExp(`^[-+]?(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:[eE][-+]?${digits})?$`).test(text))
    return Number(text.replaceAll('_', ''));
  const special = /^([-+]?)(?:(inf|infinity)|nan)$/i.exec(text);
  if (special) return special[2] ? (special[1] === '-' ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
  if (!isBytes(value) && /[^\0-\x7f]/.test(text)) throw new Undecidable('digits of another script');
  throw new PythonError(
    'ValueError',
    `could not convert string to float: ${isBytes(value) ? reprOf(value) : `'${written}'`}`,
  );
}

function extreme(args: readonly Value[], direction: number, name: string): Value {
  const items = args.length === 1 ? [...unordered(args[0]!)] : args;
  if (items.length === 0) throw new PythonError('ValueError', `${name}() arg is an empty sequence`);
  // Of equal ones the first.
  return items.reduce((best, item) => (!equals(item, best) && order(item, best, '<') * direction > 0 ? item : best));
}

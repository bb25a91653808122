/** Python's built-in functions, as far as they depend on their arguments alone. */
import {strip} from '../util/python-string.js';
import {reprOf, toText} from './format.js';
import {
  equals,
  type FunctionValue,
  isLate,
  isPrefix,
  iterate,
  lateFault,
  numeric,
  order,
  PythonError,
  truth,
  tuple,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

export const builtins: Readonly<Record<string, FunctionValue>> = Object.fromEntries(
  Object.entries({
    len: ([value]) => BigInt(iterate(needed(value)).length),
    int: ([value = 0n, base]) => toInt(value, base),
    float: ([value = 0]) => toFloat(value),
    str: ([value = '']) => toText(value),
    repr: ([value]) => reprOf(needed(value)),
    bool: ([value = false]) => truth(value),
    chr: ([code]) => String.fromCodePoint(Number(wholeNumber(code))),
    ord: ([value]) => {
      const text = needed(value);
      if (typeof text !== 'string' || [...text].length !== 1)
        throw new PythonError('TypeError', 'ord() expected a character');
      return BigInt(text.codePointAt(0)!);
    },
    any: ([items]) => iterate(needed(items)).some(truth),
    all: ([items]) => iterate(needed(items)).every(truth),
    abs: ([value]) => {
      const own = numeric(needed(value));
      if (own === undefined) throw new PythonError('TypeError', 'bad operand type for abs()');
      return own < 0 ? -own : own;
    },
    min: (args) => extreme(args, -1, 'min'),
    max: (args) => extreme(args, 1, 'max'),
    sum: ([items]) =>
      iterate(needed(items)).reduce<bigint | number>((total, each) => {
        const own = numeric(each);
        if (own === undefined)
          throw new PythonError('TypeError', `unsupported operand type(s) for +: 'int' and '${typeName(each)}'`);
        return typeof total === 'bigint' && typeof own === 'bigint' ? total + own : Number(total) + Number(own);
      }, 0n),
    sorted: ([items]) => ({kind: 'list', items: [...iterate(needed(items))].sort((a, b) => order(a, b, '<'))}),
    tuple: ([items = tuple()]) => tuple(...iterate(items)),
    list: ([items = tuple()]) => ({kind: 'list', items: iterate(items)}),
    set: ([items = tuple()]) => ({kind: 'set', items: unique(iterate(items))}),
    frozenset: ([items = tuple()]) => ({kind: 'set', items: unique(iterate(items))}),
    range: (args) => {
      const numbers = args.map((arg) => Number(wholeNumber(arg)));
      const [start, stop, step = 1] = numbers.length === 1 ? [0, numbers[0]!] : numbers;
      if (start === undefined || stop === undefined || step === 0)
        throw new PythonError('ValueError', 'range() arguments');
      const length = Math.max(0, Math.ceil((stop - start) / step));
      if (length > 10_000) throw new Undecidable('so long a range');
      return {kind: 'list', items: Array.from({length}, (_, index) => BigInt(start + index * step))};
    },
    enumerate: ([items, start = 0n]) => ({
      kind: 'list',
      items: iterate(needed(items)).map((each, index) => tuple(wholeNumber(start) + BigInt(index), each)),
    }),
    zip: (args) => {
      const columns = args.map(iterate);
      const length = columns.length === 0 ? 0 : Math.min(...columns.map((column) => column.length));
      return {
        kind: 'list',
        items: Array.from({length}, (_, index) => tuple(...columns.map((column) => column[index]!))),
      };
    },
    reversed: ([items]) => {
      const value = needed(items);
      if (typeof value === 'object' && value !== null && value.kind === 'set')
        throw new PythonError('TypeError', "'set' object is not reversible");
      return {kind: 'list', items: [...iterate(value)].reverse()};
    },
    map: ([call, items]) => ({
      kind: 'list',
      items: iterate(needed(items)).map((each) => callable(call).call([each], new Map())),
    }),
    filter: ([call, items]) => ({
      kind: 'list',
      items: iterate(needed(items)).filter((each) =>
        truth(call === null ? each : callable(call).call([each], new Map())),
      ),
    }),
  } satisfies Record<string, (args: readonly Value[]) => Value>).map(
    ([name, call]: [string, (args: readonly Value[]) => Value]) => [
      name,
      {
        kind: 'function',
        name,
        call: (args, named) => {
          if (named.size > 0) throw new Undecidable(`${name}(…) with names`);
          return call(args);
        },
      } satisfies FunctionValue,
    ],
  ),
);

/** Built-in names that exist in Python and are not worked out ahead. */
export const hostBuiltins: ReadonlySet<string> = new Set(
  (
    '__import__ __build_class__ __debug__ __doc__ __name__ __loader__ __spec__ __package__ __builtins__ ' +
    'aiter anext ascii bin breakpoint bytearray bytes callable classmethod compile complex copyright credits delattr ' +
    'dict dir divmod eval exec exit format getattr globals hasattr hash help hex id input isinstance ' +
    'issubclass iter license locals memoryview next object oct open pow print property quit round ' +
    'setattr slice staticmethod super type vars NotImplemented Ellipsis ' +
    'BaseException Exception ArithmeticError AssertionError AttributeError BufferError EOFError FileNotFoundError ' +
    'ImportError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError ' +
    'OverflowError RuntimeError StopIteration SyntaxError SystemExit TypeError UnicodeError ValueError ZeroDivisionError'
  ).split(' '),
);

function needed(value: Value | undefined): Value {
  if (value === undefined) throw new PythonError('TypeError', 'an argument is missing');
  return value;
}

function callable(value: Value | undefined): FunctionValue {
  if (typeof value === 'object' && value !== null && value.kind === 'function') return value;
  throw new PythonError('TypeError', 'the object is not callable');
}

function wholeNumber(value: Value | undefined): bigint {
  const own = numeric(needed(value));
  if (typeof own !== 'bigint') throw new PythonError('TypeError', 'a whole number is needed');
  return own;
}

function toInt(value: Value, base: Value | undefined): Value {
  if (base !== undefined) throw new Undecidable('int(…) with a base');
  const own = numeric(value);
  if (own !== undefined) return typeof own === 'bigint' ? own : BigInt(Math.trunc(own));
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (typeof value !== 'string')
    throw new PythonError('TypeError', `int() argument must be a string or a number, not '${typeName(value)}'`);
  const text = strip(value);
  if (!/^[-+]?\d+(?:_\d+)*$/.test(text))
    throw new PythonError('ValueError', `invalid literal for int() with base 10: '${value}'`);
  const digits = BigInt(text.replace(/^[-+]/, '').replaceAll('_', ''));
  return text.startsWith('-') ? -digits : digits;
}

function toFloat(value: Value): Value {
  const own = numeric(value);
  if (own !== undefined) return Number(own);
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (typeof value !== 'string')
    throw new PythonError('TypeError', 'float() argument must be a string or a real number');
  const text = strip(value);
  if (!/^[-+]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text))
    throw new PythonError('ValueError', `could not convert string to float: '${value}'`);
  return Number(text.replaceAll('_', ''));
}

function extreme(args: readonly Value[], direction: number, name: string): Value {
  const items = args.length === 1 ? iterate(args[0]!) : args;
  if (items.length === 0) throw new PythonError('ValueError', `${name}() arg is an empty sequence`);
  return items.reduce((best, each) => (order(each, best, '<') * direction > 0 ? each : best));
}

function unique(items: readonly Value[]): Value[] {
  return items.filter((each, index) => items.findIndex((other) => equals(each, other)) === index);
}

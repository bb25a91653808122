/** `round`, `abs`, `sum`, `divmod` and `pow`: functions of numbers. */
import {asComplex, complex, magnitude} from './complex.js';
import {scaled} from './float-text.js';
import type {Language} from './language.js';
import {divided, floatOf, modularPower} from './numbers.js';
import {binary} from './operators.js';
import {
  each,
  equals,
  isBytes,
  isComplex,
  isLate,
  isPrefix,
  isSet,
  iterate,
  lateFault,
  numeric,
  PythonError,
  tuple,
  typeName,
  Undecidable,
  unordered,
  type Value,
} from './value.js';

export function absolute(value: Value): Value {
  if (isComplex(value)) {
    const found = magnitude(value);
    if (found === Number.POSITIVE_INFINITY && Number.isFinite(value.real) && Number.isFinite(value.imag))
      throw new PythonError('OverflowError', 'absolute value too large');
    return found;
  }
  const own = numeric(value);
  if (own === undefined) throw new PythonError('TypeError', `bad operand type for abs(): '${typeName(value)}'`);
  return typeof own === 'number' ? Math.abs(own) : own < 0n ? -own : own;
}

/** `round(value, digits)`: of two that are as near the even one. */
export function rounded(value: Value, digits: Value, language: Language): Value {
  const own = numeric(value);
  if (own === undefined) {
    if (isPrefix(value) || isLate(value)) throw new PythonError('TypeError', "type 'str' has no __round__");
    throw new PythonError('TypeError', `type ${typeName(value)} doesn't define __round__ method`);
  }
  const places = digits === null ? undefined : numeric(digits);
  if (digits !== null && typeof places !== 'bigint')
    throw new PythonError('TypeError', `'${typeName(digits)}' object cannot be interpreted as an integer`);
  if (typeof own === 'bigint') return places === undefined ? own : roundedWhole(own, places as bigint);
  if (places === undefined) {
    if (!Number.isFinite(own))
      throw new PythonError(Number.isNaN(own) ? 'ValueError' : 'OverflowError', 'cannot convert float to integer');
    const size = scaled(Math.abs(own), 0);
    return own < 0 ? -size : size;
  }
  // PyPy takes the sign of a zero away.
  return language.pypy && own === 0 ? 0 : roundedFloat(own, places as bigint);
}

function roundedWhole(value: bigint, digits: bigint): bigint {
  if (digits >= 0n) return value;
  if (digits < -100_000n) {
    if (value < 10n ** 50_000n && value > -(10n ** 50_000n)) return 0n;
    throw new Undecidable('so large a number');
  }
  const unit = 10n ** -digits;
  const [whole, rest] = divided(value, unit);
  const up = rest * 2n > unit || (rest * 2n === unit && whole % 2n !== 0n);
  return (up ? whole + 1n : whole) * unit;
}

function roundedFloat(value: number, digits: bigint): number {
  if (!Number.isFinite(value) || value === 0 || digits > 323n) return value;
  const zero = value < 0 ? -0 : 0;
  if (digits < -308n) return zero;
  const places = Number(digits);
  const whole = scaled(Math.abs(value), places);
  if (whole === 0n) return zero;
  // The nearest float to a decimal number is what JavaScript reads, too.
  const found = Number(`${whole}e${-places}`);
  if (!Number.isFinite(found)) throw new PythonError('OverflowError', 'rounded value too large to represent');
  return value < 0 ? -found : found;
}

export function sum(items: Value, start: Value, language: Language): Value {
  if (typeof start === 'string' || isPrefix(start) || isLate(start))
    throw new PythonError('TypeError', "sum() can't sum strings");
  if (isBytes(start)) throw new PythonError('TypeError', "sum() can't sum bytes");
  // The order of what is rounded counts.
  const source = isSet(items) && items.items.some((item) => typeof item === 'number') ? each(items) : unordered(items);
  if (language.minor < 12 || language.pypy) return plainSum(start, source, language);
  const all = iterate({kind: 'iterator', name: 'sum', rest: source[Symbol.iterator]()});
  const found = carefulSum(start, all, language, 64);
  // Where a word of C has 32 bits, whole numbers stop being words earlier.
  const same = all.every((item) => typeof item !== 'bigint' || BigInt.asIntN(31, item) === item);
  if (!same && !equals(found, carefulSum(start, all, language, 32))) throw new Undecidable('a sum of such numbers');
  return found;
}

function plainSum(start: Value, items: Iterable<Value>, language: Language): Value {
  let total = start;
  for (const item of items) total = binary('+', total, item, language);
  return total;
}

/**
 * From 3.12 on what rounding takes away from floats is kept apart, from 3.14 on of complex numbers, too.
 * Source: CPython, bltinmodule.c, builtin_sum: whole numbers first, then floats, then complex ones, then anything.
 */
function carefulSum(start: Value, items: readonly Value[], language: Language, bits: number): Value {
  const {minor} = language;
  const isWord = (value: Value): boolean => {
    const own = numeric(value);
    return typeof own === 'bigint' && BigInt.asIntN(bits, own) === own;
  };
  let total = start;
  let at = 0;
  const add = (): void => {
    if (at < items.length) total = binary('+', total, items[at++]!, language);
  };
  if (typeof total === 'bigint' && isWord(total)) {
    for (; at < items.length && isWord(items[at]!); at++) {
      const next = binary('+', total, items[at]!, language);
      if (!isWord(next)) break;
      total = next;
    }
    add();
  }
  const carefully = (sum: FloatSum): void => {
    while (
      at < items.length &&
      (minor >= 14 || typeof items[at] !== 'bigint' || isWord(items[at]!)) &&
      sum.add(items[at]!)
    )
      at++;
    total = sum.total();
    add();
  };
  if (typeof total === 'number') carefully(new FloatSum(total, undefined, minor));
  if (isComplex(total) && minor >= 14) carefully(new FloatSum(total.real, total.imag, minor));
  return plainSum(total, items.slice(at), language);
}

/** Neumaier's algorithm. */
class FloatSum {
  private readonly real: Part;
  private readonly imag: Part | undefined;

  constructor(
    real: number,
    imag: number | undefined,
    private readonly minor: number,
  ) {
    this.real = {found: real, lost: 0};
    this.imag = imag === undefined ? undefined : {found: imag, lost: 0};
  }

  /** @returns false for what is no such number */
  add(item: Value): boolean {
    if (isComplex(item)) {
      if (!this.imag) return false;
      carefully(this.imag, item.imag);
      carefully(this.real, item.real);
    } else if (typeof item === 'number') carefully(this.real, item);
    else {
      const own = numeric(item);
      if (typeof own !== 'bigint') return false;
      if (this.minor >= 14) carefully(this.real, floatOf(own));
      else this.real.found += Number(own);
    }
    return true;
  }

  total(): Value {
    return this.imag ? complex(whole(this.real), whole(this.imag)) : whole(this.real);
  }
}

interface Part {
  found: number;
  lost: number;
}

function carefully(part: Part, item: number): void {
  const {found} = part;
  part.found = found + item;
  part.lost += Math.abs(found) >= Math.abs(item) ? found - part.found + item : item - part.found + found;
}

function whole({found, lost}: Part): number {
  return lost !== 0 && Number.isFinite(lost) ? found + lost : found;
}

export function quotientAndRest(left: Value, right: Value): Value {
  const [x, y] = [numeric(left), numeric(right)];
  if (x === undefined || y === undefined) {
    for (const each of [left, right]) if (isLate(each)) throw lateFault(each);
    throw new PythonError(
      'TypeError',
      `unsupported operand type(s) for divmod(): '${typeName(left)}' and '${typeName(right)}'`,
    );
  }
  if (typeof x === 'bigint' && typeof y === 'bigint') return tuple(...divided(x, y));
  return tuple(...divided(typeof x === 'bigint' ? floatOf(x) : x, typeof y === 'bigint' ? floatOf(y) : y));
}

export function raised(x: Value, y: Value, modulus: Value, language: Language): Value {
  if (modulus === null) return binary('**', x, y, language);
  if ([x, y, modulus].some(isComplex)) {
    if ([x, y, modulus].every((each) => asComplex(each))) throw new PythonError('ValueError', 'complex modulo');
    throw new PythonError('TypeError', 'unsupported operand type(s) for ** or pow()');
  }
  const [base, exponent, own] = [numeric(x), numeric(y), numeric(modulus)];
  if (typeof base !== 'bigint' || typeof exponent !== 'bigint' || typeof own !== 'bigint')
    throw new PythonError('TypeError', 'pow() 3rd argument not allowed unless all arguments are integers');
  return modularPower(base, exponent, own);
}

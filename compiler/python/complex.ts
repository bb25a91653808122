/** Python's complex numbers. Source: CPython, complexobject.c; where both parts are finite every Python computes alike. */
import {strip} from '../util/python-string.js';
import {floatText, fraction} from './float-text.js';
import type {Language} from './language.js';
import {floatOf, quotient as wholeQuotient} from './numbers.js';
import {
  type ComplexValue,
  isBytes,
  isComplex,
  isLate,
  isPrefix,
  lateFault,
  numeric,
  PythonError,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

export function complex(real: number, imag: number): ComplexValue {
  return {kind: 'complex', real, imag};
}

/** A number as a complex one; undefined for what is no number. */
export function asComplex(value: Value): ComplexValue | undefined {
  if (isComplex(value)) return value;
  const own = numeric(value);
  return own === undefined ? undefined : complex(typeof own === 'bigint' ? floatOf(own) : own, 0);
}

/**
 * `left operator right`, one of them complex; undefined where the other is no number.
 * @throws PythonError; Undecidable for what the host's own library of mathematics rounds
 */
export function complexArithmetic(operator: string, left: Value, right: Value, language: Language): Value | undefined {
  const [x, y] = [asComplex(left), asComplex(right)];
  if (!x || !y) return undefined;
  // From 3.14 on a real number is not made a complex one first: a zero keeps its sign.
  const apart = language.minor >= 14 && !language.pypy;
  const realLeft = apart && !isComplex(left);
  const realRight = apart && !isComplex(right);
  switch (operator) {
    case '+':
      return complex(x.real + y.real, realLeft ? y.imag : realRight ? x.imag : x.imag + y.imag);
    case '-':
      return complex(x.real - y.real, realLeft ? -y.imag : realRight ? x.imag : x.imag - y.imag);
    case '*':
      if (realLeft) return complex(x.real * y.real, x.real * y.imag);
      return realRight ? complex(x.real * y.real, x.imag * y.real) : product(x, y, apart);
    case '/':
      if (realLeft) return realQuotient(x.real, y, apart);
      return realRight && y.real !== 0 ? complex(x.real / y.real, x.imag / y.real) : quotient(x, y, apart);
    case '**':
      return power(x, y, apart, language);
    default:
      throw new PythonError(
        'TypeError',
        `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
      );
  }
}

/** From 3.14 on infinities are found again where only NaN came out, as C99 has it: that is not worked out here. */
function recovered(found: ComplexValue, apart: boolean): ComplexValue {
  if (apart && Number.isNaN(found.real) && Number.isNaN(found.imag))
    throw new Undecidable('a complex number without a finite value');
  return found;
}

function product(x: ComplexValue, y: ComplexValue, apart: boolean): ComplexValue {
  return recovered(complex(x.real * y.real - x.imag * y.imag, x.real * y.imag + x.imag * y.real), apart);
}

function quotient(x: ComplexValue, y: ComplexValue, apart: boolean): ComplexValue {
  const [a, b] = [Math.abs(y.real), Math.abs(y.imag)];
  if (a === 0 && b === 0) throw new PythonError('ZeroDivisionError', 'division by zero');
  if (a >= b) {
    const ratio = y.imag / y.real;
    const below = y.real + y.imag * ratio;
    return recovered(complex((x.real + x.imag * ratio) / below, (x.imag - x.real * ratio) / below), apart);
  }
  if (b < a || Number.isNaN(a) || Number.isNaN(b)) return recovered(complex(Number.NaN, Number.NaN), apart);
  const ratio = y.real / y.imag;
  const below = y.real * ratio + y.imag;
  return recovered(complex((x.real * ratio + x.imag) / below, (x.imag * ratio - x.real) / below), apart);
}

/** A real number by a complex one. */
function realQuotient(x: number, y: ComplexValue, apart: boolean): ComplexValue {
  const [a, b] = [Math.abs(y.real), Math.abs(y.imag)];
  if ((a === 0 && b === 0) || !(a >= b || b >= a)) return quotient(complex(x, 0), y, apart);
  if (a >= b) {
    const ratio = y.imag / y.real;
    const below = y.real + y.imag * ratio;
    return recovered(complex(x / below, (-x * ratio) / below), apart);
  }
  const ratio = y.real / y.imag;
  const below = y.real * ratio + y.imag;
  return recovered(complex((x * ratio) / below, -x / below), apart);
}

function power(x: ComplexValue, y: ComplexValue, apart: boolean, {pypy}: Language): ComplexValue {
  if (y.imag === 0 && Number.isInteger(y.real) && Math.abs(y.real) <= 100) {
    if (y.real === 0) return complex(1, 0);
    const whole = repeated(x, Math.abs(y.real), apart);
    const found = y.real > 0 ? whole : quotient(complex(1, 0), whole, apart);
    if (!pypy && [found.real, found.imag].some((part) => Math.abs(part) === Number.POSITIVE_INFINITY))
      throw new PythonError('OverflowError', 'complex exponentiation');
    return found;
  }
  if (x.real === 0 && x.imag === 0) {
    if (y.imag !== 0 || y.real < 0) throw new PythonError('ZeroDivisionError', '0.0 to a negative or complex power');
    return complex(0, 0);
  }
  throw new Undecidable('such a power of a complex number');
}

/** By squares, in CPython's order: what is rounded differs otherwise. */
function repeated(x: ComplexValue, times: number, apart: boolean): ComplexValue {
  let found = complex(1, 0);
  let square = x;
  for (let mask = 1; times >= mask; mask *= 2) {
    if (times & mask) found = product(found, square, apart);
    square = product(square, square, false);
  }
  return found;
}

/** `abs(value)`: the float that is nearest. */
export function magnitude({real, imag}: ComplexValue): number {
  if ([real, imag].some((part) => Math.abs(part) === Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  if (Number.isNaN(real) || Number.isNaN(imag)) return Number.NaN;
  if (real === 0 || imag === 0) return Math.abs(real) + Math.abs(imag);
  const [a, b] = [fraction(Math.abs(real)), fraction(Math.abs(imag))];
  const below = a.below * b.below;
  const square = (a.above * b.below) ** 2n + (b.above * a.below) ** 2n;
  // A root with as many bits as a float has, and a good many more.
  const shift = BigInt(Math.max(0, 140 - square.toString(2).length + below.toString(2).length * 2));
  const root = squareRoot(square << (shift * 2n));
  return wholeQuotient(root, below << shift);
}

function squareRoot(value: bigint): bigint {
  let found = 1n << BigInt(Math.ceil(value.toString(2).length / 2) + 1);
  for (;;) {
    const next = (found + value / found) >> 1n;
    if (next >= found) return found;
    found = next;
  }
}

/** `repr` of a complex number. */
export function complexText({real, imag}: ComplexValue): string {
  if (Object.is(real, 0)) return `${floatText(imag, false)}j`;
  const second = floatText(imag, false);
  return `(${floatText(real, false)}${/^-/.test(second) ? '' : '+'}${second}j)`;
}

/** `complex(first, second)`. */
export function toComplex(first: Value | undefined, second: Value | undefined): ComplexValue {
  for (const each of [first, second])
    if (each !== undefined && isPrefix(each)) throw new Undecidable(each.what);
    else if (each !== undefined && isLate(each)) throw lateFault(each);
  if (typeof first === 'string') {
    if (second !== undefined)
      throw new PythonError('TypeError', "complex() can't take second arg if first is a string");
    return readComplex(first);
  }
  if (typeof second === 'string') throw new PythonError('TypeError', "complex() second arg can't be a string");
  const x = first === undefined ? complex(0, 0) : part(first);
  if (second === undefined) return x;
  const y = part(second);
  // `complex(1j, 2j)` is `1j + 2j * 1j`.
  return complex(
    isComplex(second) ? x.real - y.imag : x.real,
    first !== undefined && isComplex(first) ? x.imag + y.real : y.real,
  );
}

function part(value: Value): ComplexValue {
  const found = isBytes(value) ? undefined : asComplex(value);
  if (found) return found;
  throw new PythonError('TypeError', `complex() argument must be a number, not '${typeName(value)}'`);
}

const digits = '\\d+(?:_\\d+)*';
const float = `(?:(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:e[-+]?${digits})?|inf(?:inity)?|nan)`;
const realAlone = new RegExp(`^[-+]?${float}$`, 'i');
const imagAlone = new RegExp(`^([-+]?${float}|[-+]?)j$`, 'i');
const both = new RegExp(`^([-+]?${float})([-+]${float}|[-+])j$`, 'i');

function readComplex(text: string): ComplexValue {
  const bare = strip(text);
  const inside = bare.startsWith('(') && bare.endsWith(')') ? strip(bare.slice(1, -1)) : bare;
  if (realAlone.test(inside)) return complex(readFloat(inside), 0);
  const [, real = '', imag] = both.exec(inside) ?? [undefined, '0', imagAlone.exec(inside)?.[1]];
  if (imag !== undefined) return complex(readFloat(real), readFloat(imag));
  if (/[^\0-\x7f]/.test(inside)) throw new Undecidable('digits of another script');
  throw new PythonError('ValueError', 'complex() arg is a malformed string');
}

function readFloat(text: string): number {
  const plain = text.replace(/^[-+]/, '').replaceAll('_', '');
  const size = /^inf/i.test(plain) ? Number.POSITIVE_INFINITY : /^nan/i.test(plain) ? Number.NaN : Number(plain || '1');
  return text.startsWith('-') ? -size : size;
}

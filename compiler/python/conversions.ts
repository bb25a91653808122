/** What Python's types make of other values: `int('1')`, `str(b'a', 'ascii')`, `bytes([1])`, `dict(…)`. */
import {strip} from '../util/python-string.js';
import {decoded, encoded} from './codecs.js';
import {reprOf, toText} from './format.js';
import type {Language} from './language.js';
import {floatOf} from './numbers.js';
import {
  dictOf,
  each,
  isBytes,
  isDict,
  isLate,
  isPrefix,
  iterate,
  lateFault,
  numeric,
  PythonError,
  sizeLimit,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

/** `operator.index(value)`. */
export function wholeNumber(value: Value): bigint {
  const own = numeric(value);
  if (typeof own !== 'bigint')
    throw new PythonError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
  return own;
}

export function toStr(
  [value, encoding, errors]: readonly (Value | undefined)[],
  _named: ReadonlyMap<string, Value>,
  language: Language,
): Value {
  if (encoding === undefined && errors === undefined) return value === undefined ? '' : toText(value, language);
  if (value === undefined) return '';
  for (const each of [encoding, errors])
    if (each !== undefined && typeof each !== 'string') {
      if (isPrefix(each) || isLate(each)) throw new Undecidable('such an encoding');
      throw new PythonError('TypeError', 'str() argument must be str');
    }
  if (!isBytes(value))
    throw new PythonError('TypeError', `decoding to str: need a bytes-like object, ${typeName(value)} found`);
  return decoded(value.text, encoding, errors);
}

export function toBytes([value, encoding, errors]: readonly (Value | undefined)[]): Value {
  if (value !== undefined && (isLate(value) || isPrefix(value))) throw new Undecidable('bytes(…) of such a value');
  for (const each of [encoding, errors])
    if (each !== undefined && typeof each !== 'string')
      throw new PythonError('TypeError', 'bytes() argument must be str');
  if (encoding !== undefined || errors !== undefined) {
    if (typeof value !== 'string') throw new PythonError('TypeError', 'encoding without a string argument');
    if (encoding === undefined) throw new PythonError('TypeError', 'string argument without an encoding');
    return encoded(value, encoding, errors);
  }
  if (value === undefined) return {kind: 'bytes', text: ''};
  if (isBytes(value)) return value;
  if (typeof value === 'string') throw new PythonError('TypeError', 'string argument without an encoding');
  const count = numeric(value);
  if (typeof count === 'bigint') {
    if (count >= 2n ** 63n || count < -(2n ** 63n))
      throw new PythonError('OverflowError', "cannot fit 'int' into an index-sized integer");
    if (count < 0n) throw new PythonError('ValueError', 'negative count');
    if (count > sizeLimit) throw new Undecidable('so long a value');
    return {kind: 'bytes', text: '\0'.repeat(Number(count))};
  }
  if (typeof value === 'number') throw new PythonError('TypeError', "cannot convert 'float' object to bytes");
  return {kind: 'bytes', text: String.fromCharCode(...iterate(value).map(byteOf))};
}

function byteOf(value: Value): number {
  const code = wholeNumber(value);
  if (code < 0n || code > 255n) throw new PythonError('ValueError', 'bytes must be in range(0, 256)');
  return Number(code);
}

export function toDict(value: Value | undefined, named: ReadonlyMap<string, Value>): Value {
  const entries: (readonly [Value, Value])[] = [];
  if (value !== undefined && isDict(value)) entries.push(...value.entries);
  else if (value !== undefined)
    for (const item of each(value)) {
      const pair = pairOf(item);
      if (pair.length !== 2)
        throw new PythonError(
          'ValueError',
          `dictionary update sequence element has length ${pair.length}; 2 is required`,
        );
      entries.push([pair[0]!, pair[1]!]);
      if (entries.length > 100_000) throw new Undecidable('so long a computation');
    }
  return dictOf([...entries, ...named]);
}

function pairOf(item: Value): readonly Value[] {
  try {
    return iterate(item);
  } catch (error) {
    if (error instanceof PythonError && /not iterable/.test(error.message))
      throw new PythonError('TypeError', 'cannot convert dictionary update sequence element to a sequence');
    throw error;
  }
}

export function toCharacter(code: bigint, {minor, pypy}: Language): string {
  // From 3.13 on one error says it of any number.
  const narrow = minor < 13 && !pypy;
  if (narrow && (code < -(2n ** 31n) || code >= 2n ** 31n))
    throw new PythonError('OverflowError', 'Python int too large to convert to C int');
  if (code < 0n || code > 0x10ffffn) throw new PythonError('ValueError', 'chr() arg not in range(0x110000)');
  return String.fromCodePoint(Number(code));
}

export function codeOf(value: Value): bigint {
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (isBytes(value) && value.text.length === 1) return BigInt(value.text.charCodeAt(0));
  if (typeof value !== 'string' || [...value].length !== 1)
    throw new PythonError('TypeError', 'ord() expected a character');
  return BigInt(value.codePointAt(0)!);
}

/** `bin`, `oct` and `hex`. */
export function inBase(value: Value, base: number, prefix: string): string {
  const own = wholeNumber(value);
  return own < 0n ? `-${prefix}${(-own).toString(base)}` : `${prefix}${own.toString(base)}`;
}

export function toInt(value: Value | undefined, base: Value | undefined): Value {
  if (value === undefined) {
    if (base !== undefined) throw new PythonError('TypeError', 'int() missing string argument');
    return 0n;
  }
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  let radix = 10n;
  if (base !== undefined) {
    radix = wholeNumber(base);
    if (radix !== 0n && (radix < 2n || radix > 36n))
      throw new PythonError('ValueError', 'int() base must be >= 2 and <= 36, or 0');
    if (typeof value !== 'string' && !isBytes(value))
      throw new PythonError('TypeError', "int() can't convert non-string with explicit base");
  }
  const own = numeric(value);
  if (typeof own === 'bigint') return own;
  if (own !== undefined) {
    if (Number.isFinite(own)) return BigInt(Math.trunc(own));
    throw new PythonError(Number.isNaN(own) ? 'ValueError' : 'OverflowError', `cannot convert float ${own} to integer`);
  }
  if (typeof value !== 'string' && !isBytes(value))
    throw new PythonError('TypeError', `int() argument must be a string or a number, not '${typeName(value)}'`);
  const found = readInt(spaceless(value), Number(radix));
  if (found !== undefined) return found;
  if (typeof value === 'string' && /[^\0-\x7f]/.test(strip(value))) throw new Undecidable('digits of another script');
  throw new PythonError('ValueError', `invalid literal for int() with base ${radix}`);
}

/** Bytes have fewer blanks than texts. */
function spaceless(value: Value): string {
  return isBytes(value) ? value.text.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '') : strip(value as string);
}

function readInt(text: string, base: number): bigint | undefined {
  const [, sign, written = ''] = /^([-+]?)(.*)$/s.exec(text)!;
  const prefixed = /^0([xob])_?(?!_)/i.exec(written);
  const own = prefixed ? {x: 16, o: 8, b: 2}[prefixed[1]!.toLowerCase()]! : undefined;
  const digits = own !== undefined && (base === 0 || base === own) ? written.slice(prefixed![0].length) : written;
  const radix = base === 0 ? (digits === written ? 10 : own!) : base;
  if (!/^[0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*$/.test(digits)) return undefined;
  const plain = digits.replaceAll('_', '').toLowerCase();
  if (![...plain].every((digit) => Number.parseInt(digit, 36) < radix)) return undefined;
  // In base 0 a number is written as in Python itself.
  if (base === 0 && digits === written && /^0+[1-9]/.test(plain)) return undefined;
  const power = {2: '0b', 8: '0o', 16: '0x'}[radix];
  if (plain.length > 4300 && !/^(?:2|4|8|16|32)$/.test(String(radix)))
    throw new PythonError('ValueError', 'exceeds the limit for integer string conversion');
  let found = 0n;
  if (power || radix === 10) found = BigInt((power ?? '') + plain);
  else if (plain.length > 10_000) throw new Undecidable('so long a number');
  else for (const digit of plain) found = found * BigInt(radix) + BigInt(Number.parseInt(digit, 36));
  return sign === '-' ? -found : found;
}

export function toFloat(value: Value): Value {
  const own = numeric(value);
  if (own !== undefined) return typeof own === 'bigint' ? floatOf(own) : own;
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (!isBytes(value) && typeof value !== 'string')
    throw new PythonError('TypeError', 'float() argument must be a string or a real number');
  const text = spaceless(value);
  const digits = '\\d+(?:_\\d+)*';
  if (new RegExp(`^[-+]?(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:[eE][-+]?${digits})?$`).test(text))
    return Number(text.replaceAll('_', ''));
  const special = /^([-+]?)(?:(inf|infinity)|nan)$/i.exec(text);
  if (special) return special[2] ? (special[1] === '-' ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
  if (!isBytes(value) && /[^\0-\x7f]/.test(text)) throw new Undecidable('digits of another script');
  throw new PythonError(
    'ValueError',
    `could not convert string to float: ${isBytes(value) ? reprOf(value) : `'${value}'`}`,
  );
}

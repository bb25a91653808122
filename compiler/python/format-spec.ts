/** What `format(value, spec)` and the fields of formatted texts make of texts and numbers. Source: Python, "Format Specification Mini-Language". */
import {floatDigits, isNegative} from './float-text.js';
import type {Language} from './language.js';
import {floatOf} from './numbers.js';
import {type ComplexValue, isComplex, numeric, PythonError, Undecidable, type Value} from './value.js';

interface Spec {
  readonly fill: string | undefined;
  readonly align: string | undefined;
  readonly sign: string | undefined;
  /** `z`: a zero without its minus. */
  readonly plainZero: boolean;
  readonly alternate: boolean;
  /** A `0` before the width. */
  readonly zero: boolean;
  readonly width: number;
  readonly grouping: string | undefined;
  /** Of the digits behind the point. */
  readonly fraction: string | undefined;
  readonly precision: number | undefined;
  readonly type: string;
}

/** Values whose `format` takes a specification. */
export type Formatted = string | bigint | number | boolean | ComplexValue;

/** Wider and finer than any condition asks for. */
const longest = 10_000;

/**
 * @param spec  not empty
 * @throws PythonError for what Python refuses; Undecidable for what takes too much room
 */
export function formatWith(value: Formatted, spec: string, language: Language): string {
  const read = readSpec(spec, language);
  if (typeof value === 'string') return formatText(value, read);
  if (isComplex(value)) return formatComplex(value, read, language);
  const own = numeric(value)!;
  if (typeof own === 'number') return formatFloat(own, read, language);
  return /^[eEfFgG%]$/.test(read.type) ? formatFloat(floatOf(own), read, language) : formatInteger(own, read, language);
}

/** Whether `format` of a value takes a specification at all. */
export function hasFormat(value: Value): value is Formatted {
  return isComplex(value) || (value !== null && typeof value !== 'object');
}

function readSpec(spec: string, {minor}: Language): Spec {
  const newer = [minor >= 11 ? '(z)?' : '()', minor >= 14 ? '(?:\\.(?:(\\d+)|(?=[,_]))([,_])?)?' : '(?:\\.(\\d+)())?'];
  const pattern = `^(?:([\\s\\S])([<>=^])|([<>=^]))?([-+ ])?${newer[0]}(#)?(0)?(\\d+)?([_,])?${newer[1]}([\\s\\S])?$`;
  const match = new RegExp(pattern, 'u').exec(spec);
  if (!match) throw new PythonError('ValueError', `Invalid format specifier '${spec}'`);
  const [, fill, chosen, plain, sign, z, alternate, zero, width, grouping, precision, fraction, type = ''] = match;
  // Where a fill is given, a zero is the first digit of the width.
  const found: Spec = {
    fill,
    align: chosen ?? plain,
    sign,
    plainZero: Boolean(z),
    alternate: alternate !== undefined,
    zero: zero !== undefined && fill === undefined,
    width: Number(width ?? 0),
    grouping,
    fraction: fraction || undefined,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
  const grouped = /^(?:[defgEGF%]|)$/.test(type) || (grouping === '_' && /^[boxX]$/.test(type));
  if (grouping && !grouped) throw new PythonError('ValueError', `Cannot specify '${grouping}' with '${type}'.`);
  if (found.fraction && type === 'n') throw new PythonError('ValueError', `Cannot specify '${fraction}' with 'n'.`);
  for (const number of [width, precision])
    if (number !== undefined && BigInt(number) >= 2n ** 63n)
      throw new PythonError('ValueError', 'Too many decimal digits in format string');
  if (found.width > longest || (found.precision ?? 0) > longest) throw new Undecidable('so long a format');
  return found;
}

function formatText(value: string, spec: Spec): string {
  const {fill, align, sign, plainZero, alternate, zero, width, precision, type} = spec;
  if (type !== '' && type !== 's') throw unknownCode(type, 'str');
  if (sign || plainZero) throw new PythonError('ValueError', 'Sign not allowed in string format specifier');
  if (alternate) throw new PythonError('ValueError', 'Alternate form (#) not allowed in string format specifier');
  if (align === '=') throw new PythonError('ValueError', "'=' alignment not allowed in string format specifier");
  if (spec.grouping) throw new PythonError('ValueError', `Cannot specify '${spec.grouping}' with 's'.`);
  const all = [...value];
  const shown = precision === undefined ? all : all.slice(0, precision);
  return aligned('', shown.join(''), shown.length, {fill: fill ?? (zero ? '0' : ' '), align: align ?? '<', width});
}

function formatInteger(value: bigint, spec: Spec, {pypy}: Language): string {
  const {sign, plainZero, alternate, precision, type} = spec;
  const base = {'': 10, d: 10, n: 10, b: 2, o: 8, x: 16, X: 16, c: 0}[type];
  if (base === undefined) throw unknownCode(type, 'int');
  if (precision !== undefined) throw new PythonError('ValueError', 'Precision not allowed in integer format specifier');
  if (plainZero) throw new PythonError('ValueError', 'Negative zero coercion (z) not allowed with an integer');
  if (type === 'c') {
    if (sign || alternate) throw new PythonError('ValueError', "not allowed with integer format specifier 'c'");
    if (value < 0n || value > 0x10ffffn) throw new PythonError('OverflowError', '%c arg not in range(0x110000)');
    return padded('', '', String.fromCodePoint(Number(value)), spec);
  }
  const digits = (value < 0n ? -value : value).toString(base);
  if (digits.length > 4300 && base === 10 && !pypy)
    throw new PythonError('ValueError', 'exceeds the limit for integer string conversion');
  const prefix = alternate && base !== 10 ? `0${type}` : '';
  const head = signOf(value < 0n, sign) + prefix;
  return padded(head, type === 'X' ? digits.toUpperCase() : digits, '', spec, base === 10 ? 3 : 4);
}

function formatFloat(value: number, spec: Spec, {pypy}: Language): string {
  const {type} = spec;
  if (type !== '' && !/^[eEfFgGn%]$/.test(type)) throw unknownCode(type, 'float');
  const {head, whole, tail} = parts(value, spec, spec.sign, type === '');
  if (whole !== '') return padded(head, whole, tail, spec);
  // `inf` has no digits to be grouped.
  if (pypy && spec.grouping) throw new Undecidable('such a format of a float');
  return padded(head, '', tail, {...spec, grouping: undefined});
}

/** A float's sign, its whole digits, and what follows them. */
function parts(
  value: number,
  {type, precision, alternate, plainZero, fraction}: Spec,
  sign: string | undefined,
  point: boolean,
): {readonly head: string; readonly whole: string; readonly tail: string} {
  const text = floatDigits(Math.abs(value), {type, precision, alternate, point});
  const [, whole = '', dot = '', behind = '', rest = ''] = /^(\d*)(\.?)(\d*)(.*)$/s.exec(text)!;
  const isZero = plainZero && /^[0.]+(?:e.*|%)?$/i.test(text);
  const grouped = fraction ? behind.replaceAll(/(\d{3})(?=\d)/g, `$1${fraction}`) : behind;
  return {head: signOf(isNegative(value) && !isZero, sign), whole, tail: dot + grouped + rest};
}

/** Both parts in one format; in brackets, and without a real part that is 0, where no type is given. */
function formatComplex({real, imag}: ComplexValue, spec: Spec, {pypy}: Language): string {
  const {type, fill, align, zero, width, grouping} = spec;
  if (type !== '' && !/^[eEfFgGn]$/.test(type)) throw unknownCode(type, 'complex');
  if (zero || fill === '0')
    throw new PythonError('ValueError', 'Zero padding is not allowed in complex format specifier');
  if (align === '=')
    throw new PythonError('ValueError', "'=' alignment flag is not allowed in complex format specifier");
  // PyPy writes twelve digits where none are asked for.
  const precision = spec.precision ?? (pypy && type === '' ? 12 : undefined);
  const alone = type === '' && Object.is(real, 0);
  const written = (value: number, sign: string | undefined): string => {
    const {head, whole, tail} = parts(value, {...spec, precision}, sign, false);
    return head + grouped(whole, 3, grouping) + tail;
  };
  const body = `${alone ? '' : written(real, spec.sign)}${written(imag, alone ? spec.sign : '+')}j`;
  const whole = type === '' && !alone ? `(${body})` : body;
  return aligned('', whole, [...whole].length, {fill: fill ?? ' ', align: align ?? '>', width});
}

function signOf(negative: boolean, sign: string | undefined): string {
  return negative ? '-' : sign === '+' || sign === ' ' ? sign : '';
}

function grouped(digits: string, group: number, mark: string | undefined): string {
  return mark ? digits.replace(new RegExp(`\\B(?=(?:[0-9a-fA-F]{${group}})+$)`, 'g'), mark) : digits;
}

/** A number of its parts: before its digits, its whole digits, behind them. */
function padded(head: string, whole: string, tail: string, spec: Spec, group = 3): string {
  const fill = spec.fill ?? (spec.zero ? '0' : ' ');
  const align = spec.align ?? (spec.zero ? '=' : '>');
  const {grouping, width} = spec;
  let digits = whole;
  if (grouping) {
    const least = fill === '0' && align === '=' ? width - head.length - tail.length : 0;
    // Zeros are digits to the separators, as many as make the width full.
    const zeros = Math.max(0, Math.ceil((least * group) / (group + 1)) - digits.length);
    digits = '0'.repeat(zeros) + digits;
    while (grouped(digits, group, grouping).length < least) digits = `0${digits}`;
    digits = grouped(digits, group, grouping);
  }
  const body = digits + tail;
  return aligned(head, body, [...head].length + [...body].length, {fill, align, width});
}

function aligned(
  head: string,
  body: string,
  length: number,
  {fill, align, width}: {readonly fill: string; readonly align: string; readonly width: number},
): string {
  const missing = Math.max(0, width - length);
  const before = align === '^' ? Math.floor(missing / 2) : align === '<' ? 0 : missing;
  const [left, right] = [fill.repeat(before), fill.repeat(missing - before)];
  return align === '=' ? head + left + body + right : left + head + body + right;
}

function unknownCode(type: string, of: string): PythonError {
  return new PythonError('ValueError', `Unknown format code '${type}' for object of type '${of}'`);
}

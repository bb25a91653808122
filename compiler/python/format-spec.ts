/** What `format(value, spec)` and the fields of formatted texts make of texts and numbers. Source: Python, "Format Specification Mini-Language". */
import {floatOf} from './numbers.js';
import {numeric, PythonError, Undecidable, type Value} from './value.js';

interface Spec {
  readonly fill: string | undefined;
  readonly align: '<' | '>' | '=' | '^' | undefined;
  readonly sign: '-' | '+' | ' ' | undefined;
  readonly alternate: boolean;
  /** A `0` before the width. */
  readonly zero: boolean;
  readonly width: number;
  readonly grouping: ',' | '_' | undefined;
  readonly precision: number | undefined;
  readonly type: string;
}

/** Wider and finer than any condition asks for. */
const longest = 400;

/**
 * @param spec  not empty
 * @throws PythonError for what Python refuses; Undecidable for what depends on the version or the locale
 */
export function formatWith(value: string | bigint | number | boolean, spec: string): string {
  const read = readSpec(spec);
  if (typeof value === 'string') return formatText(value, read);
  const own = numeric(value)!;
  if (read.type === 'n') throw new Undecidable('a number as the locale writes it');
  if (typeof own === 'number') return formatFloat(own, read);
  return /^[eEfFgG%]$/.test(read.type) ? formatFloat(floatOf(own), read) : formatInteger(own, read);
}

/** Whether `format` of a value takes a specification at all. */
export function hasFormat(value: Value): value is string | bigint | number | boolean {
  return value !== null && typeof value !== 'object';
}

function readSpec(spec: string): Spec {
  const match = /^(?:([\s\S])([<>=^])|([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([_,])?(?:\.(\d+))?([a-zA-Z%])?$/u.exec(spec);
  const [, fill, chosen, plain, sign, z, alternate, zero, width, grouping, precision, type] = match ?? [];
  if (/\.\d*[_,]/.test(spec) || z) throw new Undecidable('a format that not every Python knows');
  if (!match) throw new PythonError('ValueError', `Invalid format specifier '${spec}'`);
  // Where a fill is given, a zero is the first digit of the width.
  const found = {
    fill,
    align: (chosen ?? plain) as Spec['align'],
    sign: sign as Spec['sign'],
    alternate: alternate !== undefined,
    zero: zero !== undefined && fill === undefined,
    width: Number(width ?? 0),
    grouping: grouping as Spec['grouping'],
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
  if (found.width > longest || (found.precision ?? 0) > longest) throw new Undecidable('so long a format');
  return found;
}

function formatText(value: string, spec: Spec): string {
  const {fill, align, sign, alternate, zero, width, grouping, precision, type} = spec;
  if (type !== '' && type !== 's') throw unknownCode(type, 'str');
  if (sign) throw new PythonError('ValueError', 'Sign not allowed in string format specifier');
  if (alternate) throw new PythonError('ValueError', 'Alternate form (#) not allowed in string format specifier');
  if (align === '=') throw new PythonError('ValueError', "'=' alignment not allowed in string format specifier");
  if (grouping) throw new PythonError('ValueError', `Cannot specify '${grouping}' with 's'.`);
  const all = [...value];
  const shown = precision === undefined ? all : all.slice(0, precision);
  return aligned('', shown.join(''), shown.length, {fill: fill ?? (zero ? '0' : ' '), align: align ?? '<', width});
}

function formatInteger(value: bigint, spec: Spec): string {
  const {sign, alternate, grouping, precision, type} = spec;
  if (precision !== undefined) throw new PythonError('ValueError', 'Precision not allowed in integer format specifier');
  if (type === 'c') {
    if (sign || alternate || grouping)
      throw new PythonError('ValueError', "not allowed with integer format specifier 'c'");
    if (value < 0n || value > 0x10ffffn) throw new PythonError('OverflowError', '%c arg not in range(0x110000)');
    return padded('', String.fromCodePoint(Number(value)), '', spec);
  }
  const base = {'': 10, d: 10, b: 2, o: 8, x: 16, X: 16}[type];
  if (base === undefined) throw unknownCode(type, 'int');
  if (grouping === ',' && base !== 10) throw new PythonError('ValueError', `Cannot specify ',' with '${type}'.`);
  const digits = (value < 0n ? -value : value).toString(base);
  if (digits.length > 4300 && base === 10)
    throw new PythonError('ValueError', 'exceeds the limit for integer string conversion');
  const prefix = alternate && base !== 10 ? `0${type}` : '';
  const head = signOf(value < 0n, sign) + prefix;
  return padded(head, type === 'X' ? digits.toUpperCase() : digits, '', spec, base === 10 ? 3 : 4);
}

function formatFloat(value: number, spec: Spec): string {
  const {sign, alternate, precision, type} = spec;
  if (type !== '' && !/^[eEfFgG%]$/.test(type)) throw unknownCode(type, 'float');
  if (alternate || !Number.isFinite(value)) throw new Undecidable('such a format of a float');
  const negative = value < 0 || Object.is(value, -0);
  const plain = type === '%' ? Math.abs(value) * 100 : Math.abs(value);
  if (!Number.isFinite(plain)) throw new Undecidable('such a format of a float');
  const text = floatDigits(plain, type, precision);
  const shown = type === 'E' || type === 'G' ? text.toUpperCase() : text;
  const [, whole = '', rest = ''] = /^(\d+)(.*)$/s.exec(shown)!;
  return padded(signOf(negative, sign), whole, rest + (type === '%' ? '%' : ''), spec);
}

function floatDigits(value: number, type: string, precision: number | undefined): string {
  switch (type.toLowerCase()) {
    case 'f':
    case '%':
      return fixed(value, precision ?? 6);
    case 'e':
      return scientific(value, precision ?? 6);
    case 'g':
      return general(value, precision ?? 6, false);
    default:
      return precision === undefined ? shortest(value) : general(value, precision, true);
  }
}

/** `repr` of a finite float that is not negative: as many digits as are needed, with an exponent below 0.0001 and from 1e16. */
export function shortest(value: number): string {
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return withExponent(mantissa, exponent);
  const digits = mantissa.replace('.', '');
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${whole}.${digits.slice(exponent + 1) || '0'}`;
}

function withExponent(mantissa: string, exponent: number): string {
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** As `%.NF`: `digits` of them behind the point. */
function fixed(value: number, digits: number): string {
  const all = String(scaled(value, digits)).padStart(digits + 1, '0');
  return digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

function scientific(value: number, digits: number): string {
  const {mantissa, exponent} = rounded(value, digits);
  return withExponent(digits === 0 ? mantissa : `${mantissa[0]}.${mantissa.slice(1)}`, exponent);
}

/** As `%.NG`; `point`: with a digit behind the point where there is no exponent, as a float without a type is written. */
function general(value: number, precision: number, point: boolean): string {
  const digits = Math.max(precision, 1);
  const {mantissa, exponent} = rounded(value, digits - 1);
  const bare = mantissa.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= digits - (point ? 1 : 0))
    return withExponent(bare.length === 1 ? bare : `${bare[0]}.${bare.slice(1)}`, exponent);
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${bare}`;
  const behind = mantissa.slice(exponent + 1).replace(/0+$/, '');
  return `${mantissa.slice(0, exponent + 1)}${behind === '' ? (point ? '.0' : '') : `.${behind}`}`;
}

/** `digits` + 1 digits of a number, and the power of ten of the first. */
function rounded(value: number, digits: number): {readonly mantissa: string; readonly exponent: number} {
  if (value === 0) return {mantissa: '0'.repeat(digits + 1), exponent: 0};
  const written = Number(value.toExponential().split('e')[1]);
  // What is written as 1e23 may be a little less.
  const {above, below} = fraction(value, -written);
  const exponent = above < below ? written - 1 : written;
  const mantissa = String(scaled(value, digits - exponent));
  // 9.99 is 10 with a digit less.
  return mantissa.length > digits + 1
    ? {mantissa: mantissa.slice(0, -1), exponent: exponent + 1}
    : {mantissa, exponent};
}

/** The number by a power of ten, as a whole one: of two that are as near the even one. */
function scaled(value: number, power: number): bigint {
  const {above, below} = fraction(value, power);
  const [whole, rest] = [above / below, (above % below) * 2n];
  return rest > below || (rest === below && whole % 2n === 1n) ? whole + 1n : whole;
}

/** A float by a power of ten: a fraction that is known exactly. */
function fraction(value: number, power: number): {readonly above: bigint; readonly below: bigint} {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const raw = Number((bits >> 52n) & 0x7ffn);
  const low = bits & 0xfffffffffffffn;
  const mantissa = raw === 0 ? low : low | (1n << 52n);
  const exponent = (raw === 0 ? 1 : raw) - 1075;
  let [above, below] = [mantissa, 1n];
  if (exponent > 0) above <<= BigInt(exponent);
  else below <<= BigInt(-exponent);
  if (power > 0) above *= 10n ** BigInt(power);
  else below *= 10n ** BigInt(-power);
  return {above, below};
}

function signOf(negative: boolean, sign: Spec['sign']): string {
  return negative ? '-' : sign === '+' || sign === ' ' ? sign : '';
}

/** A number of its parts: before its digits, its whole digits, behind them. */
function padded(head: string, whole: string, tail: string, spec: Spec, group = 3): string {
  const fill = spec.fill ?? (spec.zero ? '0' : ' ');
  const align = spec.align ?? (spec.zero ? '=' : '>');
  const {grouping, width} = spec;
  let digits = whole;
  if (grouping) {
    const least = fill === '0' && align === '=' ? width - head.length - tail.length : 0;
    const split = (): string => digits.replace(new RegExp(`\\B(?=(?:[0-9a-fA-F]{${group}})+$)`, 'g'), grouping);
    while (split().length < least) digits = `0${digits}`;
    digits = split();
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

/** The digits of floats, as Python writes them: by `repr`, and by `e`, `f` and `g` of formats. Rounding is exact. */

/** A number in a format: without sign, `inf` and `nan` included. */
export interface FloatFormat {
  /** e, f, g, %, or nothing; in any case. */
  readonly type: string;
  readonly precision: number | undefined;
  /** `#`: the point and the zeros behind it stay. */
  readonly alternate: boolean;
  /** Whether a float without a type shows that it is one: `1.0`. */
  readonly point: boolean;
}

/** @param value  not negative */
export function floatDigits(value: number, {type, precision, alternate, point}: FloatFormat): string {
  const own = type === '%' ? value * 100 : value;
  const text = Number.isNaN(own)
    ? 'nan'
    : Number.isFinite(own)
      ? finiteDigits(own, type.toLowerCase(), precision, alternate, point)
      : 'inf';
  return (/[EFG]/.test(type) ? text.toUpperCase() : text) + (type === '%' ? '%' : '');
}

function finiteDigits(
  value: number,
  type: string,
  precision: number | undefined,
  alternate: boolean,
  point: boolean,
): string {
  switch (type) {
    case 'f':
    case '%':
      return fixed(value, precision ?? 6, alternate);
    case 'e':
      return scientific(value, precision ?? 6, alternate);
    case 'g':
    case 'n':
      return general(value, precision ?? 6, false, alternate);
    default:
      return precision === undefined ? shortest(value, point, alternate) : general(value, precision, point, alternate);
  }
}

/** `repr` of any float. `point` is false for the parts of a complex number. */
export function floatText(value: number, point = true): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  return `${isNegative(value) ? '-' : ''}${shortest(Math.abs(value), point)}`;
}

export function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** `repr` of a finite float that is not negative: as many digits as are needed, with an exponent below 0.0001 and from 1e16. */
function shortest(value: number, point: boolean, alternate = false): string {
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16)
    return withExponent(alternate && mantissa.length === 1 ? `${mantissa}.` : mantissa, exponent);
  const digits = mantissa.replace('.', '');
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const behind = digits.slice(exponent + 1) || (point ? '0' : '');
  return behind === '' && !alternate ? whole : `${whole}.${behind}`;
}

function withExponent(mantissa: string, exponent: number): string {
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** As `%.NF`: `digits` of them behind the point. */
function fixed(value: number, digits: number, alternate: boolean): string {
  const all = String(scaled(value, digits)).padStart(digits + 1, '0');
  return digits === 0 ? `${all}${alternate ? '.' : ''}` : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

function scientific(value: number, digits: number, alternate: boolean): string {
  const {mantissa, exponent} = rounded(value, digits);
  const point = digits === 0 && !alternate ? '' : '.';
  return withExponent(`${mantissa[0]}${point}${mantissa.slice(1)}`, exponent);
}

/** As `%.NG`; `point`: with a digit behind the point where there is no exponent, as a float without a type is written. */
function general(value: number, precision: number, point: boolean, alternate: boolean): string {
  const digits = Math.max(precision, 1);
  const {mantissa, exponent} = rounded(value, digits - 1);
  const kept = alternate ? mantissa : mantissa.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= digits - (point ? 1 : 0))
    return withExponent(kept.length === 1 && !alternate ? kept : `${kept[0]}.${kept.slice(1)}`, exponent);
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${kept}`;
  const behind = kept.slice(exponent + 1) || (point ? '0' : '');
  return `${mantissa.slice(0, exponent + 1)}${behind === '' && !alternate ? '' : `.${behind}`}`;
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
export function scaled(value: number, power: number): bigint {
  const {above, below} = fraction(value, power);
  const [whole, rest] = [above / below, (above % below) * 2n];
  return rest > below || (rest === below && whole % 2n === 1n) ? whole + 1n : whole;
}

/** A float that is not negative by a power of ten: a fraction that is known exactly. */
export function fraction(value: number, power = 0): {readonly above: bigint; readonly below: bigint} {
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

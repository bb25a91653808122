/** Methods of numbers: `(5).bit_length()`, `(0.5).as_integer_ratio()`. */
import {wholeNumber} from './conversions.js';
import {fraction} from './float-text.js';
import type {Language} from './language.js';
import type {Methods} from './methods.js';
import {type ComplexValue, numeric, PythonError, tuple, typeName, Undecidable, type Value} from './value.js';

export function numberMethods(value: bigint | boolean | number | ComplexValue, {minor}: Language): Methods {
  if (typeof value === 'object') return {conjugate: [0, 0, () => ({...value, imag: -value.imag})]};
  const own = numeric(value)!;
  if (typeof own === 'number')
    return {
      conjugate: [0, 0, () => own],
      is_integer: [0, 0, () => Number.isInteger(own)],
      as_integer_ratio: [0, 0, () => ratio(own)],
      hex: [0, 0, () => hexOf(own)],
    };
  const bits = (own < 0n ? -own : own).toString(2);
  return {
    conjugate: [0, 0, () => own],
    to_bytes: [0, 2, (args) => toFixedBytes(own, args, minor)],
    bit_length: [0, 0, () => (own === 0n ? 0n : BigInt(bits.length))],
    bit_count: [0, 0, () => BigInt(bits.replaceAll('0', '').length)],
    as_integer_ratio: [0, 0, () => tuple(own, 1n)],
    ...(minor >= 12 && {is_integer: [0, 0, () => true]}),
  };
}

/** `value.to_bytes(length, order)`. */
function toFixedBytes(value: bigint, args: readonly Value[], minor: number): Value {
  const [length, order] = args;
  if (minor < 11 && args.length < 2) throw new PythonError('TypeError', 'to_bytes() missing required argument');
  const size = length === undefined ? 1n : wholeNumber(length);
  if (order !== undefined && typeof order !== 'string')
    throw new PythonError('TypeError', `to_bytes() argument must be str, not ${typeName(order)}`);
  if (order !== undefined && order !== 'big' && order !== 'little')
    throw new PythonError('ValueError', "byteorder must be either 'little' or 'big'");
  if (size < 0n) throw new PythonError('ValueError', 'length argument must be non-negative');
  if (size > 10_000n) throw new Undecidable('so long a value');
  if (value < 0n) throw new PythonError('OverflowError', "can't convert negative int to unsigned");
  const digits = value === 0n ? '' : value.toString(16);
  if (digits.length > Number(size) * 2) throw new PythonError('OverflowError', 'int too big to convert');
  const bytes = Buffer.from(digits.padStart(Number(size) * 2, '0'), 'hex');
  return {kind: 'bytes', text: (order === 'little' ? bytes.reverse() : bytes).toString('latin1')};
}

function ratio(value: number): Value {
  if (!Number.isFinite(value))
    throw new PythonError(Number.isNaN(value) ? 'ValueError' : 'OverflowError', 'no integer ratio');
  let {above, below} = fraction(Math.abs(value));
  while (below > 1n && above % 2n === 0n) [above, below] = [above / 2n, below / 2n];
  return tuple(value < 0 ? -above : above, below);
}

/** `0x1.8000000000000p+1`. */
function hexOf(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const sign = bits >> 63n ? '-' : '';
  const raw = Number((bits >> 52n) & 0x7ffn);
  const low = (bits & 0xfffffffffffffn).toString(16).padStart(13, '0');
  if (value === 0) return `${sign}0x0.0p+0`;
  const exponent = raw === 0 ? -1022 : raw - 1023;
  return `${sign}0x${raw === 0 ? 0 : 1}.${low}p${exponent < 0 ? '' : '+'}${exponent}`;
}

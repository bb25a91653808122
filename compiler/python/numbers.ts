/** Python's arithmetic. Whole numbers are bigints, floats are numbers. */
import {fraction} from './float-text.js';
import {PythonError, Undecidable, type Value} from './value.js';

/** `x operator y`. */
export function arithmetic(operator: string, x: bigint | number, y: bigint | number): Value {
  if (typeof x === 'bigint' && typeof y === 'bigint') return integers(operator, x, y);
  return floats(operator, typeof x === 'bigint' ? floatOf(x) : x, typeof y === 'bigint' ? floatOf(y) : y);
}

/** A whole number as a float. Throws a PythonError where it is too large for one. */
export function floatOf(value: bigint): number {
  const found = Number(value);
  if (Number.isFinite(found)) return found;
  throw new PythonError('OverflowError', 'int too large to convert to float');
}

/** `divmod(x, y)`, of two whole numbers or two floats. */
export function divided<T extends bigint | number>(x: T, y: T): readonly [T, T];
export function divided(x: bigint | number, y: bigint | number): readonly [bigint | number, bigint | number] {
  if (y === 0 || y === 0n) throw new PythonError('ZeroDivisionError', 'division by zero');
  if (typeof x === 'bigint' && typeof y === 'bigint') {
    const rest = x % y;
    return rest !== 0n && rest < 0n !== y < 0n ? [x / y - 1n, rest + y] : [x / y, rest];
  }
  const [above, below] = [Number(x), Number(y)];
  // Source: CPython, floatobject.c, _float_div_mod.
  let rest = above % below;
  let whole = (above - rest) / below;
  if (rest === 0) rest = below < 0 ? -0 : 0;
  else if (rest < 0 !== below < 0) {
    rest += below;
    whole -= 1;
  }
  if (whole === 0) return [above / below < 0 || Object.is(above / below, -0) ? -0 : 0, rest];
  const floor = Math.floor(whole);
  return [whole - floor > 0.5 ? floor + 1 : floor, rest];
}

function integers(operator: string, x: bigint, y: bigint): Value {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      if (!isSmall(x) && !isSmall(y) && bitsOf(x) + bitsOf(y) > bitLimit) throw new Undecidable('so large a number');
      return x * y;
    case '/':
      return quotient(x, y);
    case '//':
      return divided(x, y)[0];
    case '%':
      return divided(x, y)[1];
    case '**':
      return power(x, y);
    case '<<':
    case '>>':
      if (y < 0n) throw new PythonError('ValueError', 'negative shift count');
      if (x === 0n) return x;
      if (operator === '>>') return y > bitLimit ? (x < 0n ? -1n : 0n) : x >> y;
      if (y + bitsOf(x) > bitLimit) throw new Undecidable('so large a number');
      return x << y;
    case '&':
      return x & y;
    case '|':
      return x | y;
    case '^':
      return x ^ y;
    default:
      throw new PythonError('TypeError', `unsupported operand type(s) for ${operator}: 'int' and 'int'`);
  }
}

/** Bits that a number of a condition may have. */
const bitLimit = 1_000_000n;

function isSmall(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

function bitsOf(value: bigint): bigint {
  return BigInt((value < 0n ? -value : value).toString(16).length * 4);
}

/** `x / y` of whole numbers, as the float that is nearest. */
export function quotient(x: bigint, y: bigint): number {
  if (y === 0n) throw new PythonError('ZeroDivisionError', 'division by zero');
  const exact = 2n ** 53n;
  if (-exact <= x && x <= exact && -exact <= y && y <= exact) return Number(x) / Number(y);
  const negative = x < 0n !== y < 0n;
  const [above, below] = [x < 0n ? -x : x, y < 0n ? -y : y];
  const shift = 70n - bitsOf(above) + bitsOf(below);
  const scaled = shift > 0n ? above << shift : above;
  const divisor = shift < 0n ? below << -shift : below;
  // A bit that stands for all that is left, so that a half is told from a little more.
  const whole = (scaled / divisor) * 2n + (scaled % divisor === 0n ? 0n : 1n);
  const half = -Number(shift + 1n) / 2;
  const found = Number(whole) * 2 ** Math.floor(half) * 2 ** Math.ceil(half);
  if (!Number.isFinite(found)) throw new PythonError('OverflowError', 'integer division result too large for a float');
  return negative ? -found : found;
}

/** `x ** y`, of whole numbers. */
function power(x: bigint, y: bigint): Value {
  if (y < 0n) return floats('**', floatOf(x), floatOf(y));
  const bits = isSmall(x) ? BigInt((x < 0n ? -x : x).toString(2).length) : bitsOf(x);
  if (bits > 1n && bits * y > bitLimit) throw new Undecidable('so large a number');
  // Of 0, 1 and -1 the exponent may have any size.
  return bits > 1n ? x ** y : x ** (y === 0n ? 0n : 2n - (y % 2n));
}

/** `pow(x, y, modulus)`. */
export function modularPower(x: bigint, y: bigint, modulus: bigint): bigint {
  if (modulus === 0n) throw new PythonError('ValueError', 'pow() 3rd argument cannot be 0');
  const size = modulus < 0n ? -modulus : modulus;
  if (!isSmall(y) && bitsOf(y) * bitsOf(size) ** 2n > 10_000_000_000n) throw new Undecidable('so large a number');
  let base = ((x % size) + size) % size;
  if (y < 0n) base = inverse(base, size);
  let found = 1n % size;
  for (let rest = y < 0n ? -y : y; rest > 0n; rest >>= 1n) {
    if (rest & 1n) found = (found * base) % size;
    base = (base * base) % size;
  }
  return modulus < 0n && found > 0n ? found + modulus : found;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value, modulus, 1n, 0n];
  while (b > 0n) {
    const whole = a / b;
    [a, b, x, y] = [b, a - whole * b, y, x - whole * y];
  }
  if (a !== 1n) throw new PythonError('ValueError', 'base is not invertible for the given modulus');
  return ((x % modulus) + modulus) % modulus;
}

function floats(operator: string, x: number, y: number): Value {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      if (y === 0) throw new PythonError('ZeroDivisionError', 'division by zero');
      return x / y;
    case '//':
      return divided(x, y)[0];
    case '%':
      return divided(x, y)[1];
    case '**':
      return floatPower(x, y);
    default:
      throw new PythonError('TypeError', `unsupported operand type(s) for ${operator}: 'float' and 'float'`);
  }
}

function floatPower(x: number, y: number): number {
  // Here JavaScript has NaN.
  if (x === 1 || y === 0 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1;
  if (x === 0 && y < 0) throw new PythonError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  if (x < 0 && Number.isFinite(x) && Number.isFinite(y) && !Number.isInteger(y))
    throw new Undecidable('a power that is a complex number');
  const found = x ** y;
  if (!Number.isFinite(x) || !Number.isFinite(y)) return found;
  if (!Number.isFinite(found)) throw new PythonError('OverflowError', 'the number is too large');
  return exactPower(x, y) ?? found;
}

/** The float that is nearest to `x ** y`, for small whole `y`: what JavaScript has may be the one beside it. */
function exactPower(x: number, y: number): number | undefined {
  if (!Number.isInteger(y) || Math.abs(y) > 400 || x === 0) return undefined;
  const {above, below} = fraction(Math.abs(x));
  const [up, down] = [above ** BigInt(Math.abs(y)), below ** BigInt(Math.abs(y))];
  const found = y < 0 ? quotient(down, up) : quotient(up, down);
  // A number with fewer bits than others has been rounded twice.
  if (found < 1e-300) return undefined;
  return x < 0 && y % 2 !== 0 ? -found : found;
}

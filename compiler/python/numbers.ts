/** Python's arithmetic. Whole numbers are bigints, floats are numbers. */
import {PythonError, Undecidable, type Value} from './value.js';

/** `x operator y`. */
export function arithmetic(operator: string, x: bigint | number, y: bigint | number): Value {
  return typeof x === 'bigint' && typeof y === 'bigint'
    ? integers(operator, x, y)
    : floats(operator, Number(x), Number(y));
}

/** A whole number as a float. Throws a PythonError where it is too large for one. */
export function floatOf(value: bigint): number {
  const found = Number(value);
  if (Number.isFinite(found)) return found;
  throw new PythonError('OverflowError', 'int too large to convert to float');
}

function integers(operator: string, x: bigint, y: bigint): Value {
  const divided = (): bigint => {
    if (y === 0n) throw new PythonError('ZeroDivisionError', 'division by zero');
    const quotient = x / y;
    return x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient;
  };
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      if (y === 0n) throw new PythonError('ZeroDivisionError', 'division by zero');
      return Number(x) / Number(y);
    case '//':
      return divided();
    case '%':
      return x - divided() * y;
    case '**':
      return power(x, y);
    case '<<':
    case '>>':
      if (y < 0n) throw new PythonError('ValueError', 'negative shift count');
      if (y > 4096n) throw new Undecidable('so large a number');
      return operator === '<<' ? x << y : x >> y;
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

/** `x ** y`, of whole numbers. */
function power(x: bigint, y: bigint): Value {
  if (y < 0n) {
    const [base, exponent] = [Number(x), Number(y)];
    if (!Number.isFinite(base) || !Number.isFinite(exponent))
      throw new PythonError('OverflowError', 'int too large to convert to float');
    return floats('**', base, exponent);
  }
  const bits = BigInt((x < 0n ? -x : x).toString(2).length);
  if (bits > 1n && bits * y > bitLimit) throw new Undecidable('so large a number');
  // Of 0, 1 and -1 the exponent may have any size.
  return bits > 1n ? x ** y : x ** (y === 0n ? 0n : 2n - (y % 2n));
}

function floats(operator: string, x: number, y: number): Value {
  if (y === 0 && (operator === '/' || operator === '//' || operator === '%'))
    throw new PythonError('ZeroDivisionError', 'float division by zero');
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '//':
      return Math.floor(x / y);
    case '%':
      return x - Math.floor(x / y) * y;
    case '**': {
      if (x === 0 && y < 0) throw new PythonError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
      if (x < 0 && !Number.isInteger(y)) throw new Undecidable('a complex number');
      const found = x ** y;
      if (!Number.isFinite(found) && Number.isFinite(x) && Number.isFinite(y))
        throw new PythonError('OverflowError', 'the number is too large');
      return found;
    }
    default:
      throw new PythonError('TypeError', `unsupported operand type(s) for ${operator}: 'float' and 'float'`);
  }
}

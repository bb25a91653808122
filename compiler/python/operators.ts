/** What Python's operators make of values. */
import {text as textOf} from '../util/text.js';
import {complex, complexArithmetic} from './complex.js';
import type {Language} from './language.js';
import {arithmetic} from './numbers.js';
import {percentFormat, percentFormatBytes} from './percent-format.js';
import {templateType, unionOf} from './types.js';
import {
  bounded,
  dictOf,
  equals,
  fromText,
  hashed,
  isBytes,
  isComplex,
  isDict,
  isLate,
  isList,
  isPrefix,
  isSet,
  isView,
  lateFault,
  numeric,
  order,
  PythonError,
  type SetValue,
  sizeLimit,
  textOfValue,
  truth,
  typeName,
  Undecidable,
  unordered,
  type Value,
} from './value.js';

/** `left operator right`, of a comparison. */
export function holds(operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return equals(left, right);
    case '!=':
      return !equals(left, right);
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    case 'is':
    case 'is not': {
      if (!isSingle(left) && !isSingle(right) && typeName(left) === typeName(right))
        throw new Undecidable('`is` between values of one type');
      return (left === right) === (operator === 'is');
    }
    default: {
      if (isSet(left) && isSet(right)) return holdsOfSets(operator, left, right);
      const found = order(left, right, operator);
      return operator === '<' ? found < 0 : operator === '<=' ? found <= 0 : operator === '>' ? found > 0 : found >= 0;
    }
  }
}

/** What there is once alone: `is` can be told of it. */
function isSingle(value: Value): boolean {
  if (value === null || typeof value === 'boolean') return true;
  return (
    typeof value === 'object' && (value.kind === 'opaque' || (value.kind === 'function' && value.builtin === true))
  );
}

function holdsOfSets(operator: string, left: SetValue, right: SetValue): boolean {
  const within = (a: SetValue, b: SetValue): boolean =>
    a.items.every((item) => b.items.some((other) => equals(item, other)));
  const [small, large] = operator.startsWith('<') ? [left, right] : [right, left];
  return within(small, large) && (operator.length === 2 || small.items.length < large.items.length);
}

function contains(whole: Value, part: Value): boolean {
  if (typeof whole === 'string' || isPrefix(whole)) {
    if (isLate(part)) throw lateFault(part);
    if (isPrefix(part)) {
      if (typeof whole === 'string' && !whole.includes(part.known)) return false;
      throw new Undecidable(part.what);
    }
    if (typeof part !== 'string')
      throw new PythonError('TypeError', `'in <string>' requires string as left operand, not ${typeName(part)}`);
    if (typeof whole === 'string') return whole.includes(part);
    if (whole.known.includes(part)) return true;
    throw new Undecidable(whole.what);
  }
  if (isBytes(whole)) {
    if (isBytes(part)) return whole.text.includes(part.text);
    const code = numeric(part);
    if (typeof code !== 'bigint')
      throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(part)}'`);
    if (code < 0n || code > 255n) throw new PythonError('ValueError', 'byte must be in range(0, 256)');
    return whole.text.includes(String.fromCharCode(Number(code)));
  }
  if (isLate(whole)) {
    if (
      typeof part === 'string' &&
      whole.text.pieces.some((piece) => typeof piece === 'string' && piece.includes(part))
    )
      return true;
    throw lateFault(whole);
  }
  // A set is looked for in a set as a frozenset would be.
  if ((isSet(whole) && !isSet(part)) || (typeof whole === 'object' && whole?.kind === 'dict')) hashed(part);
  for (const item of unordered(whole)) if (equals(item, part)) return true;
  return false;
}

/** `operator value`. */
export function unary(operator: string, value: Value): Value {
  if (operator === 'not') return !truth(value);
  if (isComplex(value) && operator !== '~') return operator === '+' ? value : complex(-value.real, -value.imag);
  const own = numeric(value);
  if (own === undefined)
    throw new PythonError('TypeError', `bad operand type for unary ${operator}: '${typeName(value)}'`);
  if (operator === '+') return own;
  if (operator === '-') return -own;
  if (typeof own !== 'bigint') throw new PythonError('TypeError', "bad operand type for unary ~: 'float'");
  return ~own;
}

/** `left operator right`, of what is no comparison. */
export function binary(operator: string, left: Value, right: Value, language: Language): Value {
  const [x, y] = [numeric(left), numeric(right)];
  if (x !== undefined && y !== undefined) {
    if ('&|^'.includes(operator) && typeof left === 'boolean' && typeof right === 'boolean')
      return operator === '&' ? left && right : operator === '|' ? left || right : left !== right;
    return arithmetic(operator, x, y);
  }
  if (isComplex(left) || isComplex(right)) {
    const found = complexArithmetic(operator, left, right, language);
    if (found !== undefined) return found;
  }
  if (isPrefix(left) || isPrefix(right)) throw new Undecidable(isPrefix(left) ? left.what : 'sys.version');
  if (isSet(left) && isSet(right) && '|&-^'.includes(operator)) return combined(operator, left, right);
  if (operator === '+') {
    if (isTemplate(left) && isTemplate(right)) return {kind: 'opaque', type: templateType};
    if (typeof left === 'string' && typeof right === 'string') return bounded(left + right);
    if (isBytes(left) && isBytes(right)) return {kind: 'bytes', text: left.text + right.text};
    const [head, tail] = [textOfValue(left), textOfValue(right)];
    if (head && tail) return fromText(textOf(head, tail));
    if (isList(left) && isList(right) && left.kind === right.kind)
      return bounded({kind: left.kind, items: left.items.concat(right.items)});
  }
  if (operator === '*' && (typeof x === 'bigint' || typeof y === 'bigint')) {
    const [whole, count] = typeof x === 'bigint' ? [right, x] : [left, y as bigint];
    const times = Math.max(0, Number(count));
    if (isRepeated(whole) && BigInt.asIntN(64, count) !== count)
      throw new PythonError('OverflowError', "cannot fit 'int' into an index-sized integer");
    const length =
      typeof whole === 'string'
        ? whole.length
        : isBytes(whole)
          ? whole.text.length
          : isList(whole)
            ? whole.items.length
            : undefined;
    if (length !== undefined && length * times > sizeLimit) throw new Undecidable('so long a value');
    if (typeof whole === 'string') return whole.repeat(times);
    if (isBytes(whole)) return {kind: 'bytes', text: whole.text.repeat(times)};
    if (isList(whole)) return {kind: whole.kind, items: Array.from({length: times}, () => whole.items).flat()};
  }
  if (operator === '%' && typeof left === 'string') return percentFormat(left, right, language);
  if (operator === '%' && isBytes(left)) return percentFormatBytes(left, right, language);
  if (operator === '|' && isDict(left) && isDict(right)) return dictOf([...left.entries, ...right.entries]);
  if (operator === '|') {
    const union = unionOf(left, right);
    if (union) return union;
  }
  if (isView(left) || isView(right)) throw new Undecidable(`\`${operator}\` between these values`);
  throw new PythonError(
    'TypeError',
    `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
  );
}

function isTemplate(value: Value): boolean {
  return typeof value === 'object' && value?.kind === 'opaque' && value.type === templateType;
}

function isRepeated(value: Value): boolean {
  return typeof value === 'string' || isBytes(value) || isList(value);
}

function combined(operator: string, left: SetValue, right: SetValue): SetValue {
  const inLeft = (item: Value): boolean => left.items.some((other) => equals(item, other));
  const inRight = (item: Value): boolean => right.items.some((other) => equals(item, other));
  const onlyLeft = left.items.filter((item) => !inRight(item));
  const onlyRight = right.items.filter((item) => !inLeft(item));
  const items = {
    '|': [...left.items, ...onlyRight],
    '&': left.items.filter(inRight),
    '-': onlyLeft,
    '^': [...onlyLeft, ...onlyRight],
  }[operator]!;
  return {...left, items};
}

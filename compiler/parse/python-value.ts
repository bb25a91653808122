/** Values of Python, as far as section conditions are worked out. Integers are bigints, floats are numbers. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Sequence
  | SetValue
  | DictValue
  | ModuleValue
  | FunctionValue
  | MatchValue
  | PrefixValue;

export interface Sequence {
  readonly kind: 'tuple' | 'list';
  readonly items: readonly Value[];
  /** `sys.version_info.major` and the like. */
  readonly names?: readonly string[];
}

export interface SetValue {
  readonly kind: 'set';
  readonly items: readonly Value[];
}

export interface DictValue {
  readonly kind: 'dict';
  readonly entries: readonly (readonly [Value, Value])[];
}

export interface ModuleValue {
  readonly kind: 'module';
  readonly name: string;
  readonly members: Readonly<Record<string, Value>>;
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  readonly call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value;
}

export interface MatchValue {
  readonly kind: 'match';
  readonly groups: readonly Value[];
  readonly named: Readonly<Record<string, string>>;
}

/** A text of which only the beginning is known, such as `sys.version`. */
export interface PrefixValue {
  readonly kind: 'prefix';
  readonly known: string;
  readonly what: string;
}

/** What Python would raise. */
export class PythonError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** What depends on the host, or is not worked out ahead. */
export class Undecidable extends Error {
  constructor(readonly what: string) {
    super(`${what} can't be known ahead`);
  }
}

export function truth(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'object') {
    if (value.kind === 'dict') return value.entries.length > 0;
    return 'items' in value ? value.items.length > 0 : true;
  }
  return typeof value === 'bigint' ? value !== 0n : Boolean(value);
}

export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'str';
  return value.kind === 'prefix' ? 'str' : value.kind === 'match' ? 're.Match' : value.kind;
}

/** A number as the kind of JavaScript's that fits; undefined for what is none. */
export function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

export function equals(a: Value, b: Value): boolean {
  const [x, y] = [numeric(a), numeric(b)];
  // Python compares an int with a float by value.
  if (x !== undefined && y !== undefined) return typeof x === typeof y ? x === y : Number(x) === Number(y);
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') {
    for (const [whole, part] of [
      [a, b],
      [b, a],
    ] as const)
      if (isPrefix(whole) && typeof part === 'string') return equalsPrefix(whole, part);
    return a === b;
  }
  if (isPrefix(a) || isPrefix(b)) throw new Undecidable(isPrefix(a) ? a.what : (b as PrefixValue).what);
  if (a.kind !== b.kind) return false;
  if (a.kind === 'dict' && b.kind === 'dict')
    return (
      a.entries.length === b.entries.length &&
      a.entries.every(([key, value]) => b.entries.some(([other, own]) => equals(key, other) && equals(value, own)))
    );
  if (a.kind === 'set' && b.kind === 'set')
    return a.items.length === b.items.length && a.items.every((item) => b.items.some((other) => equals(item, other)));
  if ('items' in a && 'items' in b)
    return a.items.length === b.items.length && a.items.every((item, index) => equals(item, b.items[index]!));
  return a === b;
}

/** Less than zero, zero, more than zero. */
export function order(a: Value, b: Value, operator: string): number {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isPrefix(a) && typeof b === 'string') return orderPrefix(a, b);
  if (isPrefix(b) && typeof a === 'string') return -orderPrefix(b, a);
  if (isSequence(a) && isSequence(b) && a.kind === b.kind) {
    const length = Math.min(a.items.length, b.items.length);
    for (let at = 0; at < length; at++)
      if (!equals(a.items[at]!, b.items[at]!)) return order(a.items[at]!, b.items[at]!, operator);
    return a.items.length - b.items.length;
  }
  throw new PythonError(
    'TypeError',
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
}

export function isSequence(value: Value): value is Sequence {
  return typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list');
}

export function isPrefix(value: Value): value is PrefixValue {
  return typeof value === 'object' && value !== null && value.kind === 'prefix';
}

export function tuple(...items: readonly Value[]): Sequence {
  return {kind: 'tuple', items};
}

/** The items that a loop over a value sees. */
export function iterate(value: Value): readonly Value[] {
  if (typeof value === 'string') return [...value];
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (typeof value === 'object' && value !== null) {
    if ('items' in value) return value.items;
    if (value.kind === 'dict') return value.entries.map(([key]) => key);
  }
  throw new PythonError('TypeError', `'${typeName(value)}' object is not iterable`);
}

function equalsPrefix({known, what}: PrefixValue, text: string): boolean {
  // The text goes on behind what is known of it.
  if (text.length > known.length && text.startsWith(known)) throw new Undecidable(what);
  return false;
}

function orderPrefix({known, what}: PrefixValue, text: string): number {
  if (text.length > known.length && text.startsWith(known)) throw new Undecidable(what);
  return compareText(known, text) || 1;
}

function compareText(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let at = 0; at < Math.min(x.length, y.length); at++)
    if (x[at] !== y[at]) return x[at]!.codePointAt(0)! - y[at]!.codePointAt(0)!;
  return x.length - y.length;
}

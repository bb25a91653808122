/** Values of Python, as far as expressions are worked out without it. Integers are bigints, floats are numbers. */
import type {Piece, Text} from '../model/text.js';
import {literal, show, text} from '../util/text.js';

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | ComplexValue
  | BytesValue
  | Sequence
  | IteratorValue
  | SetValue
  | DictValue
  | ModuleValue
  | FunctionValue
  | MatchValue
  | PrefixValue
  | LateValue
  | MappingValue
  | FragmentValue
  | OpaqueValue;

/** `1 + 2j`. */
export interface ComplexValue {
  readonly kind: 'complex';
  readonly real: number;
  readonly imag: number;
}

/** `b'…'`: a character a byte. */
export interface BytesValue {
  readonly kind: 'bytes';
  readonly text: string;
}

export interface Sequence {
  /** `view`: the keys, values or items of a dict. */
  readonly kind: 'tuple' | 'list' | 'range' | 'view';
  readonly items: readonly Value[];
  /** `sys.version_info.major` and the like. */
  readonly names?: readonly string[];
}

/** What `map`, `zip` and a generator give: read once, and true whatever it holds. */
export interface IteratorValue {
  readonly kind: 'iterator';
  readonly name: string;
  readonly rest: Iterator<Value>;
}

export interface SetValue {
  readonly kind: 'set';
  readonly items: readonly Value[];
  /** A frozenset can be a member of a set. */
  readonly frozen?: boolean;
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
  /** Python's own, of which there is one. */
  readonly builtin?: boolean;
  /** Whether it is a type, too. */
  readonly type?: boolean;
  readonly call: (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value;
}

export interface MatchValue {
  readonly kind: 'match';
  readonly groups: readonly Value[];
  readonly named: Readonly<Record<string, string>>;
  /** PyPy's can be gone through, group by group. */
  readonly iterable?: boolean;
}

/** A text of which only the beginning is known, such as `sys.version`. */
export interface PrefixValue {
  readonly kind: 'prefix';
  readonly known: string;
  readonly what: string;
}

/** A text with pieces that only the host knows. It can be joined and passed on; what looks inside it can't be known ahead. */
export interface LateValue {
  readonly kind: 'late';
  readonly text: Text;
}

/** An object that is asked by name, such as buildout and its sections. */
export interface MappingValue {
  readonly kind: 'mapping';
  readonly name: string;
  readonly keys: () => readonly string[];
  /** Undefined where there is no such key. */
  readonly get: (key: string) => Value | undefined;
  /** Attributes and methods of the object itself, as against its keys. Undefined where there is none of that name. */
  readonly attribute: (name: string) => Value | undefined;
}

/** What a template's own function writes when it is put into the output, which can be done once: Python's generator. */
export interface FragmentValue {
  readonly kind: 'fragment';
  readonly render: () => Text;
}

/** An object that is only there: `...`, or a template string. It is true, and equal to itself alone. */
export interface OpaqueValue {
  readonly kind: 'opaque';
  readonly type: string;
  /** `repr` of it, where that is known. */
  readonly repr?: string;
  /** Of `int | None`. */
  readonly members?: readonly Value[];
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
    if (value.kind === 'prefix' && value.known === '') throw new Undecidable(value.what);
    if (value.kind === 'late') return lateTruth(value);
    if (value.kind === 'mapping') return value.keys().length > 0;
    if (value.kind === 'bytes') return value.text !== '';
    if (value.kind === 'complex') return value.real !== 0 || value.imag !== 0;
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
  if (value.kind === 'set') return value.frozen ? 'frozenset' : 'set';
  if (value.kind === 'iterator') return value.name;
  if (value.kind === 'opaque') return value.type;
  if (value.kind === 'function' && value.type) return 'type';
  return typeNames[value.kind] ?? value.kind;
}

const typeNames: Readonly<Record<string, string>> = {
  prefix: 'str',
  late: 'str',
  match: 're.Match',
  view: 'dict_keys',
  mapping: 'mapping',
  fragment: 'generator',
};

/** A text as the value that it is: a plain string where nothing of it is left to the host. */
export function fromText(own: Text): Value {
  return literal(own) ?? {kind: 'late', text: own};
}

export function isLate(value: Value): value is LateValue {
  return typeof value === 'object' && value !== null && value.kind === 'late';
}

/** A string, or a text that the host completes, as a Text; undefined for what is neither. */
export function textOfValue(value: Value): Text | undefined {
  if (typeof value === 'string') return text(value);
  return isLate(value) ? value.text : undefined;
}

/** A look into a text that the host completes. */
export class LateUndecidable extends Undecidable {}

export function lateFault({text: own}: LateValue): LateUndecidable {
  return new LateUndecidable(`\`${show(own)}\``);
}

/** False where no value of its references makes it this string. */
function equalsLate(value: LateValue, other: string): boolean {
  const pattern = value.text.pieces.map((piece) =>
    typeof piece === 'string'
      ? piece.replace(/[$()*+.?[\\\]^{|}/]/g, '\\$&')
      : mayBeEmpty(piece)
        ? '[\\s\\S]*'
        : '[\\s\\S]+',
  );
  if (!new RegExp(`^(?:${pattern.join('')})$`).test(other)) return false;
  throw lateFault(value);
}

function mayBeEmpty(piece: Piece): boolean {
  return typeof piece !== 'string' && (piece.ref === 'env' || piece.ref === 'secret');
}

/** No folder and no user has an empty name; a variable or a secret may be empty. */
function lateTruth(value: LateValue): boolean {
  if (value.text.pieces.every(mayBeEmpty)) throw lateFault(value);
  return true;
}

/** A number as the kind of JavaScript's that fits; undefined for what is none. */
export function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

export function equals(a: Value, b: Value): boolean {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return same(x, y);
  if (isComplex(a) || isComplex(b)) return equalsComplex(a, b);
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') {
    for (const [whole, part] of [
      [a, b],
      [b, a],
    ] as const)
      if (isPrefix(whole) && typeof part === 'string') return equalsPrefix(whole, part);
      else if (isLate(whole) && typeof part === 'string') return equalsLate(whole, part);
    return a === b;
  }
  if (isLate(a) && isLate(b)) {
    if (show(a.text) === show(b.text)) return true;
    throw lateFault(a);
  }
  if (isPrefix(a) || isPrefix(b)) throw new Undecidable(isPrefix(a) ? a.what : (b as PrefixValue).what);
  if (a.kind === 'opaque' && b.kind === 'opaque' && a.members && b.members) {
    const [x, y] = [a.members, b.members];
    return x.every((member) => y.includes(member)) && y.every((member) => x.includes(member));
  }
  if (a.kind === 'view' || b.kind === 'view') throw new Undecidable('a comparison of the views of a dict');
  if (a.kind !== b.kind) return false;
  if (a.kind === 'bytes' && b.kind === 'bytes') return a.text === b.text;
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

function equalsComplex(a: Value, b: Value): boolean {
  const [x, y] = [a, b].map((value) => (isComplex(value) ? value : {real: numeric(value), imag: 0}));
  return x!.real !== undefined && y!.real !== undefined && same(x!.real, y!.real) && x!.imag === y!.imag;
}

/** Python compares an int with a float by value, to the last digit; so do these operators of JavaScript, and `===` does not. */
function same(x: bigint | number, y: bigint | number): boolean {
  return x <= y && x >= y;
}

/** Less than zero, zero, more than zero; NaN where one of two numbers is none. */
export function order(a: Value, b: Value, operator: string): number {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) {
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isBytes(a) && isBytes(b)) return compareText(a.text, b.text);
  if (isLate(a) || isLate(b)) throw lateFault(isLate(a) ? a : (b as LateValue));
  if (isPrefix(a) && typeof b === 'string') return orderPrefix(a, b);
  if (isPrefix(b) && typeof a === 'string') return -orderPrefix(b, a);
  if (isSequence(a) && isSequence(b) && a.kind === b.kind && (a.kind === 'list' || a.kind === 'tuple')) {
    const length = Math.min(a.items.length, b.items.length);
    for (let at = 0; at < length; at++)
      if (!equals(a.items[at]!, b.items[at]!)) return order(a.items[at]!, b.items[at]!, operator);
    return a.items.length - b.items.length;
  }
  const asSet = (value: Value): boolean => isView(value) || isSet(value);
  if (asSet(a) && asSet(b)) throw new Undecidable('a comparison of the views of a dict');
  throw new PythonError(
    'TypeError',
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  );
}

export function isSequence(value: Value): value is Sequence {
  return typeof value === 'object' && value !== null && /^(?:tuple|list|range|view)$/.test(value.kind);
}

export function isComplex(value: Value): value is ComplexValue {
  return typeof value === 'object' && value?.kind === 'complex';
}

export function isBytes(value: Value): value is BytesValue {
  return typeof value === 'object' && value?.kind === 'bytes';
}

export function isList(value: Value): value is Sequence {
  return isSequence(value) && (value.kind === 'list' || value.kind === 'tuple');
}

export function isView(value: Value): boolean {
  return isSequence(value) && value.kind === 'view';
}

export function isSet(value: Value): value is SetValue {
  return typeof value === 'object' && value !== null && value.kind === 'set';
}

export function isDict(value: Value): value is DictValue {
  return typeof value === 'object' && value?.kind === 'dict';
}

/** The bytes as numbers. */
export function codesOf({text: own}: BytesValue): readonly bigint[] {
  return Array.from(own, (character) => BigInt(character.charCodeAt(0)));
}

export function isPrefix(value: Value): value is PrefixValue {
  return typeof value === 'object' && value !== null && value.kind === 'prefix';
}

export function tuple(...items: readonly Value[]): Sequence {
  return {kind: 'tuple', items};
}

/** The items that a loop over a value sees, one at a time: an error in a later one may never be met. */
export function each(value: Value): Iterable<Value> {
  if (typeof value === 'string') return value;
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (typeof value === 'object' && value !== null) {
    if (value.kind === 'mapping') return value.keys();
    if (value.kind === 'bytes') return codesOf(value);
    if (value.kind === 'fragment') throw new Undecidable("a loop over a function's output");
    if (value.kind === 'set' && value.items.length > 1) throw new Undecidable('the order of a set');
    if ('items' in value) return value.items;
    if (value.kind === 'dict') return value.entries.map(([key]) => key);
    if (value.kind === 'match' && value.iterable) return value.groups;
    if (value.kind === 'iterator') return {[Symbol.iterator]: () => ({next: () => value.rest.next()})};
  }
  throw new PythonError('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** The items of a value for what does not ask in which order they come. */
export function unordered(value: Value): Iterable<Value> {
  return typeof value === 'object' && value?.kind === 'set' ? value.items : each(value);
}

/** How many items are taken from what may have no end. */
const itemLimit = 100_000;

/** All items of a value. */
export function iterate(value: Value): readonly Value[] {
  const found: Value[] = [];
  for (const item of each(value)) if (found.push(item) > itemLimit) throw new Undecidable('so long a computation');
  return found;
}

/** Members of a set and keys of a dict. */
export function hashed(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    if (value.kind === 'tuple') value.items.forEach(hashed);
    else if (value.kind === 'list' || value.kind === 'dict' || (value.kind === 'set' && !value.frozen))
      throw new PythonError('TypeError', `unhashable type: '${typeName(value)}'`);
  }
  return value;
}

export function distinct(items: Iterable<Value>): Value[] {
  const found: Value[] = [];
  for (const item of items) {
    hashed(item);
    if (!found.some((other) => equals(item, other))) found.push(item);
  }
  return found;
}

/** A dict of entries of which the last of a key stands, where the first stood. */
export function dictOf(entries: Iterable<readonly [Value, Value]>): DictValue {
  const found: [Value, Value][] = [];
  for (const [key, value] of entries) {
    hashed(key);
    const known = found.find(([other]) => equals(other, key));
    if (known) known[1] = value;
    else found.push([key, value]);
  }
  return {kind: 'dict', entries: found};
}

/** What an expression makes stays of a size that a configuration can have. */
export const sizeLimit = 1_000_000;

export function bounded(value: Value): Value {
  const size =
    typeof value === 'string'
      ? value.length
      : isSequence(value)
        ? value.items.length
        : isBytes(value)
          ? value.text.length
          : 0;
  if (size > sizeLimit) throw new Undecidable('so long a value');
  return value;
}

function equalsPrefix({known, what}: PrefixValue, text: string): boolean {
  // The text goes on behind what is known of it; of one that nothing is known of, it may be that it doesn't.
  if ((text.length > known.length || known === '') && text.startsWith(known)) throw new Undecidable(what);
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

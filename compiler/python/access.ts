/** What a value holds: its attributes, its items and slices. */
import {formatMethod} from './brace-format.js';
import type {Language} from './language.js';
import {hasAttribute, method} from './methods.js';
import {typeAttribute} from './type-attributes.js';
import {isType} from './types.js';
import {
  codesOf,
  equals,
  hashed,
  isBytes,
  isComplex,
  isDict,
  isLate,
  isPrefix,
  isSequence,
  lateFault,
  numeric,
  PythonError,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

/** `object.name`. */
export function attribute(object: Value, name: string, language: Language): Value {
  if (typeof object === 'object' && object !== null && object.kind === 'module') {
    const found = Object.hasOwn(object.members, name) ? object.members[name] : undefined;
    if (found !== undefined) return found;
    // What has no value here may still have one on the host.
    if (hasAttribute(object, name, language)) throw new Undecidable(`\`${object.name}.${name}\``);
    throw new PythonError('AttributeError', `module '${object.name}' has no attribute '${name}'`);
  }
  if (typeof object === 'object' && object !== null && object.kind === 'mapping') {
    const found = object.attribute(name);
    if (found !== undefined) return found;
    throw new PythonError('AttributeError', `'${object.name}' has no attribute '${name}'`);
  }
  if (isSequence(object) && object.names?.includes(name)) return object.items[object.names.indexOf(name)]!;
  if (typeof object === 'string' && name.startsWith('format')) {
    // These look into values by themselves.
    const found = formatMethod(object, name, {attribute: (of, own) => attribute(of, own, language), item}, language);
    if (found) return found;
  }
  if (isType(object)) return typeAttribute(object, name, (of, own) => attribute(of, own, language), language);
  return numberAttribute(object, name) ?? method(object, name, language);
}

/** What numbers have that is no method. */
function numberAttribute(object: Value, name: string): Value | undefined {
  if (isComplex(object)) return name === 'real' || name === 'imag' ? object[name] : undefined;
  const own = numeric(object);
  if (own === undefined) return undefined;
  if (name === 'real') return own;
  if (name === 'imag') return typeof own === 'bigint' ? 0n : 0;
  if (typeof own !== 'bigint') return undefined;
  return name === 'numerator' ? own : name === 'denominator' ? 1n : undefined;
}

/** `object[index]`. */
export function item(object: Value, index: Value): Value {
  if (typeof object === 'object' && object !== null && object.kind === 'dict') {
    hashed(index);
    const found = object.entries.find(([key]) => equals(key, index));
    if (!found) throw new PythonError('KeyError', String(index));
    return found[1];
  }
  if (isLate(object)) throw lateFault(object);
  if (typeof object === 'object' && object !== null && object.kind === 'mapping') {
    if (isLate(index)) throw lateFault(index);
    const found = typeof index === 'string' ? object.get(index) : undefined;
    if (found === undefined) throw new PythonError('KeyError', String(index));
    return found;
  }
  if (isPrefix(object)) {
    if (typeof index === 'bigint' && index >= 0n && index < BigInt(object.known.length))
      return object.known[Number(index)]!;
    throw new Undecidable(object.what);
  }
  if (typeof object === 'object' && object?.kind === 'match') {
    const found = typeof index === 'string' ? object.named[index] : object.groups[Number(numeric(index) ?? -1)];
    if (found === undefined) throw new PythonError('IndexError', 'no such group');
    return found;
  }
  const items = subscriptable(object);
  const at = numeric(index);
  if (typeof at !== 'bigint')
    throw new PythonError('TypeError', `indices must be integers or slices, not ${typeName(index)}`);
  const found = items.at(Number(at));
  if (found === undefined) throw new PythonError('IndexError', 'index out of range');
  return found;
}

/** `object[start:stop:step]`; null for a bound that is not there. */
export function slice(object: Value, bounds: readonly Value[], language: Language): Value {
  if (typeof object === 'object' && object?.kind === 'match')
    throw new PythonError(object.iterable ? 'TypeError' : 'IndexError', 'no such group');
  if (isDict(object) && language.minor >= 12 && !language.pypy) {
    // A slice can be a key there, and is none of these.
    bounds.forEach(hashed);
    throw new PythonError('KeyError', 'slice');
  }
  const numbers = bounds.map((bound) => {
    if (bound === null) return undefined;
    const own = numeric(bound);
    if (typeof own !== 'bigint') throw new PythonError('TypeError', 'slice indices must be integers or None');
    return Number(own);
  });
  const [start, stop, step = 1] = numbers;
  if (step === 0) throw new PythonError('ValueError', 'slice step cannot be zero');
  if (isLate(object)) throw lateFault(object);
  if (isPrefix(object)) {
    const inside = stop !== undefined && stop >= 0 && stop <= object.known.length && (start ?? 0) >= 0 && step === 1;
    if (inside) return object.known.slice(start ?? 0, stop);
    throw new Undecidable(object.what);
  }
  const items = subscriptable(object);
  const picked = stepped(items, start, stop, step);
  if (typeof object === 'string') return (picked as readonly string[]).join('');
  if (isBytes(object)) return {kind: 'bytes', text: String.fromCharCode(...(picked as readonly bigint[]).map(Number))};
  return {kind: isSequence(object) ? object.kind : 'list', items: picked};
}

function stepped<T>(items: readonly T[], start: number | undefined, stop: number | undefined, step: number): T[] {
  const {length} = items;
  const clamp = (at: number, low: number, high: number): number =>
    Math.min(Math.max(at < 0 ? at + length : at, low), high);
  const found: T[] = [];
  if (step > 0) {
    const end = stop === undefined ? length : clamp(stop, 0, length);
    for (let at = start === undefined ? 0 : clamp(start, 0, length); at < end; at += step) found.push(items[at]!);
  } else {
    const end = stop === undefined ? -1 : clamp(stop, -1, length - 1);
    for (let at = start === undefined ? length - 1 : clamp(start, -1, length - 1); at > end; at += step)
      found.push(items[at]!);
  }
  return found;
}

function subscriptable(object: Value): readonly Value[] {
  if (typeof object === 'string') return [...object];
  if (isSequence(object) && object.kind !== 'view') return object.items;
  if (isBytes(object)) return codesOf(object);
  if (typeof object === 'object' && object !== null) {
    // `list[int]` is a type.
    if (
      object.kind === 'function' &&
      (object.type || !object.builtin) &&
      !/^(?:int|bool|float|str|bytes|complex|object|<lambda>)$/.test(object.name)
    )
      throw new Undecidable(`\`${object.name}[…]\``);
  }
  throw new PythonError('TypeError', `'${typeName(object)}' object is not subscriptable`);
}

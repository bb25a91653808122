import {
  type Clause,
  type Expression,
  formattedPieces,
  parseExpression,
  type Target,
} from '../../grammar/python-expression.js';
import {readPythonBytes, readPythonString} from '../../grammar/python-string-literal.js';
import {text as textOf} from '../util/text.js';
import {builtins, hostBuiltins} from './builtins.js';
import {formatField, percentFormat, plainText} from './format.js';
import {hasAttribute, method} from './methods.js';
import {arithmetic} from './numbers.js';
import {
  codesOf,
  distinct,
  each,
  equals,
  type FunctionValue,
  fromText,
  hashed,
  isBytes,
  isLate,
  isPrefix,
  isSequence,
  iterate,
  lateFault,
  numeric,
  order,
  PythonError,
  type Sequence,
  type SetValue,
  textOfValue,
  truth,
  typeName,
  Undecidable,
  unordered,
  type Value,
} from './value.js';

/** Names that an expression can use. Asking for one may find that it can't be known. */
export type Scope = ReadonlyMap<string, () => Value>;

/** Where the names come from that no lambda and no loop of the expression binds. */
export type Globals = Pick<Scope, 'get'>;

/** Steps after which an expression is taken for one that is not worked out ahead. */
const stepLimit = 100_000;
/** Calls within each other, of functions that the expression itself makes. */
const callLimit = 50;

/**
 * Works out an expression: only what Python's own language and a fixed list of functions say, nothing of the machine.
 * @throws PythonError what Python would raise; Undecidable what can't be known ahead
 */
export function evaluate(expression: Expression, globals: Globals): Value {
  return new Evaluator(globals).value(expression, new Map());
}

/** A language with Python's expressions may look names up in ways of its own: it overrides what is protected here. */
export class Evaluator {
  private steps = 0;
  private calls = 0;
  /** What `:=` bound. */
  private readonly bound = new Map<string, () => Value>();

  constructor(private readonly globals: Globals) {}

  value(node: Expression, scope: Scope): Value {
    if (++this.steps > stepLimit) throw new Undecidable('so long a computation');
    switch (node.kind) {
      case 'number':
        return number(node.text);
      case 'string':
        return this.text(node.text, scope);
      case 'name':
        return this.name(node.name, scope);
      case 'list':
      case 'tuple':
        return {kind: node.kind, items: this.items(node.items, scope)};
      case 'set':
        return {kind: 'set', items: distinct(this.items(node.items, scope))};
      case 'dict':
        return dict(
          node.entries.flatMap((entry) =>
            'kind' in entry
              ? this.unpacked(entry.value, scope)
              : [[this.value(entry[0], scope), this.value(entry[1], scope)] as const],
          ),
        );
      case 'group':
        return this.value(node.value, scope);
      case 'named': {
        const value = this.value(node.value, scope);
        this.bound.set(node.name, () => value);
        return value;
      }
      case 'unary':
        return unary(node.operator, this.value(node.operand, scope));
      case 'binary':
        return binary(node.operator, this.value(node.left, scope), this.value(node.right, scope));
      case 'logical':
        return this.logical(node.operator, node.operands, scope);
      case 'compare':
        return this.compare(node.first, node.rest, scope);
      case 'conditional':
        return this.value(truth(this.value(node.test, scope)) ? node.yes : node.no, scope);
      case 'lambda':
        return this.lambda(node.parameters, node.body, scope);
      case 'call':
        return this.call(node, scope);
      case 'attribute':
        return this.attribute(this.value(node.object, scope), node.name);
      case 'subscript':
        return this.subscript(this.value(node.object, scope), node.index, scope);
      case 'comprehension':
        return this.comprehension(node, scope);
      case 'slice':
        throw new Undecidable('a slice');
      case 'starred':
      case 'unpacked':
        throw new Undecidable('`*`');
      case 'other':
        throw new Undecidable(`\`${node.what}\``);
    }
  }

  private text(literal: string, scope: Scope): Value {
    const pieces = /^f/i.test(literal) ? formattedPieces(literal) : undefined;
    if (!pieces) return this.string(literal);
    return pieces
      .map((piece) => {
        if (typeof piece === 'string') return piece;
        const inner = parseExpression(`(${piece.field})`);
        if (!('kind' in inner)) throw new Undecidable('a formatted text');
        return plainText(formatField(this.value(inner, scope), piece.conversion, piece.spec));
      })
      .join('');
  }

  private items(nodes: readonly Expression[], scope: Scope): Value[] {
    return nodes.flatMap((node) =>
      node.kind === 'starred' ? iterate(this.value(node.value, scope)) : [this.value(node, scope)],
    );
  }

  /** What `**x` brings. */
  private unpacked(node: Expression, scope: Scope): readonly (readonly [Value, Value])[] {
    const value = this.value(node, scope);
    if (typeof value === 'object' && value?.kind === 'dict') return value.entries;
    if (typeof value === 'object' && value?.kind === 'mapping') throw new Undecidable('`**`');
    throw new PythonError('TypeError', `'${typeName(value)}' object is not a mapping`);
  }

  private comprehension(node: Extract<Expression, {kind: 'comprehension'}>, scope: Scope): Value {
    const [first] = node.clauses;
    // The first source is worked out at once, even where the rest waits.
    const source = each(this.value((first as {source: Expression}).source, scope));
    const run = <T>(element: (inner: Scope) => T): Generator<T> =>
      this.comprehend(element, node.clauses, 0, scope, source);
    switch (node.of) {
      case 'list':
        return {kind: 'list', items: [...run((inner) => this.value(node.element, inner))]};
      case 'set':
        return {kind: 'set', items: distinct(run((inner) => this.value(node.element, inner)))};
      case 'dict':
        return dict([
          ...run((inner): [Value, Value] => [this.value(node.key, inner), this.value(node.element, inner)]),
        ]);
      case 'generator':
        return {kind: 'iterator', name: 'generator', rest: run((inner) => this.value(node.element, inner))};
    }
  }

  private name(name: string, scope: Scope): Value {
    if (name === 'True' || name === 'False') return name === 'True';
    if (name === 'None') return null;
    const found = scope.get(name) ?? this.bound.get(name) ?? this.globals.get(name);
    if (found) return found();
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
    if (builtin) return builtin;
    if (hostBuiltins.has(name)) throw new Undecidable(`\`${name}\``);
    return this.unknownName(name);
  }

  protected unknownName(name: string): Value {
    throw new PythonError('NameError', `name '${name}' is not defined`);
  }

  /** A literal without expressions in it. */
  protected string(literal: string): Value {
    const found = readPythonString(literal);
    if (found !== undefined) return found;
    const bytes = readPythonBytes(literal);
    if (bytes !== undefined) return {kind: 'bytes', text: bytes};
    throw new Undecidable(/^[a-z]*[ft]/i.test(literal) ? 'a formatted text' : 'a character by its name');
  }

  protected attribute(object: Value, name: string): Value {
    return attribute(object, name);
  }

  protected item(object: Value, index: Value): Value {
    return item(object, index);
  }

  private logical(operator: 'and' | 'or', operands: readonly Expression[], scope: Scope): Value {
    let result: Value = null;
    for (const operand of operands) {
      result = this.value(operand, scope);
      if (truth(result) === (operator === 'or')) break;
    }
    return result;
  }

  private compare(
    first: Expression,
    rest: readonly {readonly operator: string; readonly operand: Expression}[],
    scope: Scope,
  ): Value {
    let left = this.value(first, scope);
    for (const {operator, operand} of rest) {
      const right = this.value(operand, scope);
      if (!holds(operator, left, right)) return false;
      left = right;
    }
    return true;
  }

  private lambda(parameters: readonly string[], body: Expression, scope: Scope): FunctionValue {
    return {
      kind: 'function',
      name: '<lambda>',
      call: (args, named) => {
        const wrong = [...named.keys()].some((name) => parameters.indexOf(name) < args.length);
        if (wrong || args.length + named.size !== parameters.length)
          throw new PythonError('TypeError', '<lambda>() is called with other arguments than it takes');
        const inner = new Map(scope);
        if (++this.calls > callLimit) throw new Undecidable('so deep a recursion');
        for (const [index, parameter] of parameters.entries()) {
          const value = index < args.length ? args[index]! : named.get(parameter)!;
          inner.set(parameter, () => value);
        }
        try {
          return this.value(body, inner);
        } finally {
          this.calls--;
        }
      },
    };
  }

  private call(node: Extract<Expression, {kind: 'call'}>, scope: Scope): Value {
    const callee = this.value(node.callee, scope);
    const args = this.items(
      node.args.filter(({name, value}) => name === undefined && value.kind !== 'unpacked').map(({value}) => value),
      scope,
    );
    const named = new Map<string, Value>();
    for (const {name, value} of node.args)
      if (name !== undefined) give(named, name, this.value(value, scope), callee);
      else if (value.kind === 'unpacked')
        for (const [key, own] of this.unpacked(value.value, scope)) give(named, key, own, callee);
    if (typeof callee !== 'object' || callee === null || callee.kind !== 'function')
      throw new PythonError('TypeError', `'${typeName(callee)}' object is not callable`);
    return bounded(callee.call(args, named));
  }

  private subscript(object: Value, index: Expression, scope: Scope): Value {
    if (index.kind === 'slice') {
      const bounds = index.bounds.map((bound) => (bound === undefined ? null : this.value(bound, scope)));
      return slice(object, bounds);
    }
    return this.item(object, this.value(index, scope));
  }

  private *comprehend<T>(
    element: (inner: Scope) => T,
    clauses: readonly Clause[],
    at: number,
    scope: Scope,
    source?: Iterable<Value>,
  ): Generator<T> {
    const clause = clauses[at];
    if (!clause) yield element(scope);
    else if ('test' in clause) {
      if (truth(this.value(clause.test, scope))) yield* this.comprehend(element, clauses, at + 1, scope);
    } else {
      for (const item of source ?? each(this.value(clause.source, scope))) {
        if (++this.steps > stepLimit) throw new Undecidable('so long a computation');
        const inner = new Map(scope);
        bind(clause.target, item, inner);
        yield* this.comprehend(element, clauses, at + 1, inner);
      }
    }
  }
}

/** Adds an argument with a name. */
function give(named: Map<string, Value>, name: Value, value: Value, callee: Value): void {
  const called = typeof callee === 'object' && callee?.kind === 'function' ? callee.name : '';
  const own = called === '<lambda>';
  if (typeof name !== 'string') {
    if (own) throw new PythonError('TypeError', 'keywords must be strings');
    // A function that Python is not written in may look at what it asks for alone.
    if (called === 'format') return;
    throw new Undecidable('`**` of such a dict');
  }
  if (named.has(name)) {
    // Python says more of it where the function has a module, which a lambda of a condition has not.
    throw new PythonError(own ? 'KeyError' : 'TypeError', `got multiple values for keyword argument '${name}'`);
  }
  named.set(name, value);
}

function bind(target: Target, value: Value, scope: Map<string, () => Value>): void {
  if (target === undefined) throw new Undecidable('such a loop');
  if (typeof target === 'string') {
    scope.set(target, () => value);
    return;
  }
  const values = iterate(value);
  if (target.includes(undefined)) throw new Undecidable('such a loop');
  if (values.length !== target.length) throw new PythonError('ValueError', 'wrong number of values to unpack');
  for (const [index, each] of target.entries()) bind(each, values[index]!, scope);
}

function dict(entries: readonly (readonly [Value, Value])[]): Value {
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
const sizeLimit = 1_000_000;

function bounded(value: Value): Value {
  const size = typeof value === 'string' ? value.length : isSequence(value) ? value.items.length : 0;
  if (size > sizeLimit) throw new Undecidable('so long a value');
  return value;
}

function number(literal: string): Value {
  const plain = literal.replaceAll('_', '');
  if (/j$/i.test(plain)) throw new Undecidable('a complex number');
  if (/^0[xob]/i.test(plain) || /^\d+$/.test(plain)) {
    return BigInt(plain);
  }
  return Number(plain);
}

function holds(operator: string, left: Value, right: Value): boolean {
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
      if (![null, true, false].some((single) => left === single || right === single))
        throw new Undecidable('`is` between values that are not None, True or False');
      return (left === right) === (operator === 'is');
    }
    default: {
      if (isSet(left) && isSet(right)) return holdsOfSets(operator, left, right);
      const found = order(left, right, operator);
      return operator === '<' ? found < 0 : operator === '<=' ? found <= 0 : operator === '>' ? found > 0 : found >= 0;
    }
  }
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

function unary(operator: string, value: Value): Value {
  if (operator === 'not') return !truth(value);
  const own = numeric(value);
  if (own === undefined)
    throw new PythonError('TypeError', `bad operand type for unary ${operator}: '${typeName(value)}'`);
  if (operator === '+') return own;
  if (operator === '-') return -own;
  if (typeof own !== 'bigint') throw new PythonError('TypeError', "bad operand type for unary ~: 'float'");
  return ~own;
}

function binary(operator: string, left: Value, right: Value): Value {
  const [x, y] = [numeric(left), numeric(right)];
  if (x !== undefined && y !== undefined) {
    if ('&|^'.includes(operator) && typeof left === 'boolean' && typeof right === 'boolean')
      return operator === '&' ? left && right : operator === '|' ? left || right : left !== right;
    return arithmetic(operator, x, y);
  }
  if (isPrefix(left) || isPrefix(right)) throw new Undecidable(isPrefix(left) ? left.what : 'sys.version');
  if (isSet(left) && isSet(right) && '|&-^'.includes(operator)) return combined(operator, left, right);
  if (operator === '+') {
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
  if (operator === '%' && typeof left === 'string') return percentFormat(left, right);
  if (operator === '%' && isBytes(left)) throw new Undecidable('a format of bytes');
  if (
    operator === '|' &&
    [left, right].some(
      (value) => typeof value === 'object' && value !== null && /^(?:dict|function|view|module)$/.test(value.kind),
    )
  )
    throw new Undecidable('`|` between these values');
  if (isView(left) || isView(right)) throw new Undecidable(`\`${operator}\` between these values`);
  throw new PythonError(
    'TypeError',
    `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
  );
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

function attribute(object: Value, name: string): Value {
  if (typeof object === 'object' && object !== null && object.kind === 'module') {
    const found = Object.hasOwn(object.members, name) ? object.members[name] : undefined;
    if (found !== undefined) return found;
    // What has no value here may still have one on the host.
    if (hasAttribute(object, name)) throw new Undecidable(`\`${object.name}.${name}\``);
    throw new PythonError('AttributeError', `module '${object.name}' has no attribute '${name}'`);
  }
  if (typeof object === 'object' && object !== null && object.kind === 'mapping') {
    const found = object.attribute(name);
    if (found !== undefined) return found;
    throw new PythonError('AttributeError', `'${object.name}' has no attribute '${name}'`);
  }
  if (isSequence(object) && object.names?.includes(name)) return object.items[object.names.indexOf(name)]!;
  return method(object, name);
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

function slice(object: Value, bounds: readonly Value[]): Value {
  if (typeof object === 'object' && object?.kind === 'match') throw new PythonError('IndexError', 'no such group');
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
    if (object.kind === 'function') throw new Undecidable(`\`${object.name}[…]\``);
  }
  throw new PythonError('TypeError', `'${typeName(object)}' object is not subscriptable`);
}

function isList(value: Value): value is Sequence {
  return isSequence(value) && (value.kind === 'list' || value.kind === 'tuple');
}

function isView(value: Value): boolean {
  return isSequence(value) && value.kind === 'view';
}

function isSet(value: Value): value is SetValue {
  return typeof value === 'object' && value !== null && value.kind === 'set';
}

import type {Clause, Expression, Target} from '../../grammar/python-expression.js';
import {readPythonBytes, readPythonString} from '../../grammar/python-string-literal.js';
import {attribute, item, slice} from './access.js';
import {builtinsOf, hostBuiltins} from './builtins.js';
import {complex} from './complex.js';
import {formatField, plainText} from './format.js';
import {type CompiledPiece, compileFormatted} from './formatted-text.js';
import {type Language, usualLanguage} from './language.js';
import {binary, holds, unary} from './operators.js';
import {classOf, templateType} from './types.js';
import {
  bounded,
  dictOf,
  distinct,
  each,
  type FunctionValue,
  iterate,
  PythonError,
  truth,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

/** Names that an expression can use. Asking for one may find that it can't be known. */
export type Scope = ReadonlyMap<string, () => Value>;

/** Where the names come from that no lambda and no loop of the expression binds. */
export type Globals = Pick<Scope, 'get'>;

/** `...`, of which there is one. */
const ellipsis: Value = {kind: 'opaque', type: 'ellipsis', repr: 'Ellipsis'};

/** Steps after which an expression is taken for one that is not worked out ahead. */
const stepLimit = 100_000;
/** Calls within each other, of functions that the expression itself makes. */
const callLimit = 50;

/**
 * Works out an expression: only what Python's own language and a fixed list of functions say, nothing of the machine.
 * @throws PythonError what Python would raise; Undecidable what can't be known ahead
 */
export function evaluate(expression: Expression, globals: Globals, language: Language): Value {
  return new Evaluator(globals, language).value(expression, new Map());
}

/** A language with Python's expressions may look names up in ways of its own: it overrides what is protected here. */
export class Evaluator {
  private steps = 0;
  private calls = 0;
  /** What `:=` bound. */
  private readonly bound = new Map<string, () => Value>();
  /** Formatted texts that were read already: a loop meets one again and again. */
  private readonly formatted = new Map<string, readonly CompiledPiece[]>();

  constructor(
    private readonly globals: Globals,
    private readonly language: Language = usualLanguage,
  ) {}

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
        return dictOf(
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
        return binary(node.operator, this.value(node.left, scope), this.value(node.right, scope), this.language);
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
        if (node.what === '...') return ellipsis;
        throw new Undecidable(`\`${node.what}\``);
    }
  }

  private text(literal: string, scope: Scope): Value {
    if (!/^r?[ft]/i.test(literal)) return this.string(literal);
    const known = this.formatted.get(literal) ?? compileFormatted(literal, this.language);
    this.formatted.set(literal, known);
    const made = this.joined(known, scope);
    // What a template string holds can't be looked into, but it is there.
    return /^r?t/i.test(literal) ? {kind: 'opaque', type: templateType} : made;
  }

  private joined(pieces: readonly CompiledPiece[], scope: Scope): string {
    const texts = pieces.map((piece) => {
      if (typeof piece === 'string') return piece;
      const value = this.value(piece.field, scope);
      const spec = this.joined(piece.spec, scope);
      return piece.shown + plainText(formatField(value, piece.conversion, spec, this.language));
    });
    return bounded(texts.join('')) as string;
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
        return dictOf([
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
    if (name === 'Ellipsis') return ellipsis;
    const builtins = builtinsOf(this.language);
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
    throw new Undecidable('a character by its name');
  }

  protected attribute(object: Value, name: string): Value {
    if (name === '__class__' && classOf(object) !== undefined && classOf(object) !== 'module')
      return builtinsOf(this.language).type!.call([object], new Map());
    return attribute(object, name, this.language);
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
      if (name !== undefined) give(named, name, this.value(value, scope), callee, this.language);
      else if (value.kind === 'unpacked')
        for (const [key, own] of this.unpacked(value.value, scope)) give(named, key, own, callee, this.language);
    if (typeof callee !== 'object' || callee === null || callee.kind !== 'function')
      throw new PythonError('TypeError', `'${typeName(callee)}' object is not callable`);
    return bounded(callee.call(args, named));
  }

  private subscript(object: Value, index: Expression, scope: Scope): Value {
    if (index.kind === 'slice') {
      const bounds = index.bounds.map((bound) => (bound === undefined ? null : this.value(bound, scope)));
      return slice(object, bounds, this.language);
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
function give(named: Map<string, Value>, name: Value, value: Value, callee: Value, {minor, pypy}: Language): void {
  const called = typeof callee === 'object' && callee?.kind === 'function' ? callee.name : '';
  const own = called === '<lambda>';
  if (typeof name !== 'string') {
    if (own || pypy) throw new PythonError('TypeError', 'keywords must be strings');
    // A function that Python is not written in may look at what it asks for alone.
    if (called === 'format') return;
    throw new PythonError('TypeError', 'keywords must be strings');
  }
  if (named.has(name)) {
    // Up to 3.11 CPython says more of it where the function has a module, which a lambda of a condition has not.
    throw new PythonError(
      own && minor < 12 && !pypy ? 'KeyError' : 'TypeError',
      `got multiple values for keyword argument '${name}'`,
    );
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

function number(literal: string): Value {
  const plain = literal.replaceAll('_', '');
  if (/j$/i.test(plain)) return complex(0, Number(plain.slice(0, -1)));
  if (/^0[xob]/i.test(plain) || /^\d+$/.test(plain)) {
    return BigInt(plain);
  }
  return Number(plain);
}

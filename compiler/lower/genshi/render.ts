import {type GenshiNode, parseGenshiText, readAssignments} from '../../../grammar/genshi-text.js';
import {type Expression, parseExpression} from '../../../grammar/python-expression.js';
import type {Piece, Text} from '../../model/text.js';
import {Evaluator} from '../../python/evaluate.js';
import {toText} from '../../python/format.js';
import {
  equals,
  type FunctionValue,
  fromText,
  isPrefix,
  isSequence,
  iterate,
  LateUndecidable,
  PythonError,
  textOfValue,
  truth,
  typeName,
  Undecidable,
  type Value,
} from '../../python/value.js';
import {text} from '../../util/text.js';
import {encode} from '../../util/text-pattern.js';
import {Unresolved} from './buildout-objects.js';

/** What is wrong with a template, and where: an offset into its own text. */
export interface TemplateFault {
  readonly at: number;
  readonly end: number;
  readonly message: string;
  readonly why: string;
  readonly hint?: string;
  /** It was reported already. */
  readonly told?: boolean;
}

/**
 * Renders a text template of Genshi. Nothing is run: what can't be worked out without Python is a fault.
 * @param template  references in it, and in the values, stay references
 * @returns the text, or the first thing that is wrong
 * Source: Genshi 0.7.12, NewTextTemplate with strict look-up.
 */
export function renderGenshi(template: Text, data: Readonly<Record<string, Value>>): Text | TemplateFault {
  const {string, decode} = encode(template);
  const nodes = parseGenshiText(string);
  if ('message' in nodes)
    return {...nodes, end: nodes.at + 2, why: "the template can't be read", message: nodes.message};
  try {
    const renderer = new Renderer(data, decode);
    renderer.check(nodes);
    return renderer.text(nodes);
  } catch (error) {
    if (error instanceof Located) return error.fault;
    throw error;
  }
}

/** Why a fault is one that the template's author need not have made. */
export const notWorkedOut = 'only Python could tell';

/** `(not a) == b`: Genshi writes expressions anew before it runs them, and this one as `not a == b`. */
function hasNotAsOperand(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasNotAsOperand);
  const operates = 'kind' in node && operations.has(String(node.kind));
  const operands = operates
    ? Object.values(node).flatMap((value) => (Array.isArray(value) ? value.map(({operand}) => operand) : [value]))
    : [];
  return operands.some(isNotInBrackets) || Object.values(node).some(hasNotAsOperand);
}

const operations: ReadonlySet<string> = new Set(['attribute', 'binary', 'call', 'compare', 'subscript', 'unary']);

function isNotInBrackets(node: Expression | string | undefined): boolean {
  if (typeof node !== 'object' || node.kind !== 'group') return false;
  return isNotInBrackets(node.value) || (node.value.kind === 'unary' && node.value.operator === 'not');
}

class Located extends Error {
  constructor(readonly fault: TemplateFault) {
    super(fault.message);
  }
}

type Frame = Map<string, Value>;

const nodeLimit = 1_000_000;
const callDepthLimit = 50;

class Renderer {
  private readonly frames: Frame[];
  private readonly choices: {matched: boolean; readonly hasValue: boolean; readonly value: Value}[] = [];
  private readonly evaluator: Expressions;
  private readonly parsed = new Map<string, Expression>();
  private nodes = 0;
  private calls = 0;

  constructor(
    data: Readonly<Record<string, Value>>,
    private readonly decode: (found: string) => Text,
  ) {
    this.frames = [new Map(Object.entries({...data, ...this.helpers()}))];
    this.evaluator = new Expressions((name) => this.lookup(name), decode);
  }

  /** A template is read as a whole before anything of it is rendered. */
  check(nodes: readonly GenshiNode[]): void {
    for (const node of nodes) {
      if (node.kind === 'expression') this.located(node.at, node.source, () => this.expression(node.source));
      else if (node.kind === 'directive') {
        const {name, value, valueAt, body} = node;
        if (name === 'if' || (value !== '' && (name === 'choose' || name === 'when')))
          this.located(valueAt, value, () => this.expression(value));
        this.check(body);
      }
    }
  }

  text(nodes: readonly GenshiNode[]): Text {
    const pieces: Piece[] = [];
    this.nodesInto(pieces, nodes);
    return text(...pieces);
  }

  private nodesInto(out: Piece[], nodes: readonly GenshiNode[]): void {
    for (const node of nodes) {
      if (node.kind === 'text') out.push(...this.decode(node.text).pieces);
      else if (node.kind === 'expression')
        this.located(node.at, node.source, () => out.push(...written(this.value(node.source)).pieces));
      else this.directive(out, node);
      if (++this.nodes > nodeLimit)
        throw new Located(faultOf(new Undecidable('so long an output'), node.kind === 'text' ? 0 : node.at, ''));
    }
  }

  private directive(out: Piece[], node: Extract<GenshiNode, {kind: 'directive'}>): void {
    const at = <T>(work: () => T): T => this.located(node.valueAt, node.value, work);
    switch (node.name) {
      case 'if':
        if (at(() => truth(this.value(node.value)))) this.nodesInto(out, node.body);
        return;
      case 'for':
        this.loop(out, node);
        return;
      case 'with':
        this.assign(out, node);
        return;
      case 'def':
        at(() => this.define(node));
        return;
      case 'choose': {
        const hasValue = node.value !== '';
        this.choices.push({matched: false, hasValue, value: hasValue ? at(() => this.value(node.value)) : null});
        this.nodesInto(out, node.body);
        this.choices.pop();
        return;
      }
      default:
        if (at(() => this.chosen(node.name, node.value))) this.nodesInto(out, node.body);
    }
  }

  /** Whether a `when` or `otherwise` is the one that is taken. */
  private chosen(name: string, source: string): boolean {
    const choice = this.choices.at(-1);
    if (!choice) throw new PythonError('TemplateRuntimeError', `\`{% ${name} %}\` stands outside of \`{% choose %}\``);
    if (choice.matched) return false;
    if (name === 'otherwise') choice.matched = true;
    else if (source === '' && !choice.hasValue)
      throw new PythonError('TemplateRuntimeError', 'neither `{% choose %}` nor `{% when %}` says what is asked');
    else if (!choice.hasValue) choice.matched = truth(this.value(source));
    else choice.matched = source === '' ? truth(choice.value) : equals(choice.value, this.value(source));
    return choice.matched;
  }

  private loop(out: Piece[], node: Extract<GenshiNode, {kind: 'directive'}>): void {
    const [items, assign] = this.located(node.valueAt, node.value, () => {
      const at = node.value.indexOf(' in ');
      if (at < 0) throw new PythonError('SyntaxError', '`{% for %}` has no `in`');
      return [iterate(this.value(node.value.slice(at + 4))), this.target(node.value.slice(0, at))] as const;
    });
    const frame: Frame = new Map();
    for (const each of items) {
      this.located(node.valueAt, node.value, () => assign(frame, each));
      this.frames.push(frame);
      this.nodesInto(out, node.body);
      this.frames.pop();
    }
  }

  private assign(out: Piece[], node: Extract<GenshiNode, {kind: 'directive'}>): void {
    const frame: Frame = new Map();
    this.frames.push(frame);
    const assignments = readAssignments(node.value);
    this.located(node.valueAt, node.value, () => {
      if (!assignments) throw new PythonError('SyntaxError', '`{% with %}` takes assignments alone');
    });
    for (const {targets, source, at} of assignments ?? [])
      this.located(node.valueAt + at, source, () => {
        const value = this.value(source);
        for (const target of targets) this.target(target)(frame, value);
      });
    this.nodesInto(out, node.body);
    this.frames.pop();
  }

  /** A function is known to the whole template from here on. Its names are looked up where it is called from. */
  private define(node: Extract<GenshiNode, {kind: 'directive'}>): void {
    const head = this.expression(node.value);
    if (head.kind !== 'name' && (head.kind !== 'call' || head.callee.kind !== 'name'))
      throw new PythonError('SyntaxError', '`{% def %}` takes a name and parameters');
    const name = head.kind === 'name' ? head.name : head.callee.kind === 'name' ? head.callee.name : '';
    const parameters = (head.kind === 'call' ? head.args : []).map(({name: own, value}) => {
      if (own !== undefined) return {name: own, fallback: value};
      if (value.kind !== 'name') throw new Undecidable('such a parameter');
      return {name: value.name};
    });
    const call: FunctionValue['call'] = (args, named) => {
      let done = false;
      return {
        kind: 'fragment',
        render: () => {
          if (done) return text();
          done = true;
          return this.called(name, () => {
            const frame: Frame = new Map();
            parameters.forEach(({name: own, fallback}, index) => {
              const value = args[index] ?? named.get(own);
              if (value === undefined && args.length <= index && !named.has(own) && fallback === undefined)
                throw new PythonError('TypeError', `\`${name}()\` is called without \`${own}\``);
              frame.set(
                own,
                value !== undefined
                  ? value
                  : named.has(own) || index < args.length
                    ? null
                    : this.evaluator.value(fallback!, new Map()),
              );
            });
            this.frames.push(frame);
            const result = this.text(node.body);
            this.frames.pop();
            return result;
          });
        },
      };
    };
    this.frames[0]!.set(name, {kind: 'function', name, call});
  }

  private called(name: string, work: () => Text): Text {
    if (++this.calls > callDepthLimit) throw new Undecidable(`\`${name}()\`, which calls itself so often,`);
    try {
      return work();
    } finally {
      this.calls--;
    }
  }

  /** What puts a value into names: `a`, `a, b`, `a, (b, c)`. More values than names are left over, as in Genshi. */
  private target(source: string): (frame: Frame, value: Value) => void {
    return assignment(this.expression(source));
  }

  private value(source: string): Value {
    return this.evaluator.value(this.expression(source), new Map());
  }

  private expression(source: string): Expression {
    const known = this.parsed.get(source);
    if (known) return known;
    const found = parseExpression(source.trim());
    if ('errorAt' in found) throw new PythonError('SyntaxError', `\`${source.trim()}\` is no expression of Python`);
    if (hasNotAsOperand(found)) throw new Undecidable('`not` as an operand, whose brackets Genshi loses,');
    this.parsed.set(source, found);
    return found;
  }

  private lookup(name: string): (() => Value) | undefined {
    for (let at = this.frames.length - 1; at >= 0; at--) {
      const found = this.frames[at]!.get(name);
      if (found !== undefined) return () => found;
    }
    return undefined;
  }

  /** `defined('name')` and `value_of('name', fallback)`. */
  private helpers(): Readonly<Record<string, Value>> {
    const named = (value: Value | undefined): Value | undefined =>
      typeof value === 'string' ? this.lookup(value)?.() : undefined;
    return {
      defined: {kind: 'function', name: 'defined', call: ([name]) => named(name) !== undefined},
      value_of: {kind: 'function', name: 'value_of', call: ([name, fallback = null]) => named(name) ?? fallback},
    };
  }

  /** Does a piece of work, and says of what goes wrong in it where that stands. */
  private located<T>(at: number, source: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof PythonError || error instanceof Undecidable || error instanceof RangeError)
        throw new Located(faultOf(error, at, source));
      throw error;
    }
  }
}

/** Python's expressions with Genshi's look-up: an attribute may be an item, an item may be an attribute, and all must be there. */
class Expressions extends Evaluator {
  constructor(
    lookup: (name: string) => (() => Value) | undefined,
    private readonly decode: (found: string) => Text,
  ) {
    super({get: lookup});
  }

  /** A literal of a template that stands in an option may hold a reference. */
  protected override string(literal: string): Value {
    const found = super.string(literal);
    return typeof found === 'string' ? fromText(this.decode(found)) : found;
  }

  protected override unknownName(name: string): Value {
    throw new PythonError('UndefinedError', `\`${name}\` is not defined`);
  }

  protected override attribute(object: Value, name: string): Value {
    if (isDict(object) && !dictAttributes.has(name))
      return this.orUndefined(object, name, () => super.item(object, name));
    try {
      return super.attribute(object, name);
    } catch (error) {
      if (!isPythonError(error, 'AttributeError')) throw error;
      return this.orUndefined(object, name, () => super.item(object, name));
    }
  }

  protected override item(object: Value, index: Value): Value {
    try {
      return super.item(object, index);
    } catch (error) {
      if (typeof index !== 'string' || !isPythonError(error, 'AttributeError', 'KeyError', 'IndexError', 'TypeError'))
        throw error;
      if (isDict(object) && !dictAttributes.has(index)) throw undefinedMember(object, index);
      return this.orUndefined(object, index, () => super.attribute(object, index));
    }
  }

  private orUndefined(object: Value, name: string, look: () => Value): Value {
    try {
      return look();
    } catch (error) {
      if (isPythonError(error, 'KeyError', 'TypeError', 'AttributeError')) throw undefinedMember(object, name);
      throw error;
    }
  }
}

const dictAttributes: ReadonlySet<string> = new Set(
  'clear copy fromkeys get items keys pop popitem setdefault update values'.split(' '),
);

function isDict(value: Value): boolean {
  return typeof value === 'object' && value !== null && value.kind === 'dict';
}

function isPythonError(error: unknown, ...types: readonly string[]): boolean {
  return error instanceof PythonError && types.includes(error.type);
}

function undefinedMember(object: Value, name: string): PythonError {
  const owner = typeof object === 'object' && object !== null && object.kind === 'mapping' ? object : undefined;
  return new PythonError(
    'UndefinedError',
    owner === undefined
      ? `a value of type ${typeName(object)} has no \`${name}\``
      : owner.name === 'buildout' && owner.get('buildout') !== undefined
        ? `there is no section [${name}]`
        : `[${owner.name}] has no option \`${name}\``,
  );
}

function assignment(target: Expression): (frame: Frame, value: Value) => void {
  if (target.kind === 'name')
    return (frame, value) => {
      frame.set(target.name, value);
    };
  if (target.kind === 'group') return assignment(target.value);
  if (target.kind !== 'tuple') throw new Undecidable('such a target');
  const inner = target.items.map(assignment);
  return (frame, value) => {
    const items = iterate(value);
    inner.forEach((assign, index) => {
      if (items[index] === undefined) throw new PythonError('IndexError', 'too few values for the names');
      assign(frame, items[index]);
    });
  };
}

/** What an expression writes: nothing for None, the items of a list one after the other. */
function written(value: Value): Text {
  if (value === null) return text();
  if (typeof value === 'object') {
    if (value.kind === 'fragment') return value.render();
    if (
      value.kind === 'list' ||
      value.kind === 'set' ||
      value.kind === 'mapping' ||
      value.kind === 'iterator' ||
      isSequence(value)
    ) {
      const items = iterate(value);
      // Genshi takes a tuple of three for an event of its own.
      if (items.some((item) => isSequence(item) && item.kind === 'tuple')) throw new Undecidable('a list of tuples');
      if (value.kind === 'set' && items.length > 1) throw new Undecidable('the order of a set');
      return text(...items.map(stringOf));
    }
    if (value.kind === 'dict') return text(...value.entries.map(([key]) => stringOf(key)));
  }
  return stringOf(value);
}

function stringOf(value: Value): Text {
  const own = textOfValue(toText(value));
  if (own === undefined) throw new Undecidable(isPrefix(value) ? value.what : `the text of a ${typeName(value)}`);
  return own;
}

function faultOf(error: PythonError | Undecidable | RangeError, at: number, source: string): TemplateFault {
  const end = at + Math.max(1, source.split('\n')[0]!.length);
  if (error instanceof PythonError) return {at, end, message: error.message, why: `${error.type} in Genshi`};
  if (error instanceof Unresolved) {
    const {what, told} = error;
    return {at, end, told, message: `${what} has no value`, why: 'it refers to something that is not there'};
  }
  if (error instanceof LateUndecidable) {
    const hint = 'it can be written, joined, and cut at white space; no condition can ask for it';
    return {at, end, message: `${error.what} can't be worked out ahead`, why: 'known on the host alone', hint};
  }
  const what = error instanceof Undecidable ? error.what : 'so long a value';
  return {
    at,
    end,
    message: `${what} can't be worked out ahead`,
    why: notWorkedOut,
  };
}

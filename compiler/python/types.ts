/** Python's own types: what is an instance of which. */
import {
  type FunctionValue,
  isBytes,
  isComplex,
  isLate,
  isPrefix,
  isSequence,
  type OpaqueValue,
  PythonError,
  Undecidable,
  type Value,
} from './value.js';

/** Of `t"…"`, from 3.14 on. */
export const templateType = 'string.templatelib.Template';

/** The type that another one is made from, where that is not `object`. */
const bases: Readonly<Record<string, string>> = {bool: 'int'};

/** Names of exceptions and other types of which no value is made here. */
export const otherTypes: readonly string[] = (
  'object type slice memoryview bytearray property classmethod staticmethod super ' +
  'ArithmeticError AssertionError AttributeError BaseException BlockingIOError BrokenPipeError BufferError BytesWarning ' +
  'ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError ' +
  'DeprecationWarning EOFError EncodingWarning EnvironmentError Exception FileExistsError FileNotFoundError ' +
  'FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError IndexError ' +
  'InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError ' +
  'NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ' +
  'ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration ' +
  'StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError ' +
  'UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError ' +
  'Warning ZeroDivisionError'
).split(' ');

/** Types that no name of Python's leads to: `type(None)`. */
const unnamed = new Map<string, FunctionValue>();

export function isType(value: Value): value is FunctionValue {
  return typeof value === 'object' && value?.kind === 'function' && value.type === true;
}

/** The name of a value's type, as far as types are told apart here; undefined for what differs from Python to Python. */
export function classOf(value: Value): string | undefined {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string' || isPrefix(value) || isLate(value)) return 'str';
  if (isComplex(value)) return 'complex';
  if (isBytes(value)) return 'bytes';
  if (isSequence(value)) return value.kind === 'view' || value.names ? undefined : value.kind;
  switch (value.kind) {
    case 'set':
      return value.frozen ? 'frozenset' : 'set';
    case 'dict':
      return 'dict';
    case 'iterator':
      return value.name === 'iterator' ? undefined : value.name;
    case 'opaque':
      return value.type;
    case 'match':
      return 're.Match';
    case 'module':
      return /^(?:sys|os|os\.path|platform|re)$/.test(value.name) ? 'module' : undefined;
    case 'function':
      return value.type ? 'type' : value.name === '<lambda>' ? 'function' : undefined;
    default:
      return undefined;
  }
}

/** `type(value)`. */
export function typeOf(value: Value, named: (name: string) => FunctionValue | undefined): FunctionValue {
  const name = classOf(value);
  if (name === undefined) throw new Undecidable('type(…) of such a value');
  const found = named(name) ?? unnamed.get(name) ?? makeType(name);
  if (!named(name)) unnamed.set(name, found);
  return found;
}

/** A type that nothing is made of here. */
export function makeType(name: string): FunctionValue {
  return {
    kind: 'function',
    name,
    builtin: true,
    type: true,
    call: () => {
      throw new Undecidable(`${name}(…)`);
    },
  };
}

export function isInstance(value: Value, type: Value): boolean {
  return whether(type, 'isinstance', (name) => {
    if (name === 'object') return true;
    if (isSequence(value) && value.names && name === 'tuple') return true;
    const own = classOf(value);
    if (own !== undefined) return isSubclass(own, name);
    // Of what has no name here, it is known that it is none of these.
    if (named.has(name)) return false;
    throw new Undecidable('isinstance(…) of such a type');
  });
}

/** `issubclass(type, of)`. */
export function isSubtype(type: Value, of: Value): boolean {
  if (!isType(type)) {
    if (typeof type === 'object' && type?.kind === 'opaque') throw new Undecidable('issubclass(…) of such a value');
    throw new PythonError('TypeError', 'issubclass() arg 1 must be a class');
  }
  return whether(of, 'issubclass', (name) => {
    if (name === 'object' || name === type.name) return true;
    if (otherTypes.includes(type.name) && otherTypes.includes(name))
      throw new Undecidable('issubclass(…) of exceptions');
    return isSubclass(type.name, name);
  });
}

function whether(type: Value, asked: string, test: (name: string) => boolean): boolean {
  if (isSequence(type) && type.kind === 'tuple' && !type.names)
    return type.items.some((each) => whether(each, asked, test));
  if (isUnion(type))
    return type.members!.some((each) => test(each === null ? 'NoneType' : (each as FunctionValue).name));
  if (isType(type)) return test(type.name);
  throw new PythonError('TypeError', `${asked}() arg 2 must be a type, a tuple of types, or a union`);
}

function isUnion(value: Value): value is OpaqueValue {
  return typeof value === 'object' && value?.kind === 'opaque' && value.members !== undefined;
}

/** `int | None`; undefined for what can't be joined so. */
export function unionOf(left: Value, right: Value): OpaqueValue | undefined {
  const members = [left, right].map((value) =>
    isType(value) || value === null ? [value] : isUnion(value) ? value.members! : undefined,
  );
  if (members.includes(undefined) || (left === null && right === null)) return undefined;
  return {kind: 'opaque', type: 'types.UnionType', members: members.flatMap((each) => each!)};
}

const named: ReadonlySet<string> = new Set(
  'int bool float complex bytes str list range dict set frozenset type slice map filter zip enumerate reversed'.split(
    ' ',
  ),
);

function isSubclass(own: string, name: string): boolean {
  return own === name || bases[own] === name;
}

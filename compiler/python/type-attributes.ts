/** What types themselves have: `str.upper`, `dict.fromkeys`, `int.__name__`. */
import type {Language} from './language.js';
import {hasAttribute} from './methods.js';
import {isInstance} from './types.js';
import {dictOf, each, type FunctionValue, isBytes, PythonError, truth, Undecidable, type Value} from './value.js';

type Look = (object: Value, name: string) => Value;

/**
 * @param look  how an attribute of a value is found
 * @throws PythonError where the type has none of that name; Undecidable where it is not worked out
 */
export function typeAttribute(type: FunctionValue, name: string, look: Look, language: Language): Value {
  if (name === '__name__' || name === '__qualname__') return type.name;
  if (!hasAttribute(type, name, language))
    throw new PythonError('AttributeError', `type object '${type.name}' has no attribute '${name}'`);
  const own = classMethods[`${type.name}.${name}`];
  if (own) return {kind: 'function', name, call: (args, named) => own(args, named, language)};
  if (name.startsWith('_') || /^(?:real|imag|numerator|denominator|mro|from\w*|maketrans)$/.test(name))
    throw new Undecidable(`\`${type.name}.${name}\``);
  return {
    kind: 'function',
    name,
    call: ([self, ...args], named) => {
      if (self === undefined || !isInstance(self, type))
        throw new PythonError('TypeError', `descriptor '${name}' for '${type.name}' objects doesn't apply`);
      const found = look(self, name);
      if (typeof found !== 'object' || found?.kind !== 'function') throw new Undecidable(`\`${type.name}.${name}\``);
      return found.call(args, named);
    },
  };
}

type ClassMethod = (args: readonly Value[], named: ReadonlyMap<string, Value>, language: Language) => Value;

const classMethods: Readonly<Record<string, ClassMethod>> = {
  'dict.fromkeys': ([keys, value = null, ...more], named) => {
    if (keys === undefined || more.length > 0 || named.size > 0)
      throw new PythonError('TypeError', 'fromkeys expected at most 2 arguments');
    return dictOf(Array.from(each(keys), (key) => [key, value] as const));
  },
  'bytes.fromhex': ([text, ...more], named) => {
    if (more.length > 0 || named.size > 0 || typeof text !== 'string')
      throw new PythonError('TypeError', 'fromhex() argument must be str');
    // Blanks of ASCII stand between pairs of digits.
    if (!/^(?:[ \t-\r]*[0-9a-fA-F]{2})*[ \t-\r]*$/.test(text))
      throw new PythonError('ValueError', 'non-hexadecimal number found in fromhex() arg');
    return {kind: 'bytes', text: Buffer.from(text.replaceAll(/[ \t-\r]+/g, ''), 'hex').toString('latin1')};
  },
  'int.from_bytes': ([bytes, order, ...more], named, {minor}) => {
    if (bytes === undefined || !isBytes(bytes) || more.length > 0) throw new Undecidable('`int.from_bytes(…)` of that');
    const own = named.get('byteorder') ?? order ?? (minor >= 11 ? 'big' : undefined);
    if (own === undefined) throw new PythonError('TypeError', 'from_bytes() missing required argument');
    if (own !== 'big' && own !== 'little')
      throw new PythonError('ValueError', "byteorder must be either 'little' or 'big'");
    const codes = [...bytes.text].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'));
    const found = codes.length === 0 ? 0n : BigInt(`0x${(own === 'big' ? codes : codes.reverse()).join('')}`);
    return truth(named.get('signed') ?? false) ? BigInt.asIntN(codes.length * 8, found) : found;
  },
};

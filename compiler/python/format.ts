/** Texts made from values: `str`, `repr` and `format`. */
import type {text} from '../util/text.js';
import {complexText} from './complex.js';
import {floatText} from './float-text.js';
import {formatWith, hasFormat} from './format-spec.js';
import {type Language, usualLanguage} from './language.js';
import {
  isBytes,
  isComplex,
  isLate,
  isPrefix,
  isSequence,
  lateFault,
  PythonError,
  textOfValue,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

/** `str(value)`: the text of what is written in a fixed way, whatever the host. */
export function toText(value: Value, language: Language = usualLanguage): Value {
  if (typeof value === 'string' || isPrefix(value) || isLate(value)) return value;
  // PyPy's `str` has twelve digits, its `repr` all.
  return language.pypy && isComplex(value) ? formatWith(value, '.12', language) : reprOf(value);
}

/** `repr(value)`, of plain values and lists of them. */
export function reprOf(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') {
    if (value >= 10n ** 4300n || value <= -(10n ** 4300n))
      throw new PythonError('ValueError', 'exceeds the limit for integer string conversion');
    return String(value);
  }
  if (typeof value === 'number') return floatText(value);
  if (isComplex(value)) return complexText(value);
  if (typeof value === 'string') return quoted(value);
  if (isSequence(value) && value.names === undefined && (value.kind === 'list' || value.kind === 'tuple')) {
    const items = value.items.map(reprOf);
    if (value.kind === 'list') return `[${items.join(', ')}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  if (isBytes(value)) return `b${quotedBytes(value.text)}`;
  if (isLate(value)) throw lateFault(value);
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (value.kind === 'dict')
    return `{${value.entries.map(([key, own]) => `${reprOf(key)}: ${reprOf(own)}`).join(', ')}}`;
  if (value.kind === 'set' && value.items.length < 2) {
    const items = value.items.map(reprOf);
    if (!value.frozen) return items.length === 0 ? 'set()' : `{${items[0]}}`;
    return items.length === 0 ? 'frozenset()' : `frozenset({${items[0]}})`;
  }
  if (value.kind === 'function' && value.type) return `<class '${value.name}'>`;
  if (value.kind === 'opaque' && value.repr !== undefined) return value.repr;
  throw new Undecidable(`the text of a ${typeName(value)}`);
}

/** A text made of a value, as a Text. */
export function asText(made: Value, of: Value): ReturnType<typeof text> {
  const own = textOfValue(made);
  if (own === undefined) throw new Undecidable(`the text of a ${typeName(of)}`);
  return own;
}

/** `format(value, spec)`, as fields of formatted texts do it too. */
export function formatValue(value: Value, spec: string, language: Language): Value {
  if (spec === '') return toText(value, language);
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (hasFormat(value)) return formatWith(value, spec, language);
  throw new PythonError('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
}

/** A field of a formatted text: `!r` makes its value a text first. */
export function formatField(value: Value, conversion: string, spec: string, language: Language): Value {
  return formatValue(converted(value, conversion, language), spec, language);
}

function converted(value: Value, conversion: string, language: Language): Value {
  switch (conversion) {
    case '':
      return value;
    case 'r':
      return reprOf(value);
    case 's':
      return toText(value, language);
    case 'a':
      return asciiOf(value);
    default:
      throw new PythonError('ValueError', `Unknown conversion specifier ${conversion}`);
  }
}

/** `ascii(value)`. */
export function asciiOf(value: Value): string {
  return reprOf(value).replaceAll(/[^\0-\x7f]/gu, (character) => {
    const code = character.codePointAt(0)!;
    const [letter, digits] = code > 0xffff ? ['U', 8] : code > 0xff ? ['u', 4] : ['x', 2];
    return `\\${letter}${code.toString(16).padStart(digits as number, '0')}`;
  });
}

/** `str(value)`, known in full. */
export function plainText(value: Value): string {
  const found = toText(value);
  if (typeof found === 'string') return found;
  throw isLate(found) ? lateFault(found) : new Undecidable(isPrefix(found) ? found.what : 'such a text');
}

/** What Python writes as it is beside printable ASCII, as far as every version agrees: Latin and the like. */
const printable = /^[\x20-\x7e\xa1-\xac\xae-\u0377]$/u;

/** A string literal. */
function quoted(value: string): string {
  return literalOf(value).replaceAll(/[^\x20-\x7e]/gu, (character) => {
    const code = character.codePointAt(0)!;
    if (code <= 0xa0 || code === 0xad) return `\\x${code.toString(16).padStart(2, '0')}`;
    // Which character is printable depends on the Unicode of the version.
    if (!printable.test(character)) throw new Undecidable('the literal of such a text');
    return character;
  });
}

function quotedBytes(value: string): string {
  return literalOf(value).replace(
    /[^\x20-\x7e]/g,
    (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function literalOf(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}

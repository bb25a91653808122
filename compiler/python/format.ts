/** Texts made from values: `str`, `repr`, `%` and `str.format`. */
import {text} from '../util/text.js';
import {formatWith, hasFormat, shortest} from './format-spec.js';
import {
  fromText,
  isBytes,
  isLate,
  isPrefix,
  isSequence,
  lateFault,
  numeric,
  PythonError,
  textOfValue,
  typeName,
  Undecidable,
  type Value,
} from './value.js';

/** `str(value)`: the text of what is written in a fixed way, whatever the host. */
export function toText(value: Value): Value {
  if (typeof value === 'string' || isPrefix(value) || isLate(value)) return value;
  return reprOf(value);
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
  if (value.kind === 'set' && value.items.length < 2 && !value.frozen)
    return value.items.length === 0 ? 'set()' : `{${reprOf(value.items[0]!)}}`;
  throw new Undecidable(`the text of a ${typeName(value)}`);
}

/** `'%s.%02d' % (name, 3)`, `'%(name)s' % {…}`: texts and whole numbers. */
export function percentFormat(template: string, value: Value): Value {
  const values = isSequence(value) && value.kind === 'tuple' ? [...value.items] : [value];
  const dict = typeof value === 'object' && value !== null && value.kind === 'dict' ? value : undefined;
  let byName = false;
  const pieces = template.split(/(%(?:\(\w+\))?[-+ 0]*\d*(?:\.\d*)?[a-zA-Z%])/).map((chunk, index) => {
    if (index % 2 === 0) {
      if (chunk.includes('%')) throw new Undecidable('such a format');
      return text(chunk);
    }
    const [, name, flags = '', width = '', precision, code = ''] =
      /^%(?:\((\w+)\))?([-+ 0]*)(\d*)(?:\.(\d*))?(.)$/.exec(chunk)!;
    if (chunk === '%%') return text('%');
    if (!'srdixXoeEfFgG%'.includes(code)) throw new Undecidable(`the format %${code}`);
    const numbers = !'srdi%'.includes(code);
    if (!numbers && code !== '%' && (precision !== undefined || /[+ ]/.test(flags)))
      throw new Undecidable('such a format');
    byName ||= name !== undefined;
    const next = name === undefined ? values.shift() : dict?.entries.find(([key]) => key === name)?.[1];
    if (next === undefined)
      throw name === undefined
        ? new PythonError('TypeError', 'not enough arguments for format string')
        : new PythonError('KeyError', name);
    if (code === '%') throw new PythonError('ValueError', "unsupported format character '%'");
    if (numbers) return text(numberText(next, flags, width, precision, code));
    return padded(shown(next, code), code === 'd' || code === 'i' ? flags : flags.replaceAll('0', ''), Number(width));
  });
  // A list is a mapping to Python, and no tuple of values; so are bytes.
  const mapping =
    dict ||
    isBytes(value) ||
    (isSequence(value) && (value.kind === 'list' || value.kind === 'range')) ||
    (typeof value === 'object' && value?.kind === 'match');
  if (!byName && values.length > 0 && !(mapping && values.length === 1))
    throw new PythonError('TypeError', 'not all arguments converted during string formatting');
  return fromText(text(...pieces));
}

/** `'{0}:{port:>5}'.format(…)`, without attributes or indices, and without fields in a specification. */
export function braceFormat(template: string, args: readonly Value[], named: ReadonlyMap<string, Value>): Value {
  let next = 0;
  const nested = /\{[^{}]+\{[^{]/.test(template) ? new Undecidable('a field in a format') : undefined;
  const pieces = template.split(/(\{\{|\}\}|\{[^{}]*\})/).map((chunk, index) => {
    if (index % 2 === 0) {
      if (/[{}]/.test(chunk)) throw nested ?? new PythonError('ValueError', "a single '{' or '}' in a format string");
      return text(chunk);
    }
    if (chunk === '{{' || chunk === '}}') return text(chunk[0]!);
    const [, name, conversion = '', spec = ''] = /^\{(\w*)(?:!([rsa]))?(?::(.*))?\}$/s.exec(chunk) ?? [];
    if (name === undefined) throw new Undecidable(`\`${chunk}\` in a format`);
    const value = /^\d*$/.test(name) ? args[name === '' ? next++ : Number(name)] : named.get(name);
    if (value === undefined)
      throw /^\d*$/.test(name)
        ? new PythonError('IndexError', 'replacement index out of range')
        : new PythonError('KeyError', name);
    return asText(formatField(value, conversion, spec), value);
  });
  return fromText(text(...pieces));
}

/** `%05.1f` and `%x`, by the specification of `format` that means the same. */
function numberText(value: Value, flags: string, width: string, precision: string | undefined, code: string): string {
  const own = numeric(value);
  if (isPrefix(value) || isLate(value)) throw new Undecidable('such a format');
  const whole = 'xXo'.includes(code);
  if (own === undefined || (whole && typeof own !== 'bigint'))
    throw new PythonError('TypeError', `%${code} format: a number is required, not ${typeName(value)}`);
  if (whole && precision !== undefined) throw new Undecidable('such a format');
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const left = flags.includes('-');
  const zero = flags.includes('0') && !left;
  const point = precision === undefined ? '' : `.${precision || '0'}`;
  const align = left ? '<' : zero ? '' : '>';
  return formatWith(own, `${align}${sign}${zero ? '0' : ''}${width}${point}${code}`);
}

function shown(value: Value, code: string): ReturnType<typeof text> {
  if (code === 'd' || code === 'i') {
    const own = numeric(value);
    if (own === undefined) throw new PythonError('TypeError', '%d format: a real number is required');
    return text(String(typeof own === 'bigint' ? own : BigInt(Math.trunc(own))));
  }
  return asText(code === 'r' ? reprOf(value) : toText(value), value);
}

function asText(made: Value, of: Value): ReturnType<typeof text> {
  const own = textOfValue(made);
  if (own === undefined) throw new Undecidable(`the text of a ${typeName(of)}`);
  return own;
}

function padded(own: ReturnType<typeof text>, flags: string, width: number): ReturnType<typeof text> {
  if (width === 0) return own;
  if (own.pieces.some((piece) => typeof piece !== 'string')) throw new Undecidable('the width of such a text');
  if (width > 1000) throw new Undecidable('so large a width');
  const string = own.pieces.join('');
  if (flags.includes('-')) return text(string.padEnd(width));
  if (!flags.includes('0')) return text(string.padStart(width));
  const sign = string.startsWith('-') ? '-' : '';
  return text(sign + string.slice(sign.length).padStart(width - sign.length, '0'));
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  return `${value < 0 ? '-' : ''}${shortest(Math.abs(value))}`;
}

/** `format(value, spec)`, as fields of formatted texts do it too. */
export function formatValue(value: Value, spec: string): Value {
  if (spec === '') return toText(value);
  if (isPrefix(value)) throw new Undecidable(value.what);
  if (isLate(value)) throw lateFault(value);
  if (hasFormat(value)) return formatWith(value, spec);
  throw new PythonError('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
}

/** A field of a formatted text: `!r` makes its value a text first. */
export function formatField(value: Value, conversion: string, spec: string): Value {
  if (conversion === 'a') throw new Undecidable('`!a`');
  return formatValue(conversion === 'r' ? reprOf(value) : conversion === 's' ? toText(value) : value, spec);
}

/** `str(value)`, known in full. */
export function plainText(value: Value): string {
  const found = toText(value);
  if (typeof found === 'string') return found;
  throw isLate(found) ? lateFault(found) : new Undecidable(isPrefix(found) ? found.what : 'such a text');
}

/** A string literal of printable ASCII. */
function quoted(value: string): string {
  if (/[^\x20-\x7e\n\r\t]/.test(value)) throw new Undecidable('the literal of such a text');
  return literalOf(value);
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

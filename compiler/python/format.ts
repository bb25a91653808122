/** Texts made from values: `str`, `repr`, `%` and `str.format`. */
import {text} from '../util/text.js';
import {
  fromText,
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
  const pieces = template.split(/(%(?:\(\w+\))?[-0]*\d*[a-zA-Z%])/).map((chunk, index) => {
    if (index % 2 === 0) {
      if (chunk.includes('%')) throw new Undecidable('such a format');
      return text(chunk);
    }
    const [, name, flags = '', width = '', code = ''] = /^%(?:\((\w+)\))?([-0]*)(\d*)(.)$/.exec(chunk)!;
    if (code === '%') return text('%');
    if (!'srdi'.includes(code)) throw new Undecidable('a format other than %s, %r and %d');
    byName ||= name !== undefined;
    const next = name === undefined ? values.shift() : dict?.entries.find(([key]) => key === name)?.[1];
    if (next === undefined)
      throw name === undefined
        ? new PythonError('TypeError', 'not enough arguments for format string')
        : new PythonError('KeyError', name);
    return padded(shown(next, code), code === 'd' || code === 'i' ? flags : flags.replaceAll('0', ''), Number(width));
  });
  // A list is a mapping to Python, and no tuple of values.
  const mapping =
    dict ||
    (isSequence(value) && (value.kind === 'list' || value.kind === 'range')) ||
    (typeof value === 'object' && value?.kind === 'match');
  if (!byName && values.length > 0 && !(mapping && values.length === 1))
    throw new PythonError('TypeError', 'not all arguments converted during string formatting');
  return fromText(text(...pieces));
}

/** `'{0}:{port}'.format(…)`, without format specifications, attributes or indices. */
export function braceFormat(template: string, args: readonly Value[], named: ReadonlyMap<string, Value>): Value {
  let next = 0;
  const pieces = template.split(/(\{\{|\}\}|\{[^{}]*\})/).map((chunk, index) => {
    if (index % 2 === 0) {
      if (/[{}]/.test(chunk)) throw new PythonError('ValueError', "a single '{' or '}' in a format string");
      return text(chunk);
    }
    if (chunk === '{{' || chunk === '}}') return text(chunk[0]!);
    const name = chunk.slice(1, -1);
    if (!/^\w*$/.test(name)) throw new Undecidable(`\`${chunk}\` in a format`);
    const value = /^\d*$/.test(name) ? args[name === '' ? next++ : Number(name)] : named.get(name);
    if (value === undefined)
      throw /^\d*$/.test(name)
        ? new PythonError('IndexError', 'replacement index out of range')
        : new PythonError('KeyError', name);
    return shown(value, 's');
  });
  return fromText(text(...pieces));
}

function shown(value: Value, code: string): ReturnType<typeof text> {
  if (code === 'd' || code === 'i') {
    const own = numeric(value);
    if (own === undefined) throw new PythonError('TypeError', '%d format: a real number is required');
    return text(String(typeof own === 'bigint' ? own : BigInt(Math.trunc(own))));
  }
  const found = code === 'r' ? reprOf(value) : toText(value);
  const own = textOfValue(found);
  if (own === undefined) throw new Undecidable(`the text of a ${typeName(value)}`);
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
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  // As many digits as are needed, with an exponent below 0.0001 and from 1e16.
  if (exponent < -4 || exponent >= 16)
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const digits = mantissa.replace(/[-.]/g, '');
  const sign = value < 0 ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
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
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}

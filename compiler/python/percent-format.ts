/** `'%s.%02d' % (name, 3)`, `'%(name)s' % {…}`, and the same of bytes. Source: CPython, unicodeobject.c, unicode_format_arg. */
import type {Text} from '../model/text.js';
import {text} from '../util/text.js';
import {asciiOf, asText, reprOf, toText} from './format.js';
import {formatWith} from './format-spec.js';
import type {Language} from './language.js';
import {floatOf} from './numbers.js';
import {
  type BytesValue,
  equals,
  fromText,
  isBytes,
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

export function percentFormat(template: string, value: Value, language: Language): Value {
  return fromText(text(...new PercentFormat(template, value, language, false).pieces()));
}

/** @returns bytes; each character of what is written is one. */
export function percentFormatBytes(template: BytesValue, value: Value, language: Language): Value {
  const pieces = new PercentFormat(template.text, value, language, true).pieces();
  const own = text(...pieces).pieces;
  if (own.some((piece) => typeof piece !== 'string')) throw new Undecidable('a format of bytes');
  return {kind: 'bytes', text: own.join('')};
}

/** Wider and finer than any condition asks for. */
const longest = 10_000;

interface Format {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly code: string;
}

class PercentFormat {
  private at = 0;
  /** What was asked by name, for this field alone. */
  private named: Value | undefined;
  /** What is left of a tuple; or the value itself, which is taken once. */
  private values: readonly Value[];
  /** What is asked by name, where it can be. */
  private readonly mapping: Value | undefined;

  constructor(
    private readonly template: string,
    value: Value,
    private readonly language: Language,
    private readonly bytes: boolean,
  ) {
    this.values = isSequence(value) && value.kind === 'tuple' ? value.items : [value];
    this.mapping = isMapping(value, bytes) ? value : undefined;
  }

  pieces(): readonly (string | Text)[] {
    const found: (string | Text)[] = [];
    const {template} = this;
    while (this.at < template.length) {
      const next = template.indexOf('%', this.at);
      const end = next < 0 ? template.length : next;
      if (end > this.at) found.push(template.slice(this.at, end));
      this.at = end + 1;
      if (next >= 0) found.push(this.field());
    }
    if (this.values.length > 0 && this.mapping === undefined)
      throw new PythonError('TypeError', 'not all arguments converted during string formatting');
    return found;
  }

  /** What follows a `%`. */
  private field(): string | Text {
    const {template} = this;
    if (template[this.at] === '%') {
      this.at++;
      return '%';
    }
    if (template[this.at] === '(') this.byName();
    let flags: string = this.match(/[-+ #0]*/y)[0];
    let width = this.number('width');
    if (width < 0) {
      flags += '-';
      width = -width;
    }
    let precision: number | undefined;
    if (template[this.at] === '.') {
      this.at++;
      precision = Math.max(0, this.number('precision'));
    }
    this.match(/[hlL]?/y);
    const code = String.fromCodePoint(template.codePointAt(this.at) ?? 0);
    if (this.at >= template.length) throw new PythonError('ValueError', 'incomplete format');
    this.at += code.length;
    // PyPy looks at the letter first.
    if (this.language.pypy && !this.known(code)) throw this.unsupported(code);
    const value = this.next();
    if (!this.known(code)) throw this.unsupported(code);
    if (width > longest || (precision ?? 0) > longest) throw new Undecidable('so long a format');
    return this.written(value, {flags, width, precision, code});
  }

  private known(code: string): boolean {
    return 'sraciduoxXeEfFgG'.includes(code) || (this.bytes && code === 'b');
  }

  private unsupported(code: string): PythonError {
    return new PythonError('ValueError', `unsupported format character '${code}'`);
  }

  private match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.template)!;
    this.at = pattern.lastIndex;
    return found;
  }

  /** A number that is written, or `*` for one among the values. */
  private number(what: string): number {
    if (this.template[this.at] === '*') {
      this.at++;
      const own = numeric(this.next());
      if (typeof own !== 'bigint') throw new PythonError('TypeError', '* wants int');
      if (own >= 2n ** 63n || own < -(2n ** 63n)) throw new PythonError('OverflowError', 'too large');
      if (own >= 2n ** 31n || own < -(2n ** 31n)) {
        if (what === 'precision') throw new PythonError('OverflowError', 'too large');
        throw new Undecidable('so long a format');
      }
      return Number(own);
    }
    const [digits] = this.match(/\d*/y);
    const found = BigInt(digits || '0');
    if (found >= 2n ** 63n) throw new PythonError('ValueError', `${what} too big`);
    return Number(found);
  }

  private next(): Value {
    if (this.named !== undefined) {
      const {named} = this;
      this.named = undefined;
      return named;
    }
    const [value, ...rest] = this.values;
    if (value === undefined) throw new PythonError('TypeError', 'not enough arguments for format string');
    this.values = rest;
    return value;
  }

  /** `(name)`: the value of that key is the one that the field takes. */
  private byName(): void {
    if (this.mapping === undefined) throw new PythonError('TypeError', 'format requires a mapping');
    const start = ++this.at;
    let depth = 1;
    for (; this.at < this.template.length && depth > 0; this.at++)
      if (this.template[this.at] === '(') depth++;
      else if (this.template[this.at] === ')') depth--;
    if (depth > 0) throw new PythonError('ValueError', 'incomplete format key');
    const name = this.template.slice(start, this.at - 1);
    if (!isDict(this.mapping)) {
      if (typeof this.mapping === 'object' && this.mapping?.kind === 'match') throw new Undecidable('such a format');
      throw new PythonError('TypeError', 'indices must be integers or slices, not str');
    }
    const key: Value = this.bytes ? {kind: 'bytes', text: name} : name;
    const found = this.mapping.entries.find(([own]) => equals(own, key));
    if (!found) throw new PythonError('KeyError', name);
    // To PyPy what has no name goes on to be taken from the values.
    if (this.language.pypy) this.named = found[1];
    else this.values = [found[1]];
  }

  private written(value: Value, format: Format): string | Text {
    switch (format.code) {
      case 's':
      case 'r':
      case 'a':
      case 'b':
        return this.textual(value, format);
      case 'c':
        return padded('', this.character(value), {...format, flags: format.flags.replaceAll('0', '')});
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        return wholeText(value, format, this.language);
      default:
        return floatText(value, format, this.language);
    }
  }

  private textual(value: Value, {flags, width, precision, code}: Format): string | Text {
    let own: Text;
    if (this.bytes && (code === 's' || code === 'b')) {
      if (!isBytes(value)) throw new PythonError('TypeError', '%b requires a bytes-like object');
      own = text(value.text);
    } else if (code === 'a' || (this.bytes && code === 'r')) own = text(asciiOf(value));
    else own = asText(code === 'r' ? reprOf(value) : toText(value, this.language), value);
    if (width === 0 && precision === undefined) return own;
    if (own.pieces.some((piece) => typeof piece !== 'string')) throw new Undecidable('the width of such a text');
    const all = [...own.pieces.join('')];
    const shown = precision === undefined ? all : all.slice(0, precision);
    const missing = ' '.repeat(Math.max(0, width - shown.length));
    return flags.includes('-') ? shown.join('') + missing : missing + shown.join('');
  }

  private character(value: Value): string {
    if (isLate(value)) throw lateFault(value);
    if (isPrefix(value)) throw new Undecidable(value.what);
    if (this.bytes && isBytes(value) && value.text.length === 1) return value.text;
    if (!this.bytes && typeof value === 'string' && [...value].length === 1) return value;
    const own = numeric(value);
    if (typeof own !== 'bigint') throw new PythonError('TypeError', '%c requires int or char');
    const most = this.bytes ? 0xffn : 0x10ffffn;
    if (own < 0n || own > most) throw new PythonError('OverflowError', `%c arg not in range(${most + 1n})`);
    return this.bytes ? String.fromCharCode(Number(own)) : String.fromCodePoint(Number(own));
  }
}

function isMapping(value: Value, bytes: boolean): boolean {
  // A list is a mapping to Python, and no tuple of values; so are bytes to a text.
  if (isBytes(value)) return !bytes;
  if (isSequence(value)) return value.kind === 'list' || value.kind === 'range';
  return typeof value === 'object' && /^(?:dict|match|mapping)$/.test(value?.kind ?? '');
}

function numberOf(value: Value, code: string): bigint | number {
  const own = numeric(value);
  if (own === undefined)
    throw new PythonError('TypeError', `%${code} format: a number is required, not ${typeName(value)}`);
  return own;
}

function wholeText(value: Value, format: Format, {pypy}: Language): string {
  const {flags, precision = 0, code} = format;
  let own = numberOf(value, code);
  if (typeof own === 'number') {
    if (/[oxX]/.test(code)) throw new PythonError('TypeError', `%${code} format: an integer is required, not float`);
    if (!Number.isFinite(own) && pypy) throw new PythonError('TypeError', `%${code} format: a number is required`);
    if (!Number.isFinite(own))
      throw new PythonError(Number.isNaN(own) ? 'ValueError' : 'OverflowError', 'cannot convert float to integer');
    own = BigInt(Math.trunc(own));
  }
  const base = {o: 8, x: 16, X: 16}[code] ?? 10;
  const digits = (own < 0n ? -own : own).toString(base);
  if (base === 10 && digits.length > 4300 && !pypy)
    throw new PythonError('ValueError', 'exceeds the limit for integer string conversion');
  const body = digits.padStart(precision, '0');
  const prefix = base !== 10 && flags.includes('#') ? `0${code}` : '';
  return padded(signOf(own < 0n, flags) + prefix, code === 'X' ? body.toUpperCase() : body, format);
}

function floatText(value: Value, format: Format, language: Language): string {
  const {flags, precision = 6, code} = format;
  const own = numberOf(value, code);
  // PyPy turns to another format for large numbers.
  if (language.pypy && /f/i.test(code) && isHuge(own)) throw new Undecidable('such a format of a float');
  const body = formatWith(own, `${flags.includes('#') ? '#' : ''}.${precision}${code}`, language);
  const negative = body.startsWith('-');
  return padded(signOf(negative, flags), negative ? body.slice(1) : body, format);
}

function isHuge(value: bigint | number): boolean {
  const own = typeof value === 'bigint' ? floatOf(value) : value;
  return Number.isFinite(own) && Math.abs(own) >= 1e50;
}

function signOf(negative: boolean, flags: string): string {
  return negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function padded(head: string, body: string, {flags, width}: Format): string {
  const missing = Math.max(0, width - head.length - [...body].length);
  if (flags.includes('-')) return head + body + ' '.repeat(missing);
  return flags.includes('0') ? head + '0'.repeat(missing) + body : ' '.repeat(missing) + head + body;
}

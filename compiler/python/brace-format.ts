/** `'{0}:{port:>{width}}'.format(…)` and `format_map`. Source: CPython, unicode_format.h. */
import type {Text} from '../model/text.js';
import {text} from '../util/text.js';
import {asText, formatField, plainText} from './format.js';
import type {Language} from './language.js';
import {equals, type FunctionValue, fromText, isDict, PythonError, Undecidable, type Value} from './value.js';

/** How a field looks into its value. */
export interface Looks {
  readonly attribute: (object: Value, name: string) => Value;
  readonly item: (object: Value, index: Value) => Value;
}

/** The method of a text, where it is one of these. */
export function formatMethod(
  template: string,
  name: string,
  looks: Looks,
  language: Language,
): FunctionValue | undefined {
  if (name === 'format')
    return {
      kind: 'function',
      name,
      call: (args, named) =>
        new BraceFormat(args, (key) => named.get(key) ?? missing(key), looks, language).whole(template),
    };
  if (name !== 'format_map') return undefined;
  return {
    kind: 'function',
    name,
    call: ([mapping, ...more], named) => {
      if (mapping === undefined || more.length > 0 || named.size > 0)
        throw new PythonError('TypeError', 'format_map() takes exactly one argument');
      const look = (key: string): Value => {
        if (!isDict(mapping)) return looks.item(mapping, key);
        return mapping.entries.find(([own]) => equals(own, key))?.[1] ?? missing(key);
      };
      return new BraceFormat(undefined, look, looks, language).whole(template);
    },
  };
}

function missing(key: string): never {
  throw new PythonError('KeyError', key);
}

interface Field {
  readonly name: string;
  readonly conversion: string;
  readonly spec: string;
  /** Whether the specification has fields itself. */
  readonly nested: boolean;
  readonly end: number;
}

class BraceFormat {
  private next = 0;
  private numbering: 'by itself' | 'by hand' | undefined;

  constructor(
    private readonly args: readonly Value[] | undefined,
    private readonly named: (key: string) => Value,
    private readonly looks: Looks,
    private readonly language: Language,
  ) {}

  whole(template: string): Value {
    return fromText(text(...this.pieces(template, 2)));
  }

  /** @param depth  how many templates within each other there may be from here on */
  private pieces(template: string, depth: number): (string | Text)[] {
    if (depth <= 0) throw new PythonError('ValueError', 'Max string recursion exceeded');
    const found: (string | Text)[] = [];
    const braces = /[{}]/g;
    for (let at = 0; at < template.length; ) {
      if (template[at] !== '{' && template[at] !== '}') {
        braces.lastIndex = at;
        const end = braces.exec(template)?.index ?? template.length;
        found.push(template.slice(at, end));
        at = end;
      } else if (template[at] === template[at + 1]) {
        found.push(template[at]!);
        at += 2;
      } else if (template[at] === '}' || at + 1 >= template.length)
        throw new PythonError('ValueError', `Single '${template[at]}' encountered in format string`);
      else {
        const field = readField(template, at + 1);
        found.push(this.field(field, depth));
        at = field.end;
      }
    }
    return found;
  }

  private field({name, conversion, spec, nested}: Field, depth: number): Text {
    // PyPy looks at the conversion first.
    if (this.language.pypy && !/^[rsa]?$/.test(conversion))
      throw new PythonError('ValueError', `invalid conversion ${conversion}`);
    const value = this.value(name);
    const own = nested ? plainText(fromText(text(...this.pieces(spec, depth - 1)))) : spec;
    return asText(formatField(value, conversion, own, this.language), value);
  }

  private value(name: string): Value {
    const first = /^[^.[]*/.exec(name)![0];
    let value = this.first(first);
    for (let at = first.length; at < name.length; ) {
      if (name[at] === '.') {
        const own = /[^.[]*/y;
        own.lastIndex = at + 1;
        const [found] = own.exec(name)!;
        if (found === '') throw new PythonError('ValueError', 'Empty attribute in format string');
        value = this.looks.attribute(value, found);
        at = own.lastIndex;
      } else if (name[at] === '[') {
        const end = name.indexOf(']', at);
        if (end < 0) throw new PythonError('ValueError', "Missing ']' in format string");
        const index = name.slice(at + 1, end);
        // PyPy looks for a key that is empty.
        if (index === '' && !this.language.pypy)
          throw new PythonError('ValueError', 'Empty attribute in format string');
        value = this.looks.item(value, wholeIndex(index) ?? index);
        at = end + 1;
      } else throw new PythonError('ValueError', "Only '.' or '[' may follow ']' in format field specifier");
    }
    return value;
  }

  private first(name: string): Value {
    const index = name === '' ? undefined : wholeIndex(name);
    if (name !== '' && index === undefined) return this.named(name);
    const numbering = name === '' ? 'by itself' : 'by hand';
    this.numbering ??= numbering;
    if (this.numbering !== numbering)
      throw new PythonError('ValueError', 'cannot switch from one numbering of fields to another');
    if (this.args === undefined) throw new PythonError('ValueError', 'Format string contains positional fields');
    const at = index === undefined ? this.next++ : Number(index);
    const found = this.args[at];
    if (found === undefined) throw new PythonError('IndexError', `Replacement index ${at} out of range`);
    return found;
  }
}

/** A field from behind its brace on. */
function readField(template: string, start: number): Field {
  let at = start;
  for (; at < template.length && !/[}:!]/.test(template[at]!); at++) {
    if (template[at] === '{') throw new PythonError('ValueError', "unexpected '{' in field name");
    if (template[at] !== '[') continue;
    // What is in brackets may hold any sign.
    const close = template.indexOf(']', at);
    at = close < 0 ? template.length : close;
  }
  if (at >= template.length) throw new PythonError('ValueError', "expected '}' before end of string");
  const name = template.slice(start, at);
  if (template[at] === '}') return {name, conversion: '', spec: '', nested: false, end: at + 1};
  let conversion = '';
  if (template[at] === '!') {
    conversion = String.fromCodePoint(template.codePointAt(at + 1) ?? 0);
    if (at + 1 >= template.length)
      throw new PythonError('ValueError', 'end of string while looking for conversion specifier');
    at += 1 + conversion.length;
    if (template[at] === '}') return {name, conversion, spec: '', nested: false, end: at + 1};
    if (at < template.length && template[at] !== ':')
      throw new PythonError('ValueError', "expected ':' after conversion specifier");
  }
  const from = at + 1;
  let depth = 1;
  for (at = from; at < template.length; at++) {
    if (template[at] === '{') depth++;
    else if (template[at] === '}' && --depth === 0) break;
  }
  if (depth > 0) throw new PythonError('ValueError', "unmatched '{' in format spec");
  const spec = template.slice(from, at);
  return {name, conversion, spec, nested: spec.includes('{'), end: at + 1};
}

function wholeIndex(name: string): bigint | undefined {
  if (/[^\0-\x7f]/.test(name) && /^\p{Nd}+$/u.test(name)) throw new Undecidable('digits of another script');
  if (!/^\d+$/.test(name)) return undefined;
  const found = BigInt(name);
  if (found >= 2n ** 63n) throw new PythonError('ValueError', 'Too many decimal digits in format string');
  return found;
}

/**
 * Formatted texts, `f"{field!conversion:spec}"`, taken apart; template strings of 3.14, `t"…"`, are written alike.
 * Source: the Python language reference, "Formatted string literals". Up to 3.11 a field is found by its quotes and brackets alone;
 * from 3.12 on (PEP 701) it is Python of its own, which may hold the quotes of the text that it stands in.
 */

/** A literal piece stands as it is written, its escapes too. */
export type FormattedPiece = string | FormattedField;

export interface FormattedField {
  /** An expression. */
  readonly field: string;
  /** What `{x = }` writes before the value. */
  readonly shown?: string;
  /** r, s, a or nothing. */
  readonly conversion: string;
  readonly spec: readonly FormattedPiece[];
}

export interface FormattedText {
  readonly raw: boolean;
  readonly quote: string;
  readonly pieces: readonly FormattedPiece[];
}

/** From this version on fields are Python of their own. */
const newFields = 12;
/** Formatted texts within each other, as many as CPython takes. */
const nestingLimit = 149;

const start = /([a-zA-Z]*)('''|"""|'|")/y;
const isPrefix = /^(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?$/;
const word = /[\w\u0080-\uffff]+/y;
const plainString =
  /[a-zA-Z]*(?:'''(?:[^\\]|\\[\s\S])*?'''|"""(?:[^\\]|\\[\s\S])*?"""|'(?!'')(?:[^'\\\n]|\\[\s\S])*'|"(?!"")(?:[^"\\\n]|\\[\s\S])*")/y;

/** A text that Python refuses. */
class Refused extends Error {}

/** Where the string literal that begins at an offset ends, formatted or not; undefined where none begins there or it has no end. */
export function endOfString(text: string, offset: number, minor: number, nesting = 0): number | undefined {
  start.lastIndex = offset;
  const [, prefix] = start.exec(text) ?? [];
  if (prefix === undefined || !isPrefix.test(prefix)) return undefined;
  if (minor < newFields || !/[ft]/i.test(prefix)) {
    plainString.lastIndex = offset;
    return plainString.test(text) ? plainString.lastIndex : undefined;
  }
  const scanner = new Scanner(text, offset, minor, nesting);
  try {
    scanner.pieces(0);
    return scanner.at + scanner.quote.length;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/** Whether a text begins there that is formatted, and whose end its own fields tell. */
export function beginsFormatted(text: string, offset: number, minor: number): boolean {
  start.lastIndex = offset;
  const [, prefix = ''] = start.exec(text) ?? [];
  return minor >= newFields && isPrefix.test(prefix) && /[ft]/i.test(prefix);
}

/**
 * @param literal  one that `endOfString` found, with its prefix and quotes
 * @returns undefined for what Python refuses; what stands in fields is not read
 */
export function readFormatted(literal: string, minor: number): FormattedText | undefined {
  const scanner = new Scanner(literal, 0, minor, 0);
  try {
    const pieces = scanner.pieces(0);
    return {raw: scanner.raw, quote: scanner.quote, pieces};
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

class Scanner {
  at: number;
  readonly quote: string;
  readonly raw: boolean;
  /** Where the text ends, if that is known before its fields are looked at. */
  private readonly end: number;
  private readonly own: boolean;

  constructor(
    private readonly text: string,
    offset: number,
    private readonly minor: number,
    private readonly nesting: number,
  ) {
    start.lastIndex = offset;
    const [whole, prefix, quote] = start.exec(text)!;
    this.quote = quote!;
    this.raw = /r/i.test(prefix!);
    this.at = offset + whole.length;
    this.own = minor >= newFields;
    this.end = this.own ? text.length : text.length - quote!.length;
    if (nesting >= nestingLimit) throw new Refused('too many formatted texts within each other');
  }

  /** @param level  0 in the text itself, 1 in the specification of one of its fields, and so on */
  pieces(level: number): FormattedPiece[] {
    const found: FormattedPiece[] = [];
    let literal = '';
    const take = (length: number, written = this.text.slice(this.at, this.at + length)): void => {
      literal += written;
      this.at += length;
    };
    for (;;) {
      if (this.atEnd()) {
        if (level > 0) throw new Refused("expecting '}'");
        break;
      }
      const [character = '', next = ''] = [this.text[this.at], this.text[this.at + 1]];
      if (character === '\\') {
        // A brace behind a backslash is one all the same.
        if (/[{}]/.test(next)) take(1, this.raw ? '\\' : '\\\\');
        else if (next === 'N' && this.text[this.at + 2] === '{' && !this.raw) take(this.endOfName() - this.at);
        else take(2);
      } else if (character === '{' && (level > 0 || next !== '{')) {
        if (literal !== '') found.push(literal);
        literal = '';
        found.push(this.field(level));
      } else if (character === '}' && level > 0) break;
      else if (character === '{' || character === '}') {
        if (next !== character) throw new Refused("single '}' is not allowed");
        take(2, character);
      } else take(1);
    }
    if (literal !== '') found.push(literal);
    return found;
  }

  private atEnd(): boolean {
    if (this.at < this.end) return this.own && this.text.startsWith(this.quote, this.at);
    if (this.own) throw new Refused('no end');
    return true;
  }

  /** `\N{…}`. */
  private endOfName(): number {
    const close = this.text.indexOf('}', this.at);
    if (close < 0 || close >= this.end) throw new Refused('malformed \\N character escape');
    return close + 1;
  }

  private field(level: number): FormattedField {
    if (level >= (this.own ? 3 : 2)) throw new Refused('expressions nested too deeply');
    const from = ++this.at;
    this.expression();
    const field = this.text.slice(from, this.at);
    let shown: string | undefined;
    if (this.text[this.at] === '=') {
      this.at++;
      this.blanks();
      shown = this.text.slice(from, this.at);
    }
    let conversion = '';
    if (this.text[this.at] === '!') {
      conversion = this.text[++this.at] ?? '';
      if (!/^[rsa]$/.test(conversion)) throw new Refused('invalid conversion character');
      this.at++;
      if (this.own) this.blanks();
    }
    let spec: FormattedPiece[] = [];
    const specified = this.text[this.at] === ':';
    if (specified) {
      this.at++;
      spec = this.pieces(level + 1);
    }
    if (this.at >= this.end || this.text[this.at] !== '}') throw new Refused("expecting '}'");
    this.at++;
    // What writes its own source writes its value so, too.
    if (shown !== undefined && conversion === '' && !specified) conversion = 'r';
    return {field, conversion, spec, ...(shown !== undefined && {shown})};
  }

  private blanks(): void {
    while (/[ \t\f\n\r]/.test(this.text[this.at] ?? '')) this.at++;
  }

  /** Goes on to what ends an expression: `=`, `!`, `:` or `}` outside of brackets. */
  private expression(): void {
    const open: string[] = [];
    while (this.at < this.end) {
      const [character = '', next = ''] = [this.text[this.at], this.text[this.at + 1]];
      if (character === '\\' || character === '#') throw new Refused(`an expression cannot include ${character}`);
      if (character === "'" || character === '"' || /[\w\u0080-\uffff]/.test(character)) this.wordOrString();
      else if ('([{'.includes(character)) {
        open.push(character);
        this.at++;
      } else if (')]}'.includes(character)) {
        if (open.length === 0 && character === '}') return;
        if (open.pop() !== {')': '(', ']': '[', '}': '{'}[character]) throw new Refused(`unmatched '${character}'`);
        this.at++;
      } else if (open.length === 0 && '=!<>'.includes(character) && next === '=') this.at += 2;
      else if (open.length === 0 && '=!:'.includes(character)) return;
      else this.at++;
    }
    throw new Refused("'{' was never closed");
  }

  private wordOrString(): void {
    const end = this.own ? endOfString(this.text, this.at, this.minor, this.nesting + 1) : this.endOfQuoted();
    if (end !== undefined) this.at = end;
    else {
      start.lastIndex = this.at;
      if (this.own && isPrefix.test(start.exec(this.text)?.[1] ?? '?')) throw new Refused('unterminated string');
      word.lastIndex = this.at;
      if (!word.test(this.text)) throw new Refused('unterminated string');
      this.at = word.lastIndex;
    }
  }

  /** Up to 3.11 quotes alone count, and no backslash stands in a field. */
  private endOfQuoted(): number | undefined {
    const character = this.text[this.at]!;
    if (character !== "'" && character !== '"') return undefined;
    const quote = this.text.startsWith(character.repeat(3), this.at) ? character.repeat(3) : character;
    const close = this.text.indexOf(quote, this.at + quote.length);
    if (close < 0 || close >= this.end) throw new Refused('unterminated string');
    if (this.text.slice(this.at, close).includes('\\')) throw new Refused('an expression cannot include a backslash');
    return close + quote.length;
  }
}

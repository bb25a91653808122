/**
 * The tokens of a `.cfg` file: one token a line, its line end included.
 *
 * The patterns are functions, because the lines are told apart by Python's idea of white space and because each must
 * be linear in the length of a line (buildout's own regular expression for headers is not).
 * Source: zc.buildout 6.0.1, configparser.py, `section_header` and `option_start`.
 */
import {type CustomPatternMatcherReturn, createToken, Lexer, type TokenType} from 'chevrotain';
import {isSpace} from '../compiler/util/python-string.js';
import {lexerOptions} from './lexer-options.js';

/** `# …` or `; …` in column 0. Skipped everywhere, in the middle of a value too. */
export const Comment = line('Comment', (text, start) => text[start] === '#' || text[start] === ';', {
  group: Lexer.SKIPPED,
});

/** A line that begins with white space: the continuation of an option, a blank line, or out of place. */
export const Indented = line('Indented', (text, start) => isSpace(text.charCodeAt(start)));

/** `[name]`, `[name: condition]`, each with an optional comment behind. The payload says where its pieces lie. */
export const Header = line('Header', readHeader);

/** `name = value`, `name += value`, `=> part`. The payload says where its pieces lie. */
export const Option = line('Option', readOption);

/** Anything else. buildout refuses it. */
export const Junk = line('Junk', () => true);

export const cfgTokens: TokenType[] = [Comment, Indented, Header, Option, Junk];

export const cfgLexer = new Lexer(cfgTokens, lexerOptions);

/** Offsets into the source. `condition` is what lies between the colon and the closing bracket; absent without a colon. */
export interface HeaderParts {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly condition?: {readonly start: number; readonly end: number};
  /** From the closing bracket to the end of the line. */
  readonly tailStart: number;
  readonly lineEnd: number;
}

/** `key` keeps its operator: `x`, `x +`, `x-`. `=>` reads as `<part-dependencies> =`. */
export interface OptionParts {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly lineEnd: number;
}

function line(
  name: string,
  read: (text: string, start: number, end: number) => boolean | object | undefined,
  options: {group?: string} = {},
): TokenType {
  const pattern = (text: string, start: number): CustomPatternMatcherReturn | null => {
    const end = lineEnd(text, start);
    const found = read(text, start, end);
    if (!found) return null;
    const matched: CustomPatternMatcherReturn = [text.slice(start, afterLineEnd(text, end))];
    if (typeof found === 'object') matched.payload = found;
    return matched;
  };
  return createToken({name, pattern, line_breaks: true, ...options});
}

// The line that was asked for last: every kind of token asks for the same one.
let known = {text: '', start: -1, end: -1};

/** Where the line that holds `start` ends: at a line feed, a carriage return, or the end of the text. */
function lineEnd(text: string, start: number): number {
  if (known.start === start && known.text === text) return known.end;
  let end = start;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit === 10 || unit === 13) break;
  }
  known = {text, start, end};
  return end;
}

function afterLineEnd(text: string, end: number): number {
  if (end === text.length) return end;
  return text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1;
}

function readHeader(text: string, start: number, lineEnd: number): HeaderParts | undefined {
  if (text[start] !== '[') return undefined;
  const nameStart = skipSpace(text, start + 1, lineEnd);
  const nameEnd = skipWhile(text, nameStart, lineEnd, isNameUnit);
  if (nameEnd === nameStart) return undefined;
  const next = skipSpace(text, nameEnd, lineEnd);
  const name = text.slice(nameStart, nameEnd);
  if (text[next] === ']') {
    const after = skipSpace(text, next + 1, lineEnd);
    return after === lineEnd || isComment(text[after])
      ? {name, nameStart, nameEnd, tailStart: next, lineEnd}
      : undefined;
  }
  if (text[next] !== ':') return undefined;
  // The condition may hold brackets, but neither `#` nor `;`: its last bracket before a comment closes the header.
  const comment = skipWhile(text, next, lineEnd, (unit) => unit !== 35 && unit !== 59);
  let close = comment - 1;
  while (close > next && isSpace(text.charCodeAt(close))) close--;
  if (text[close] !== ']') return undefined;
  return {name, nameStart, nameEnd, condition: {start: next + 1, end: close}, tailStart: close, lineEnd};
}

function readOption(text: string, start: number, lineEnd: number): OptionParts | undefined {
  if (text[start] === '=' && text[start + 1] === '>' && start + 1 < lineEnd)
    return {key: '<part-dependencies>', keyStart: start, keyEnd: start + 2, valueStart: start + 2, lineEnd};
  const nameEnd = skipWhile(text, start, lineEnd, isKeyUnit);
  if (nameEnd === start) return undefined;
  let equals = skipSpace(text, nameEnd, lineEnd);
  let keyEnd = nameEnd;
  if (equals > nameEnd && (text[equals] === '+' || text[equals] === '-')) keyEnd = ++equals;
  if (equals >= lineEnd || text[equals] !== '=') return undefined;
  return {key: text.slice(start, keyEnd), keyStart: start, keyEnd, valueStart: equals + 1, lineEnd};
}

function skipSpace(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  return at;
}

function skipWhile(text: string, start: number, end: number, holds: (unit: number) => boolean): number {
  let at = start;
  while (at < end && holds(text.charCodeAt(at))) at++;
  return at;
}

function isComment(character: string | undefined): boolean {
  return character === '#' || character === ';';
}

/** Not `# [ ] : ; { }`, and no white space. */
function isNameUnit(unit: number): boolean {
  return !(
    unit === 35 ||
    unit === 91 ||
    unit === 93 ||
    unit === 58 ||
    unit === 59 ||
    unit === 123 ||
    unit === 125 ||
    isSpace(unit)
  );
}

/** Not `[ ] = : { }`, and no white space. */
function isKeyUnit(unit: number): boolean {
  return !(unit === 91 || unit === 93 || unit === 61 || unit === 58 || unit === 123 || unit === 125 || isSpace(unit));
}

/**
 * The grammar of values: literal text, `$$`, and `${section:option}`.
 *
 * `$$` protects what follows and stays as it is. A reference ends at the first closing brace, and holds no `$$`.
 * Source: zc.buildout 6.0.1, `Options._sub` and the `split('$$')` around it.
 */
import {type CustomPatternMatcherReturn, createToken, Lexer} from 'chevrotain';
import {lexerOptions} from './lexer-options.js';

/** `${` up to the next `}`. */
export const Reference = createToken({
  name: 'Reference',
  pattern: matchReference,
  line_breaks: true,
  start_chars_hint: ['$'],
});

const Escape = createToken({name: 'Escape', pattern: /\$\$/});
const Literal = createToken({name: 'Literal', pattern: /[^$]+|\$/, line_breaks: true});

const lexer = new Lexer([Escape, Reference, Literal], lexerOptions);

/** A piece of a value: text that stays, or a reference as written. */
export interface ValuePiece {
  readonly text: string;
  readonly isReference: boolean;
}

export function splitValue(value: string): ValuePiece[] {
  if (!value.includes('}')) return value === '' ? [] : [{text: value, isReference: false}];
  return lexer.tokenize(value).tokens.map((token) => ({text: token.image, isReference: token.tokenType === Reference}));
}

/** What is wrong with a reference, in buildout's order of asking. */
export type ReferenceFault = 'no-colon' | 'many-colons' | 'bad-section' | 'bad-option';

/** `${section:option}` taken apart. An empty section is the own one. */
export function readReference(
  text: string,
): {readonly section: string; readonly option: string} | {readonly fault: ReferenceFault} {
  const [section, option, ...more] = text.slice(2, -1).split(':');
  if (option === undefined) return {fault: 'no-colon'};
  if (more.length > 0) return {fault: 'many-colons'};
  if (/^[-a-zA-Z0-9 ._]*$/.test(section!) && /^[-a-zA-Z0-9 ._]+$/.test(option)) return {section: section!, option};
  // A line feed at the end of a name gets by, since Python's `$` matches before it; no section or option is called so.
  if (!/^[-a-zA-Z0-9 ._]+\n?$/.test(section!)) return {fault: 'bad-section'};
  return /^[-a-zA-Z0-9 ._]+\n?$/.test(option) ? {section: section!, option} : {fault: 'bad-option'};
}

/** No reference begins in this text between the two: asking again at every `${` would take quadratic time. */
let barren = {text: '', from: 0, until: 0};

function isBarren(text: string, start: number): boolean {
  if (start < barren.from || start >= barren.until || barren.text !== text) return false;
  // An equal text is compared character by character, the very same one at once.
  barren.text = text;
  return true;
}

function matchReference(text: string, start: number): CustomPatternMatcherReturn | null {
  if (text[start] !== '$' || text[start + 1] !== '{' || isBarren(text, start)) return null;
  for (let at = start + 2; at < text.length; at++) {
    if (text[at] === '}') return [text.slice(start, at + 1)];
    if (text[at] === '$' && text[at + 1] === '$') {
      barren = {text, from: start, until: at};
      return null;
    }
  }
  barren = {text, from: start, until: text.length};
  return null;
}

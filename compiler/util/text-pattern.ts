import type {Piece, Ref, Text} from '../model/text.js';
import {text} from './text.js';

/**
 * A Text as one string that patterns can be matched against: each reference is one character of Unicode's private area.
 * What a pattern finds is put back with `decode`. A reference counts as a character of a word.
 */
export interface Encoded {
  readonly string: string;
  decode(found: string): Text;
}

const first = 0xe000;

export function encode(value: Text): Encoded {
  const refs: Ref[] = [];
  const string = value.pieces
    .map((piece) => {
      // Beside references, a literal character of the private area can't be told from one: it is left out.
      if (typeof piece === 'string') return value.pieces.length === 1 ? piece : piece.replace(/[\ue000-\uf8ff]/g, '');
      refs.push(piece);
      return String.fromCharCode(first + refs.length - 1);
    })
    .join('');
  const decode = (found: string): Text => {
    const pieces: Piece[] = [];
    for (const chunk of found.split(/([\ue000-\uf8ff])/)) {
      const ref = chunk.length === 1 ? refs[chunk.charCodeAt(0) - first] : undefined;
      pieces.push(ref ?? chunk);
    }
    return text(...pieces);
  };
  return {string, decode};
}

/** Splits at blanks as a shell does: quotes and backslashes group, and are taken away. Source: Python's shlex.split. */
export function shellWords(value: Text): Text[] {
  const {string, decode} = encode(value);
  const out: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < string.length; i++) {
    const char = string[i]!;
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\]/.test(string[i + 1] ?? '')) word += string[++i]!;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) out.push(word);
      word = undefined;
    } else word = (word ?? '') + (char === '\\' ? (string[++i] ?? '') : char);
  }
  if (word !== undefined) out.push(word);
  return out.map(decode);
}

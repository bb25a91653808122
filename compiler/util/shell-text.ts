import type {Piece, Text} from '../model/text.js';
import {text} from './text.js';

/**
 * A value as one word of a shell file that a part writes.
 *
 * Literal pieces and paths of the layout stand in single quotes (the script refuses a PREFIX or a name with a quote in it);
 * an input or a secret may hold anything, and is quoted on the host.
 */
export function shellWord(value: Text | string): Text {
  const {pieces} = text(value);
  const only = pieces.length === 1 ? pieces[0] : undefined;
  if (typeof only === 'string' && /^[\w./+-]+$/.test(only)) return text(only);
  const out: Piece[] = [];
  let open = false;
  const quote = (wanted: boolean): void => {
    if (open !== wanted) out.push("'");
    open = wanted;
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      quote(true);
      out.push(piece.replaceAll("'", "'\\''"));
    } else if (piece.ref === 'env' || piece.ref === 'secret') {
      quote(false);
      out.push({...piece, within: 'sh'});
    } else {
      quote(true);
      out.push(piece);
    }
  }
  quote(false);
  return pieces.length === 0 ? text("''") : text(...out);
}

/** Shell source of the user's that becomes a file: an input or a secret is one quoted piece, wherever it stands. */
export function shellSource(value: Text): Text {
  const out: Piece[] = [];
  let quote: Quote = '';
  for (const piece of value.pieces) {
    if (typeof piece === 'string') {
      quote = quoteAfter(piece, quote);
      out.push(piece);
    } else if (piece.ref === 'env' || piece.ref === 'secret') out.push(quote, {...piece, within: 'sh'}, quote);
    else out.push(piece);
  }
  return text(...out);
}

/** The quotes that a shell is in; empty where it is in none. */
export type Quote = "'" | '"' | '';

/** In which quotes a shell is after `source`, having begun in `quote`. */
export function quoteAfter(source: string, quote: Quote): Quote {
  let state = quote;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (state === "'") {
      if (char === "'") state = '';
    } else if (char === '\\') {
      at++;
    } else if (char === '"') {
      state = state === '"' ? '' : '"';
    } else if (char === "'" && state === '') {
      state = "'";
    } else if (char === '#' && state === '' && (at === 0 || /\s/.test(source[at - 1] ?? ''))) {
      // A comment: its apostrophes open nothing.
      const end = source.indexOf('\n', at);
      at = end < 0 ? source.length : end;
    }
  }
  return state;
}

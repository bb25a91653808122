import type {Text} from '../model/text.js';
import {isPlainRef, joined, type QuotedText} from './file-text.js';

/** One word of a unit's value, in double quotes where it needs them. `$` is doubled where variables would be expanded. */
export function word(value: Text, expands: boolean): QuotedText {
  const bare = value.pieces.every((piece) =>
    typeof piece === 'string' ? /^[\w@+=:,./-]+$/.test(piece) : isPlainRef(piece),
  );
  if (bare && value.pieces.length > 0) return value;
  return joined('"', quotedPieces(value, expands), '"');
}

/** A value for between double quotes: what the host fills in is quoted there. */
export function quotedPieces(value: Text, expands: boolean): QuotedText {
  return {
    pieces: value.pieces.map((piece) => {
      if (typeof piece === 'string') return escaped(piece, expands);
      return isPlainRef(piece)
        ? piece
        : {quoted: piece, as: expands ? 'systemd_quote_argument' : 'systemd_quote_value'};
    }),
  };
}

/** A literal inside double quotes. Source: systemd.syntax(7), "Quoting"; systemd.unit(5), "Specifiers"; systemd.service(5), "Command lines". */
export function escaped(value: string, expands = false): string {
  const named: Readonly<Record<string, string>> = {'\n': '\\n', '\t': '\\t', '\r': '\\r'};
  const quoted = [...value.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')]
    .map(
      (char) =>
        named[char] ??
        (char < ' ' || char === '\x7f' ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char),
    )
    .join('');
  return expands ? quoted.replaceAll('$', '$$$$') : quoted;
}

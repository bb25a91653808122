import type {Piece, Ref} from '../model/text.js';

/**
 * A reference that is quoted once more when the host fills it in, for the syntax of the file that it stands in.
 * `as` names the function of the shell library that does it: the script writes `$(AS "$VARIABLE")`.
 */
export interface HostQuoted {
  readonly quoted: Ref;
  readonly as: HostQuoting;
}

export type HostQuoting =
  | 'supervisor_quote_shlex'
  | 'supervisor_quote_environment'
  | 'supervisor_quote_percent'
  | 'systemd_quote_argument'
  | 'systemd_quote_value';

/** A file's text, of which some references are quoted on the host. */
export interface QuotedText {
  readonly pieces: readonly (string | Ref | HostQuoted)[];
}

/** Texts joined, with no two strings beside each other. */
export function joined(...parts: readonly (string | QuotedText)[]): QuotedText {
  const pieces: (string | Ref | HostQuoted)[] = [];
  for (const piece of parts.flatMap((part) => (typeof part === 'string' ? [part] : part.pieces))) {
    const last = pieces.at(-1);
    if (piece === '') continue;
    if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece;
    else pieces.push(piece);
  }
  return {pieces};
}

/**
 * Whether a reference needs no quoting in any file: the script refuses folders, users and host names with special characters
 * before it does anything. Declared inputs and secrets may hold anything.
 */
export function isPlainRef(piece: Piece): boolean {
  return typeof piece !== 'string' && piece.ref !== 'env' && piece.ref !== 'secret';
}

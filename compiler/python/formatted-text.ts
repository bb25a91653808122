/** Formatted texts, with their fields read: `f"{x!r:>{width}}"`. */
import {type FormattedPiece, type FormattedText, readFormatted} from '../../grammar/formatted-string.js';
import {type Expression, parseField} from '../../grammar/python-expression.js';
import {readPythonString} from '../../grammar/python-string-literal.js';
import type {Language} from './language.js';
import {Undecidable} from './value.js';

/** A text that stands there, or a field. */
export type CompiledPiece =
  | string
  | {
      readonly field: Expression;
      readonly shown: string;
      readonly conversion: string;
      readonly spec: readonly CompiledPiece[];
    };

/**
 * @param literal  one that the grammar took, with its prefix and quotes
 * @throws Undecidable for characters by name
 */
export function compileFormatted(literal: string, {minor}: Language): readonly CompiledPiece[] {
  const found = readFormatted(literal, minor);
  if (!found) throw new Undecidable('such a formatted text');
  return compilePieces(found.pieces, found, minor, false);
}

function compilePieces(
  pieces: readonly FormattedPiece[],
  own: FormattedText,
  minor: number,
  inSpec: boolean,
): readonly CompiledPiece[] {
  const {raw, quote} = own;
  return pieces.map((piece) => {
    if (typeof piece === 'string') {
      // Whether such a backslash is an escape was another thing in some of these versions.
      if (inSpec && raw && piece.includes('\\') && (minor === 12 || minor === 13))
        throw new Undecidable('a backslash in a format');
      const text = raw ? piece : readPythonString(quote + piece + quote);
      if (text === undefined) throw new Undecidable('a character by its name');
      return text;
    }
    // So was what `{a != b = }` writes.
    const isOdd = minor === 12 && inSpec && piece.shown !== undefined;
    if (isOdd || (piece.shown?.includes('!=') && (minor === 12 || minor === 13)))
      throw new Undecidable('such a formatted text');
    const field = parseField(piece.field, minor, true);
    if (!field) throw new Undecidable('such a formatted text');
    const spec = compilePieces(piece.spec, own, minor, true);
    return {field, shown: piece.shown ?? '', conversion: piece.conversion, spec};
  });
}

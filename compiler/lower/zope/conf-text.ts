/** Putting configuration files together from lines that may hold references. */
import type {Piece, Text} from '../../model/text.js';
import {split, text} from '../../util/text.js';

export type Line = Text | string | undefined | false | 0;

/** The lines that are there, each ended. A line may itself be several; blank ones are left out. */
export function confText(...lines: readonly (Line | readonly Line[])[]): Text {
  const out: Text[] = [];
  for (const line of lines.flat()) {
    if (line === undefined || line === false || line === 0) continue;
    for (const one of split(text(line), '\n')) {
      if (one.pieces.length > 0 && !one.pieces.every((piece) => typeof piece === 'string' && piece.trim() === ''))
        out.push(text(one, '\n'));
    }
  }
  return text(...out);
}

/** Each line of a text with blanks before it. */
export function indented(value: Text, blanks: number): Text {
  const pad = ' '.repeat(blanks);
  return text(
    ...split(value, '\n').flatMap((line, index) => [
      index === 0 ? '' : '\n',
      line.pieces.length === 0 ? '' : pad,
      line,
    ]),
  );
}

/** A Python string: literals beside each other are one. Paths of the layout hold no quotes; inputs and secrets are quoted on the host. */
export function pythonString(value: Text | string): Text {
  const literals: Text[] = [];
  let open: Piece[] = [];
  const close = (): void => {
    if (open.length > 0) literals.push(text("'", {pieces: open}, "'"));
    open = [];
  };
  for (const piece of text(value).pieces) {
    if (typeof piece === 'string')
      open.push(piece.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r'));
    else if (piece.ref === 'env' || piece.ref === 'secret') {
      close();
      literals.push(text({...piece, within: 'python'}));
    } else open.push(piece);
  }
  close();
  return literals.length === 0
    ? text("''")
    : text(...literals.flatMap((each, index) => (index === 0 ? [each] : [' ', each])));
}

/** `['-C', '/path']` as Python source. */
export function pythonList(values: readonly (Text | string)[]): Text {
  return text('[', ...values.flatMap((value, index) => [index === 0 ? '' : ', ', pythonString(value)]), ']');
}

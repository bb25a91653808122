/** Putting configuration files together from lines that may hold references. */
import type {Text} from '../../model/text.js';
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

/** A Python string literal; references stand in it as they are, for paths of the layout hold no quotes. */
export function pythonString(value: Text | string): Text {
  const pieces = text(value).pieces.map((piece) =>
    typeof piece === 'string' ? piece.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r') : piece,
  );
  return text("'", {pieces}, "'");
}

/** `['-C', '/path']` as Python source. */
export function pythonList(values: readonly (Text | string)[]): Text {
  return text('[', ...values.flatMap((value, index) => [index === 0 ? '' : ', ', pythonString(value)]), ']');
}

/** A double-quoted word of a POSIX shell script, for a path; references are paths of the layout. */
export function shellWord(value: Text): Text {
  const pieces = value.pieces.map((piece) => (typeof piece === 'string' ? piece.replace(/[\\"$`]/g, '\\$&') : piece));
  return text('"', {pieces}, '"');
}

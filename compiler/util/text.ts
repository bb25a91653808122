import type {Piece, Place, Ref, Text} from '../model/text.js';

/** A Text from literal strings, references and other Texts, joined in order. */
export function text(...parts: readonly (string | Ref | Text)[]): Text {
  const pieces: Piece[] = [];
  const add = (piece: Piece): void => {
    const last = pieces.at(-1);
    if (piece === '') return;
    if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece;
    else pieces.push(piece);
  };
  for (const part of parts) {
    if (typeof part === 'object' && 'pieces' in part) part.pieces.forEach(add);
    else add(part);
  }
  return {pieces};
}

/** The reference to a folder of the layout, with an optional literal path below it. */
export function place(name: Place, below = ''): Text {
  return text({ref: 'place', place: name}, below === '' ? '' : `/${below}`);
}

/** The string where nothing is left to the host, else undefined. */
export function literal(value: Text): string | undefined {
  if (value.pieces.length === 0) return '';
  const [only] = value.pieces;
  return value.pieces.length === 1 && typeof only === 'string' ? only : undefined;
}

/** A Text for people and for messages: references as `{data}`, `{env HOME}`. Never for a file or a shell. */
export function show(value: Text): string {
  return value.pieces.map((piece) => (typeof piece === 'string' ? piece : showRef(piece))).join('');
}

function showRef(ref: Ref): string {
  if (ref.ref === 'place') return `{${ref.place}}`;
  if (ref.ref === 'env' || ref.ref === 'secret') return `{${ref.ref} ${ref.name}}`;
  return `{${ref.ref}}`;
}

/** Splits at a separator that stands in a literal piece. References stay whole. */
export function split(value: Text, separator: RegExp | string): Text[] {
  const out: (Piece | Text)[][] = [[]];
  for (const piece of value.pieces) {
    if (typeof piece !== 'string') {
      out.at(-1)!.push(piece);
      continue;
    }
    piece.split(separator).forEach((chunk, index) => {
      if (index > 0) out.push([]);
      out.at(-1)!.push(chunk);
    });
  }
  return out.map((parts) => text(...parts));
}

/** The lines of a Text, stripped of blanks at both ends, empty ones left out. */
export function lines(value: Text): Text[] {
  return split(value, '\n')
    .map(trim)
    .filter((line) => line.pieces.length > 0);
}

/** The words of a Text: split at any white space of its literal pieces. */
export function words(value: Text): Text[] {
  return split(value, /\s+/).filter((word) => word.pieces.length > 0);
}

export function trim(value: Text): Text {
  const pieces = [...value.pieces];
  const first = pieces[0];
  if (typeof first === 'string') pieces[0] = first.trimStart();
  const last = pieces.at(-1);
  if (typeof last === 'string') pieces[pieces.length - 1] = last.trimEnd();
  return text(...pieces);
}

/** Every reference in a Text. */
export function refs(value: Text): Ref[] {
  return value.pieces.filter((piece): piece is Ref => typeof piece !== 'string');
}

/** Every reference in the texts of a value of any shape: an entry, a list of them, a whole plan. */
export function refsWithin(value: unknown): Ref[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('ref' in value) return [value as Ref];
  return Object.values(value).flatMap(refsWithin);
}

/** How a part's options are read beside their plain value, by recipes and by plugins. */
export function readersOf(option: (name: string) => Text | undefined): {
  /** Undefined where the option is not set, or holds a reference. */
  literal(name: string): string | undefined;
  lines(name: string): readonly Text[];
} {
  return {
    literal: (name) => {
      const value = option(name);
      return value && literal(value);
    },
    lines: (name) => {
      const value = option(name);
      return value ? lines(value) : [];
    },
  };
}

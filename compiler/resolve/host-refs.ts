import type {Config} from '../model/config.js';
import type {Piece, Ref, Text} from '../model/text.js';
import {text} from '../util/text.js';

/**
 * References to the host, while values are still strings: each stands between two marks that no file contains.
 * So what is read again after a substitution is read in the same way in both modes, and no value can forge a reference.
 */
export class HostRefs {
  private readonly refs: Ref[] = [];
  private readonly known = new Map<string, string>();
  private readonly mark: string;

  constructor(config: Config) {
    this.mark = unusedCharacter(config);
  }

  /** The marked string that stands for a reference. */
  marked(ref: Ref): string {
    const key = JSON.stringify(ref);
    let found = this.known.get(key);
    if (found === undefined) {
      found = `${this.mark}${this.refs.length}${this.mark}`;
      this.refs.push(ref);
      this.known.set(key, found);
    }
    return found;
  }

  toText(value: string): Text {
    if (!value.includes(this.mark)) return text(value);
    const pieces: Piece[] = value
      .split(this.mark)
      .map((piece, index) => (index % 2 === 0 ? piece : this.refs[Number(piece)]!));
    return text(...pieces);
  }

  fromText(value: Text): string {
    return value.pieces.map((piece) => (typeof piece === 'string' ? piece : this.marked(piece))).join('');
  }
}

/** Characters that Unicode keeps for such use, then private ones; the first that no value holds. */
function unusedCharacter(config: Config): string {
  const used = new Set<string>();
  for (const section of config.sections.values())
    for (const {raw} of section.options.values())
      for (const [character] of raw.matchAll(/[\ufdd0-\ufdef\ue000-\uf8ff]/g)) used.add(character);
  for (let code = 0xfdd0; code <= 0xfdef; code++)
    if (!used.has(String.fromCharCode(code))) return String.fromCharCode(code);
  for (let code = 0xe000; code <= 0xf8ff; code++)
    if (!used.has(String.fromCharCode(code))) return String.fromCharCode(code);
  throw new Error('every private character of Unicode is in use');
}

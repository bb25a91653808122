import type {Diagnostic} from './diagnostic.js';

/** Diagnostics of one kind in one file that were left out. */
export interface LeftOut {
  readonly id: string;
  /** Name of the file; undefined for what has no place. */
  readonly file: string | undefined;
  readonly count: number;
}

/**
 * What people are shown of diagnostics that are very many: the first `most` of each kind in each file. By kind, so that
 * one mistake that is on every line hides no other.
 * @param diagnostics  in the order in which they are shown
 * @param most         0: all
 */
export function limited(
  diagnostics: readonly Diagnostic[],
  most: number,
): {readonly shown: readonly Diagnostic[]; readonly leftOut: readonly LeftOut[]} {
  if (most === 0) return {shown: diagnostics, leftOut: []};
  const counts = new Map<string, LeftOut>();
  const shown = diagnostics.filter(({kind, primary}) => {
    const file = primary?.span.source.name;
    const key = `${kind.id} ${file ?? ''}`;
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, {id: kind.id, file, count});
    return count <= most;
  });
  const leftOut = [...counts.values()]
    .filter(({count}) => count > most)
    .map((found) => ({...found, count: found.count - most}));
  return {shown, leftOut};
}

import {firstFew} from '../util/few.js';
import type {Diagnostic} from './diagnostic.js';

/** Other messages that are shown at one place. */
const most = 4;

/**
 * For people: what is said more than once of one place, with the same hint, becomes one diagnostic, with the other messages as
 * its notes. A line that many parts inherit by a macro is one mistake.
 * @param diagnostics  in the order in which they are shown, which stays
 */
export function bySamePlace(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const groups = new Map<unknown, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const {kind, primary, secondary, hint} = diagnostic;
    const key =
      primary && !secondary?.length
        ? JSON.stringify([kind.id, primary.span.source.path, primary.span.start, primary.span.end, primary.text, hint])
        : diagnostic;
    const group = groups.get(key);
    if (group) group.push(diagnostic);
    else groups.set(key, [diagnostic]);
  }
  return [...groups.values()].map(([first, ...others]) => {
    const also = [...new Set(others.map(({message}) => message))].filter((message) => message !== first!.message);
    if (also.length === 0) return first!;
    const notes = firstFew(
      also.map((message) => `also: ${message}`),
      most,
      'of this place',
    );
    return {...first!, notes: [...notes, ...(first!.notes ?? [])]};
  });
}

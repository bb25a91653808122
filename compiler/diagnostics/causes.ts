import {firstFew} from '../util/few.js';
import {fileLine} from '../util/position.js';
import type {Diagnostic} from './diagnostic.js';

/** More lost files than this are counted. */
const longest = 3;

/**
 * Tells a diagnostic of a missing name that files were not read: its name may stand there, so they come first.
 * A hint that has a nearest name stays.
 */
export function withCauses(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const lost = diagnostics.filter(({kind}) => kind.losesFile);
  if (lost.length === 0) return diagnostics;
  const causes = lost.map((diagnostic) => {
    const span = diagnostic.primary?.span;
    return `${diagnostic.message}${span ? ` (${fileLine(span)})` : ''}`;
  });
  const notes = firstFew(
    causes.map((cause) => `likely cause: ${cause}`),
    longest,
    (left) => `${left === 1 ? 'file that was' : 'files that were'} not read`,
  );
  const files = causes.length === 1 ? 'that file' : 'those files';
  return diagnostics.map((diagnostic) =>
    diagnostic.kind.missesName
      ? {
          ...diagnostic,
          notes: [...notes, ...(diagnostic.notes ?? [])],
          hint: diagnostic.hint?.startsWith('did you mean') ? diagnostic.hint : `see to ${files} first`,
        }
      : diagnostic,
  );
}

import {position, trimSpan} from '../util/position.js';
import type {Diagnostic, DiagnosticKind, Label, Profile, Severity} from './diagnostic.js';

/** How bad a kind is under a profile. */
export function severityOf(kind: DiagnosticKind, profile: Profile): Severity | 'off' {
  return typeof kind.severity === 'string' ? kind.severity : kind.severity[profile];
}

export interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly note: number;
}

export function count(diagnostics: readonly Diagnostic[], profile: Profile): Counts {
  const counts = {error: 0, warning: 0, note: 0};
  for (const {kind} of diagnostics) {
    const severity = severityOf(kind, profile);
    if (severity !== 'off') counts[severity]++;
  }
  return counts;
}

/**
 * The diagnostics that are on under a profile, each once, by file and place.
 * Files stand in the order of their names; what has no place comes last, in the order in which it was reported.
 */
export function ordered(diagnostics: readonly Diagnostic[], profile: Profile): Diagnostic[] {
  const seen = new Set<string>();
  const shown = diagnostics.filter((diagnostic) => {
    if (severityOf(diagnostic.kind, profile) === 'off') return false;
    const {primary} = diagnostic;
    const key = JSON.stringify([
      diagnostic.kind.id,
      diagnostic.message,
      primary && [primary.span.source.path, primary.span.start, primary.span.end],
    ]);
    return !seen.has(key) && seen.add(key);
  });
  return shown
    .map((diagnostic, index) => ({diagnostic, index, span: diagnostic.primary?.span}))
    .sort((a, b) => {
      if (!a.span || !b.span) return Number(!a.span) - Number(!b.span) || a.index - b.index;
      const byName = compare(a.span.source.name, b.span.source.name);
      return (
        byName ||
        a.span.start - b.span.start ||
        compare(a.diagnostic.kind.id, b.diagnostic.kind.id) ||
        a.index - b.index
      );
    })
    .map(({diagnostic}) => withTrimmedSpans(diagnostic));
}

/** `prod.cfg:3:5`, or nothing where a diagnostic has no place. */
export function placeOf(diagnostic: Diagnostic): string | undefined {
  if (!diagnostic.primary) return undefined;
  const {line, column} = position(diagnostic.primary.span);
  return `${diagnostic.primary.span.source.name}:${line}:${column}`;
}

/** The span of a value begins behind the equals sign: the caret belongs under what is written. */
function withTrimmedSpans(diagnostic: Diagnostic): Diagnostic {
  const trim = (label: Label): Label => ({...label, span: trimSpan(label.span)});
  return {
    ...diagnostic,
    ...(diagnostic.primary && {primary: trim(diagnostic.primary)}),
    ...(diagnostic.secondary && {secondary: diagnostic.secondary.map(trim)}),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import {position} from '../util/position.js';
import type {Diagnostic, Label, Profile} from './diagnostic.js';
import {count, ordered, severityOf} from './severity.js';

/**
 * All diagnostics as one JSON value, ordered.
 * Shape: `{schema, counts: {error, warning, note}, diagnostics: [{id, name, severity, message, place, related, notes, hint}]}`.
 * A place is `{file, line, column, endLine, endColumn, label}`, counted from 1, columns in UTF-16 units; null where there is none.
 */
export function renderJson(diagnostics: readonly Diagnostic[], profile: Profile): string {
  const shown = ordered(diagnostics, profile);
  const value = {
    schema: 'cfgc-diagnostics/1',
    counts: count(shown, profile),
    diagnostics: shown.map((diagnostic) => ({
      id: diagnostic.kind.id,
      name: diagnostic.kind.name,
      severity: severityOf(diagnostic.kind, profile),
      message: diagnostic.message,
      place: diagnostic.primary ? place(diagnostic.primary) : null,
      related: (diagnostic.secondary ?? []).map(place),
      notes: diagnostic.notes ?? [],
      hint: diagnostic.hint ?? null,
    })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function place(label: Label): object {
  return {file: label.span.source.name, ...position(label.span), label: label.text};
}

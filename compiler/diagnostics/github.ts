import {position} from '../util/position.js';
import type {Diagnostic, Profile} from './diagnostic.js';
import {ordered, severityOf} from './severity.js';

const commands = {error: 'error', warning: 'warning', note: 'notice'} as const;

/** Annotations of a pull request: a workflow command a line. Source: GitHub Actions, workflow commands. */
export function renderGithub(diagnostics: readonly Diagnostic[], profile: Profile): string {
  return ordered(diagnostics, profile)
    .map((diagnostic) => `${annotation(diagnostic, profile)}\n`)
    .join('');
}

function annotation(diagnostic: Diagnostic, profile: Profile): string {
  const severity = severityOf(diagnostic.kind, profile);
  if (severity === 'off') return '';
  const properties: [string, string][] = [];
  if (diagnostic.primary) {
    const {line, column, endLine, endColumn} = position(diagnostic.primary.span);
    properties.push(['file', diagnostic.primary.span.source.name], ['line', String(line)]);
    // Columns are only understood where the span stays in one line.
    if (endLine === line) properties.push(['col', String(column)], ['endColumn', String(Math.max(endColumn, column))]);
    else properties.push(['endLine', String(endLine)]);
  }
  properties.push(['title', `${diagnostic.kind.id} ${diagnostic.kind.name}`]);
  const body = [
    diagnostic.message,
    ...(diagnostic.notes ?? []).map((note) => `note: ${note}`),
    ...(diagnostic.hint ? [`hint: ${diagnostic.hint}`] : []),
  ].join('\n');
  const written = properties.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(',');
  return `::${commands[severity]} ${written}::${escapeData(body)}`;
}

function escapeData(value: string): string {
  return value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(value: string): string {
  return escapeData(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

import {lineText, position} from '../util/position.js';
import {concealed} from './conceal.js';
import type {Diagnostic, DiagnosticKind, Label, Profile} from './diagnostic.js';
import {ordered, severityOf} from './severity.js';

/** All diagnostics as a SARIF 2.1.0 log. Source: OASIS, Static Analysis Results Interchange Format 2.1.0. */
export function renderSarif(diagnostics: readonly Diagnostic[], profile: Profile, version: string): string {
  const shown = ordered(diagnostics, profile);
  const kinds = [...new Set(shown.map(({kind}) => kind))].sort((a, b) => (a.id < b.id ? -1 : 1));
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {driver: {name: 'cfgc', semanticVersion: version, rules: kinds.map((kind) => rule(kind, profile))}},
        columnKind: 'utf16CodeUnits',
        results: shown.map((diagnostic) => result(diagnostic, kinds, profile)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rule(kind: DiagnosticKind, profile: Profile): object {
  const page = kind.explain.trim();
  return {
    id: kind.id,
    name: kind.name,
    shortDescription: {
      text: (page.split(/\n(?=Why: )/)[0] ?? kind.name).replace(/^What it does: /, '').replaceAll('\n', ' '),
    },
    fullDescription: {text: page},
    help: {text: page},
    defaultConfiguration: {level: level(kind, profile)},
  };
}

function result(diagnostic: Diagnostic, kinds: readonly DiagnosticKind[], profile: Profile): object {
  const more = [
    ...(diagnostic.notes ?? []).map((note) => `note: ${note}`),
    ...(diagnostic.hint ? [`hint: ${diagnostic.hint}`] : []),
  ];
  return {
    ruleId: diagnostic.kind.id,
    ruleIndex: kinds.indexOf(diagnostic.kind),
    level: level(diagnostic.kind, profile),
    message: {text: [diagnostic.message, ...more].join('\n')},
    locations: diagnostic.primary ? [location(diagnostic.primary)] : [],
    ...(diagnostic.secondary?.length
      ? {relatedLocations: diagnostic.secondary.map((label, id) => ({id, ...location(label)}))}
      : {}),
  };
}

function location(label: Label): object {
  const {line, column, endLine, endColumn} = position(label.span);
  return {
    physicalLocation: {
      artifactLocation: {uri: uri(label.span.source.name)},
      region: {
        startLine: line,
        startColumn: column,
        endLine,
        endColumn,
        snippet: {text: label.conceal ? concealed(label) : lineText(label.span.source, line)},
      },
    },
    ...(label.text ? {message: {text: label.text}} : {}),
  };
}

/** A file's name as a relative reference: each step percent-encoded. A URL stays what it is. */
function uri(name: string): string {
  if (/^[a-z][a-z+.-]*:\/\//i.test(name)) return encodeURI(decoded(name));
  const path = name.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}

/** A URL may hold escapes already: they are not to be escaped again. */
function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

function level(kind: DiagnosticKind, profile: Profile): string {
  const severity = severityOf(kind, profile);
  return severity === 'off' ? 'none' : severity;
}

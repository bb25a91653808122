import {nearest} from '../util/nearest.js';
import {catalog} from './catalog.js';
import type {DiagnosticKind} from './diagnostic.js';

/**
 * The page of a diagnostic, by id (`CFG412`, `cfg412`, `412`) or name (`unpinned`).
 * @returns the page, or what to type instead where there is no such diagnostic
 */
export function explainKind(wanted: string): {readonly page: string} | {readonly unknown: string} {
  const kind = find(wanted);
  if (kind) return {page: page(kind)};
  const near = nearest(
    wanted.toUpperCase().startsWith('CFG') ? wanted.toUpperCase() : wanted,
    catalog.flatMap(({id, name}) => [id, name]),
  );
  return {unknown: `there is no diagnostic \`${wanted}\`${near ? `; did you mean \`${near}\`?` : ''}`};
}

/** Every diagnostic, a line each: `cfgc explain` without an argument. */
export function listKinds(): string {
  return catalog.map((kind) => `${kind.id}  ${severityWords(kind).padEnd(24)}  ${kind.name}\n`).join('');
}

function find(wanted: string): DiagnosticKind | undefined {
  const id = /^(?:cfg)?(\d{3})$/i.exec(wanted)?.[1];
  return catalog.find((kind) => (id ? kind.id === `CFG${id}` : kind.name === wanted.toLowerCase()));
}

function page(kind: DiagnosticKind): string {
  return `${kind.id} ${kind.name}: ${severityWords(kind)}\n\n${kind.explain.trim()}\n`;
}

function severityWords(kind: DiagnosticKind): string {
  if (typeof kind.severity === 'string') return kind.severity;
  const {prod, dev} = kind.severity;
  return prod === dev ? prod : `${prod} in prod, ${dev} in dev`;
}

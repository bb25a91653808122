import type {Source, Span} from '../model/source.js';
import {bothEnds} from '../util/few.js';
import {fileLine} from '../util/position.js';
import type {Diagnostic} from './diagnostic.js';

export interface ExtendsEdge {
  readonly from: Source;
  readonly to: Source;
  readonly span: Span;
}

/**
 * Adds to each diagnostic how its file is reached from the profile: `prod.cfg:2 extends base.cfg`, a note a step, the
 * shortest way. A diagnostic in the profile itself, or one that tells of extends already, stays as it is.
 */
export function withChains(
  diagnostics: readonly Diagnostic[],
  entry: Source,
  edges: readonly ExtendsEdge[],
): readonly Diagnostic[] {
  const via = shortest(entry, edges);
  return diagnostics.map((diagnostic) => {
    const source = diagnostic.primary?.span.source;
    if (!source || source.path === entry.path || diagnostic.notes?.some((note) => / extends /.test(note))) {
      return diagnostic;
    }
    const steps: string[] = [];
    for (let edge = via.get(source.path); edge; edge = via.get(edge.from.path)) {
      steps.unshift(`${fileLine(edge.span)} extends ${edge.to.name}`);
    }
    return {...diagnostic, notes: [...bothEnds(steps, 4, 4), ...(diagnostic.notes ?? [])]};
  });
}

/** For each file the edge by which it is reached first, breadth first. */
function shortest(entry: Source, edges: readonly ExtendsEdge[]): ReadonlyMap<string, ExtendsEdge> {
  const from = new Map<string, ExtendsEdge[]>();
  for (const edge of edges) {
    const list = from.get(edge.from.path);
    if (list) list.push(edge);
    else from.set(edge.from.path, [edge]);
  }
  const via = new Map<string, ExtendsEdge>();
  const queue = [entry.path];
  for (const path of queue) {
    for (const edge of from.get(path) ?? []) {
      if (via.has(edge.to.path) || edge.to.path === entry.path) continue;
      via.set(edge.to.path, edge);
      queue.push(edge.to.path);
    }
  }
  return via;
}

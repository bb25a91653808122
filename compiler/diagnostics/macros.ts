import type {GraphFile} from '../model/graph.js';
import type {Span} from '../model/source.js';
import {firstFew} from '../util/few.js';
import type {Diagnostic} from './diagnostic.js';

/** More steps than this are counted. */
const longest = 4;

interface Use {
  /** The section that takes the options. */
  readonly by: string;
  readonly span: Span;
}

/**
 * Adds to each diagnostic in a section that others take as a macro which ones do: `[site] takes the options of [base]
 * (prod.cfg:9)`, a note a step, the nearest first. What is wrong there is wrong in all of them.
 * @param place  `prod.cfg:9` of a span, as the reader sees it
 */
export function withMacros(
  diagnostics: readonly Diagnostic[],
  files: readonly GraphFile[],
  place: (span: Span) => string,
): readonly Diagnostic[] {
  if (diagnostics.length === 0) return diagnostics;
  const uses = macroUses(files);
  if (uses.size === 0) return diagnostics;
  return diagnostics.map((diagnostic) => {
    const section = diagnostic.primary && sectionAt(diagnostic.primary.span, files);
    const steps = section === undefined ? [] : stepsFrom(section, uses);
    if (steps.length === 0) return diagnostic;
    const notes = firstFew(
      steps.map(({from, by, span}) => `[${by}] takes the options of [${from}] (${place(span)})`),
      longest,
      (left) => (left === 1 ? 'section' : 'sections'),
    );
    return {...diagnostic, notes: [...notes, ...(diagnostic.notes ?? [])]};
  });
}

/** Macro to the sections that take it. */
function macroUses(files: readonly GraphFile[]): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const {file} of files)
    for (const {name: by, options} of file.sections)
      for (const {key, value, valueSpan: span} of options) {
        if (key !== '<') continue;
        for (const macro of value.split('\n').map((line) => line.trim())) {
          const list = uses.get(macro) ?? [];
          list.push({by, span});
          uses.set(macro, list);
        }
      }
  return uses;
}

function stepsFrom(
  section: string,
  uses: ReadonlyMap<string, readonly Use[]>,
): readonly (Use & {readonly from: string})[] {
  const steps: (Use & {from: string})[] = [];
  const seen = new Set([section]);
  for (const from of seen)
    for (const use of uses.get(from) ?? []) {
      if (seen.has(use.by)) continue;
      seen.add(use.by);
      steps.push({...use, from});
    }
  return steps;
}

function sectionAt({source, start}: Span, files: readonly GraphFile[]): string | undefined {
  for (const {file} of files) {
    if (file.source.path !== source.path) continue;
    for (const {name, options} of file.sections)
      for (const {key, keySpan, valueSpan} of options)
        if (key !== '<' && keySpan.start <= start && start <= valueSpan.end) return name;
  }
  return undefined;
}

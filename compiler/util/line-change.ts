/**
 * What `+=` and `-=` do to a value that is not known yet.
 *
 * Any sequence of them takes lines away, then adds lines. One thing makes it less simple: a value from which all lines
 * are taken is empty, and an empty value counts as one empty line for what is added after. So a change remembers, for
 * every set of lines taken on its way, what it comes to where nothing was left at that point.
 */
export interface Change {
  readonly stages: readonly Stage[];
  readonly taken: ReadonlySet<string>;
  readonly added: readonly string[];
}

interface Stage {
  readonly taken: ReadonlySet<string>;
  /** What the whole change comes to where no line is left once these are taken. */
  readonly emptied: string;
}

/** Lines that `+=` makes of a value. Files that extend a file twice, in a row of them, double them with each. */
const lineLimit = 200_000;

/** More lines than that: buildout would go on until the machine has no memory left. */
export class TooManyLines extends Error {}

function counted(lines: readonly string[], more: readonly string[]): void {
  if (lines.length > 0 && more.length > 0 && lines.length + more.length > lineLimit)
    throw new TooManyLines(`more than ${lineLimit} lines`);
}

const none: ReadonlySet<string> = new Set();

export const noChange: Change = {stages: [], taken: none, added: []};

export function adding(value: string): Change {
  return {stages: [], taken: none, added: value.split('\n')};
}

export function taking(value: string): Change {
  const taken = new Set(value.split('\n'));
  return {stages: [{taken, emptied: ''}], taken, added: []};
}

/** The value after the change. Lines compare whole; every copy of a taken line goes. */
export function applyChange(change: Change, value: string): string {
  const lines = value.split('\n');
  for (const {taken, emptied} of change.stages) if (lines.every((line) => taken.has(line))) return emptied;
  const rest = change.taken.size === 0 ? lines : lines.filter((line) => !change.taken.has(line));
  counted(rest, change.added);
  return (change.added.length === 0 ? rest : [...rest, ...change.added]).join('\n');
}

/** First one change, then the other, as one. */
export function thenChange(first: Change, second: Change): Change {
  counted(first.added, second.added);
  const stages: Stage[] = first.stages.map(({taken, emptied}) => ({taken, emptied: applyChange(second, emptied)}));
  for (const {taken, emptied} of second.stages)
    if (first.added.every((line) => taken.has(line))) stages.push({taken: union(first.taken, taken), emptied});
  return {
    stages: distinct(stages),
    taken: union(first.taken, second.taken),
    added: [...first.added.filter((line) => !second.taken.has(line)), ...second.added],
  };
}

/** A stage that takes nothing more than the one before is never reached. */
function distinct(stages: readonly Stage[]): Stage[] {
  return stages.filter((stage, index) => index === 0 || stage.taken.size > stages[index - 1]!.taken.size);
}

function union(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  return new Set([...a, ...b]);
}

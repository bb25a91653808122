import type {Resolved} from '../model/config.js';
import {lastSpan} from '../util/option-span.js';
import {fileLine} from '../util/position.js';
import {show} from '../util/text.js';

/** One option that means something else; a side is undefined where it has none. */
export interface Change {
  readonly section: string;
  readonly option: string;
  readonly before?: string;
  readonly after?: string;
  /** Where the new value was written last. */
  readonly place?: string;
}

export interface Difference {
  readonly partsAdded: readonly string[];
  readonly partsRemoved: readonly string[];
  /** The same parts in another order. */
  readonly partsMoved: boolean;
  readonly changes: readonly Change[];
}

/** What two configurations mean differently: parts, and values after all substitution. How they are written does not count. */
export function difference(before: Resolved, after: Resolved): Difference {
  const partsAdded = after.parts.filter((part) => !before.parts.includes(part));
  const partsRemoved = before.parts.filter((part) => !after.parts.includes(part));
  const kept = (from: Resolved, other: Resolved): string =>
    from.parts.filter((part) => other.parts.includes(part)).join('\n');
  const changes: Change[] = [];
  for (const section of [...new Set([...before.sections.keys(), ...after.sections.keys()])].sort()) {
    const old = before.sections.get(section)?.options;
    const now = after.sections.get(section)?.options;
    for (const option of [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort()) {
      const was = old?.get(option);
      const is = now?.get(option);
      const oldValue = was && show(was.value);
      const newValue = is && show(is.value);
      if (oldValue === newValue) continue;
      const span = lastSpan(is);
      changes.push({
        section,
        option,
        ...(oldValue !== undefined && {before: oldValue}),
        ...(newValue !== undefined && {after: newValue}),
        ...(span && {place: fileLine(span)}),
      });
    }
  }
  return {partsAdded, partsRemoved, partsMoved: kept(before, after) !== kept(after, before), changes};
}

/** For people: a section a block, `-` before, `+` after; lists line by line. Empty where nothing differs. */
export function renderDifference({partsAdded, partsRemoved, partsMoved, changes}: Difference): string {
  const out: string[] = [];
  for (const part of partsRemoved) out.push(`- part ${part}`);
  for (const part of partsAdded) out.push(`+ part ${part}`);
  if (partsMoved) out.push('  the parts that stay are installed in another order');
  let section: string | undefined;
  for (const change of changes) {
    if (change.section !== section) out.push(`[${change.section}]`);
    section = change.section;
    const where = change.place ? `  (${change.place})` : '';
    const old = change.before?.split('\n') ?? [];
    const now = change.after?.split('\n') ?? [];
    if (old.length < 2 && now.length < 2) {
      if (change.before !== undefined) out.push(`- ${change.option} = ${change.before}`);
      if (change.after !== undefined) out.push(`+ ${change.option} = ${change.after}${where}`);
      continue;
    }
    out.push(`  ${change.option} =${where}`);
    for (const line of old) if (!now.includes(line)) out.push(`-     ${line}`);
    for (const line of now) if (!old.includes(line)) out.push(`+     ${line}`);
    if (old.every((line) => now.includes(line)) && now.every((line) => old.includes(line))) {
      out.push('      the same lines in another order or number');
    }
  }
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

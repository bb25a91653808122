import type {Report} from '../diagnostics/diagnostic.js';
import type {Part} from '../model/lowering.js';
import type {Entry} from '../model/release-plan.js';
import type {Text} from '../model/text.js';
import {show} from '../util/text.js';
import {sameOutput} from './kinds.js';

/**
 * Refuses two parts that write different things to one path.
 * @returns the entries, those that say exactly what an earlier one said left out
 */
export function refuseSameOutputs(entries: readonly Entry[], parts: readonly Part[], report: Report): readonly Entry[] {
  const seen = new Map<string, Entry>();
  return entries.filter((entry) => {
    const key = outputOf(entry);
    if (key === undefined) return true;
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, entry);
      return true;
    }
    if (withoutOrigin(before) === withoutOrigin(entry)) return false;
    if (entry.kind === 'directory') return !(before.kind === 'directory' && entry.mode === undefined && !entry.owner);
    reportSame(key, before, entry, parts, report);
    return false;
  });
}

/** What an entry makes that no other may make: a path, or a name. */
function outputOf(entry: Entry): string | undefined {
  switch (entry.kind) {
    case 'file':
    case 'link':
    case 'script':
    case 'download':
    case 'build':
      return path(entry.path);
    case 'directory':
      return `directory ${path(entry.path)} ${entry.mode ?? ''} ${entry.owner ?? ''}`;
    case 'scripts':
      return `scripts of ${entry.environment} ${entry.distribution} ${entry.dependents}`;
    case 'service':
    case 'schedule':
    case 'command':
    case 'check':
      return `${entry.kind} ${entry.name}`;
    default:
      return undefined;
  }
}

function path(value: Text): string {
  return show(value).replace(/\/+/g, '/').replace(/\/$/, '');
}

/** An entry as text that is the same for equal ones, whatever the order of their fields. */
function withoutOrigin({origin: _origin, ...fields}: Entry): string {
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function reportSame(what: string, before: Entry, entry: Entry, parts: readonly Part[], report: Report): void {
  const span = parts.find(({name}) => name === entry.origin.part)?.span('recipe');
  const other = before.origin;
  report({
    kind: sameOutput,
    message: `parts \`${other.part}\` and \`${entry.origin.part}\` both make \`${what}\`, and differ`,
    ...(span && {primary: {span, text: `part \`${entry.origin.part}\` makes it too`}}),
    notes: [`${other.file}:${other.line}: part \`${other.part}\` makes it first`],
    hint: 'rename one of the two, or take one part out',
  });
}

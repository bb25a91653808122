import {type Answer, plainPath, type Value} from './answer.js';

/** Options compared, and what differs: a line each, empty where the answers agree. */
export interface Comparison {
  readonly options: number;
  readonly differences: readonly string[];
}

/** Errors agree where buildout and cfgc fail for the same reason; which of several is named first need not. */
function sameError(a: string | undefined, b: string | undefined): boolean {
  const plain = (name: string | undefined): string | undefined =>
    name !== undefined && /^(IsADirectory|Permission)Error$/.test(name)
      ? 'OSError'
      : name === 'NotADirectoryError'
        ? 'FileNotFoundError'
        : name === 'RecursionError'
          ? 'UserError'
          : name;
  return plain(a) === plain(b);
}

/** A circle of files by ever longer names: buildout ends where the system takes no longer one. */
function endless({error}: Answer): boolean {
  return error?.message?.includes('File name too long') ?? false;
}

const badByte = 'UnicodeDecodeError';

export function compareParse(theirs: Answer, ours: Answer): Comparison {
  if (theirs.error || ours.error) {
    // buildout meets a byte that is none of UTF-8 when it comes to it, at the end of a file after all else.
    const same = sameError(theirs.error?.class, ours.error?.class) || (theirs.error && ours.error?.class === badByte);
    return {options: 0, differences: same ? [] : [`error: ${theirs.error?.class} there, ${ours.error?.class} here`]};
  }
  const [a, b] = [JSON.stringify(theirs.sections), JSON.stringify(ours.sections)];
  const options = theirs.sections!.reduce((sum, [, rows]) => sum + rows.length, 0);
  return {options, differences: a === b ? [] : [`sections: ${a} there, ${b} here`]};
}

export function compareResolve(theirs: Answer, ours: Answer): Comparison {
  const differences: string[] = [];
  const differ = (what: string, a: unknown, b: unknown): void => {
    const [there, here] = [JSON.stringify(a), JSON.stringify(b)];
    if (there !== here) differences.push(`${what}: ${there} there, ${here} here`);
  };
  if (theirs.status === 'error') {
    // What cfgc finds while it resolves, buildout finds while it reads: both fail.
    const there = endless(theirs)
      ? 'UserError'
      : theirs.error?.message === 'embedded null byte'
        ? 'FileNotFoundError'
        : theirs.error?.class;
    if (!(ours.errors ?? []).some((found) => found === badByte || sameError(there, found)))
      differences.push(
        `error: ${JSON.stringify(theirs.error)} there, ${JSON.stringify(ours.error ?? ours.install_error)} here`,
      );
    return {options: 0, differences};
  }
  differ('status', theirs.status, ours.status);
  if (ours.status === 'error') return {options: 0, differences: [`${differences[0]} (${JSON.stringify(ours.error)})`]};
  const files = (theirs.files ?? []).map(plainPath);
  differ('files', [...new Set(files)], [...new Set((ours.files ?? []).map(plainPath))]);
  // Read again, buildout says it again.
  differ('notes', [...new Set(theirs.notes)], [...new Set(ours.notes)]);
  differ('order', theirs.order, ours.order);
  const installs = ours.errors ?? [undefined];
  if (!installs.some((found) => sameError(theirs.install_error?.class, found)))
    differences.push(
      `install_error: ${JSON.stringify(theirs.install_error)} there, ${JSON.stringify(ours.install_error)} here`,
    );
  let options = 0;
  const mine = new Map(ours.sections!.map(([name, rows]) => [name, rows]));
  const theirNames = theirs.sections!.map(([name]) => name);
  differ('names of sections', theirNames, [...mine.keys()]);
  for (const [name, rows] of theirs.sections!) {
    const own = new Map((mine.get(name) ?? []).map(([option, value, origin]) => [option, {value, origin}]));
    for (const [option, value, origin] of rows) {
      options++;
      const found = own.get(option);
      own.delete(option);
      differ(`${name}:${option}`, failed(value) ? undefined : value, found?.value);
      if (found && typeof origin === 'string')
        differ(
          `origin of ${name}:${option}`,
          named(origin, files),
          found.origin && named(found.origin, ours.files!.map(plainPath)),
        );
    }
    for (const option of own.keys()) differences.push(`${name}:${option} only here`);
  }
  return {options, differences};
}

/** An origin with the names of the files for their numbers. */
function named(origin: string, files: readonly string[]): string {
  return origin.replaceAll(/\d+/g, (number) => files[Number(number)] ?? number);
}

function failed(value: Value): boolean {
  return typeof value !== 'string';
}

/** Canonical form of a distribution's name. Source: PEP 503. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** A requirement line taken apart as far as the lowering needs it; the lock reads the whole of it. */
export interface RequirementLine {
  readonly name: string;
  readonly extras: readonly string[];
  /** The version of a lone `==` or `===` without a wildcard. */
  readonly exact?: string;
}

/** Reads `Name[extra] == 1.0 ; marker`. Undefined where the line is no requirement. */
export function readRequirement(line: string): RequirementLine | undefined {
  const found = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*([^;]*)(?:;.*)?$/s.exec(
    line.trim(),
  );
  if (!found) return undefined;
  const versions = found[3]!.trim().replace(/^\((.*)\)$/, '$1');
  if (versions !== '' && !/^(?:===?|~=|!=|<=?|>=?|@)/.test(versions)) return undefined;
  const exact = /^={2,3}\s*([^\s,*]+)$/.exec(versions)?.[1];
  const extras = (found[2] ?? '').split(',').map((extra) => extra.trim());
  return {name: found[1]!, extras: extras.filter((extra) => extra !== ''), ...(exact !== undefined && {exact})};
}

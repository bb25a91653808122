/** Lists for people: no longer than one reads, with how many there are besides. */

/**
 * The first `most` of some lines, and how many were left out.
 * @param what  what the others are, behind their number: `sections`
 */
export function firstFew(
  lines: readonly string[],
  most: number,
  what: string | ((left: number) => string) = '',
): readonly string[] {
  const left = lines.length - most;
  if (left <= 0) return lines;
  const others = typeof what === 'string' ? what : what(left);
  return [...lines.slice(0, most), `… and ${left} more${others === '' ? '' : ` ${others}`}`];
}

/** Both ends of a chain, whose middle says least, and how many steps are between them. */
export function bothEnds(steps: readonly string[], first: number, last: number): readonly string[] {
  const left = steps.length - first - last;
  // One step takes no more room than its number.
  return left <= 1 ? steps : [...steps.slice(0, first), `… ${left} more …`, ...steps.slice(-last)];
}

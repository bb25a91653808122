/** Beyond this many pairs of lines no common lines are looked for: the whole middle counts as replaced. */
const pairLimit = 4_000_000;

/**
 * What changed between two texts, a line each: `-12 old`, `+12 new`, with the line's number in its own text.
 * @param limit  how many lines are shown; a last one counts what is left out
 * @returns no line where the lines are the same
 */
export function lineDiff(before: string, after: string, limit = 40): readonly string[] {
  const old = before.split(/\r\n|\n|\r/);
  const now = after.split(/\r\n|\n|\r/);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const lines = changes(old.slice(start, old.length - end), now.slice(start, now.length - end)).map(
    ({sign, index, text}) => `${sign}${start + index + 1} ${text}`.trimEnd(),
  );
  return lines.length <= limit ? lines : [...lines.slice(0, limit), `… ${lines.length - limit} more lines`];
}

interface Changed {
  readonly sign: '-' | '+';
  /** In the lines of its side. */
  readonly index: number;
  readonly text: string;
}

/** By the longest common subsequence. */
function changes(old: readonly string[], now: readonly string[]): readonly Changed[] {
  const taken = (from: number, to: number): Changed[] =>
    old.slice(from, to).map((text, at) => ({sign: '-', index: from + at, text}));
  const added = (from: number, to: number): Changed[] =>
    now.slice(from, to).map((text, at) => ({sign: '+', index: from + at, text}));
  if (old.length * now.length > pairLimit) return [...taken(0, old.length), ...added(0, now.length)];
  const width = now.length + 1;
  // common[i * width + j]: how many lines the rests from i and j have in common.
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      common[i * width + j] =
        old[i] === now[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const found: Changed[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      i++;
      j++;
    } else if (j === now.length || (i < old.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      found.push(...taken(i, ++i));
    } else found.push(...added(j, ++j));
  }
  return found;
}

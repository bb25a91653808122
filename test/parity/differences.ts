/**
 * What differs on purpose in a case, and why: `differences.txt`.
 *
 *     == file {etc}/zeo/etc/zeo.conf
 *     - pid-filename {data}/zeo.pid
 *     + pid-filename {run}/zeo.pid
 *     why: pids and sockets are no data
 */
export interface Difference {
  /** `- ` the recipe's, `+ ` the release's. */
  readonly lines: readonly string[];
  /** Empty where nobody has given one yet: the test fails then. */
  readonly why: string;
}

export function parseDifferences(text: string): Map<string, Difference> {
  const found = new Map<string, Difference>();
  for (const block of text.split(/^== /m).slice(1)) {
    const [key = '', ...lines] = block.trimEnd().split('\n');
    const why = lines.filter((line) => line.startsWith('why: ')).map((line) => line.slice(5));
    found.set(key, {lines: lines.filter((line) => !line.startsWith('why: ')), why: why.join('\n')});
  }
  return found;
}

export function printDifferences(found: ReadonlyMap<string, Difference>): string {
  return [...found]
    .map(
      ([key, {lines, why}]) =>
        `== ${[key, ...lines, ...why.split('\n').map((line) => `why: ${line}`.trimEnd())].join('\n')}\n`,
    )
    .join('\n');
}

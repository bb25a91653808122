/**
 * The known name that is most like a misspelt one; undefined where none is near.
 * Near means: at most a third of its letters differ (and one letter always may), or one is the other in another case
 * or with `_` for `-`.
 * @param most  how many letters may differ, where a third is too many
 */
export function nearest(name: string, known: Iterable<string>, most?: number): string | undefined {
  const wanted = plain(name);
  let best: string | undefined;
  let bestDistance = (most ?? Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of known) {
    if (candidate === name || Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const found = distance(wanted, plain(candidate), bestDistance);
    // Of a name as short as the difference nothing is left that is alike.
    if (found < bestDistance && found < wanted.length) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** `did you mean \`x\`?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const near = nearest(name, known);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Edits between two words: insert, delete, replace, swap neighbours. Gives up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let above = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least >= limit) return limit;
    before = above;
    above = row;
  }
  return above[b.length]!;
}

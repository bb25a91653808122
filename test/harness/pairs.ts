/** Settings in combination, few of them: every pair of values of two settings occurs somewhere. */

/**
 * @param choices  the values of each setting
 * @returns records that between them have each pair; the first one has the first value of every setting. The same input gives
 *   the same records, in the same order
 */
export function allPairs<T extends Readonly<Record<string, readonly unknown[]>>>(
  choices: T,
): readonly {readonly [K in keyof T]: T[K][number]}[] {
  const names = Object.keys(choices);
  const pair = (a: string, i: number, b: string, j: number) => `${a} ${i} ${b} ${j}`;
  const open = new Set<string>();
  for (const [at, a] of names.entries())
    for (const b of names.slice(at + 1))
      for (const i of choices[a]!.keys()) for (const j of choices[b]!.keys()) open.add(pair(a, i, b, j));
  const rows: number[][] = [];
  const gain = (row: readonly number[], at: number, value: number) =>
    row.filter((other, before) => open.has(pair(names[before]!, other, names[at]!, value))).length;
  const take = (row: readonly number[]) => {
    rows.push([...row]);
    for (const [at, i] of row.entries())
      for (let to = at + 1; to < row.length; to += 1) open.delete(pair(names[at]!, i, names[to]!, row[to]!));
  };
  take(names.map(() => 0));
  while (open.size > 0) {
    // One of the open pairs, and around it whatever closes most others.
    const [a, i, b, j] = [...open][0]!.split(' ');
    const row: number[] = [];
    for (const [at, name] of names.entries()) {
      const values = [...choices[name]!.keys()];
      if (name === a) row.push(Number(i));
      else if (name === b) row.push(Number(j));
      else row.push(values.reduce((best, value) => (gain(row, at, value) > gain(row, at, best) ? value : best), 0));
    }
    take(row);
  }
  return rows.map(
    (row) =>
      Object.fromEntries(names.map((name, at) => [name, choices[name]![row[at]!]])) as {[K in keyof T]: T[K][number]},
  );
}

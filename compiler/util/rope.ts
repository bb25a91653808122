/** A list that is never changed: joining two takes one step, whatever their length. */
export type Rope<T> = Leaf<T> | Joined<T> | undefined;

interface Leaf<T> {
  readonly item: T;
  readonly length: 1;
}

interface Joined<T> {
  readonly left: NonNullable<Rope<T>>;
  readonly right: NonNullable<Rope<T>>;
  readonly length: number;
}

export function leaf<T>(item: T): Rope<T> {
  return {item, length: 1};
}

export function join<T>(left: Rope<T>, right: Rope<T>): Rope<T> {
  if (!left || !right) return left ?? right;
  return {left, right, length: left.length + right.length};
}

export function last<T>(rope: Rope<T>): T | undefined {
  let at = rope;
  while (at && 'right' in at) at = at.right;
  return at?.item;
}

/** The items in order; only the newest `limit` of a longer list. */
export function items<T>(rope: Rope<T>, limit: number): T[] {
  if (!rope) return [];
  if ('item' in rope) return [rope.item];
  const found: T[] = [];
  const waiting = [rope as NonNullable<Rope<T>>];
  while (waiting.length > 0 && found.length < limit) {
    const next = waiting.pop()!;
    if ('item' in next) found.push(next.item);
    else waiting.push(next.left, next.right);
  }
  return found.reverse();
}

export function fromItems<T>(list: readonly T[]): Rope<T> {
  return list.reduce<Rope<T>>((rope, item) => join(rope, leaf(item)), undefined);
}

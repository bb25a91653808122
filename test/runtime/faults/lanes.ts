/** Several points of a fault at once: each lane has a site of its own. */
import {availableParallelism} from 'node:os';

/** As many as the machine has processors. */
export const laneCount = availableParallelism();

/**
 * Runs `work` once for each item, on several lanes.
 * @param first  a lane that is there already, as one often is that counted the items
 */
export async function inLanes<Lane, Item>(
  items: readonly Item[],
  makeLane: () => Promise<Lane>,
  work: (lane: Lane, item: Item) => Promise<void>,
  first?: Lane,
): Promise<void> {
  // One iterator for all: each lane takes the next item that nobody has taken.
  const waiting = items.values();
  const width = Math.min(laneCount, items.length);
  await Promise.all(
    Array.from({length: width}, async (_, number) => {
      const lane = number === 0 && first !== undefined ? first : await makeLane();
      for (const item of waiting) await work(lane, item);
    }),
  );
}

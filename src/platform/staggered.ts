import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Does something with each item side by side, and begins each in a turn of the event loop of its own: to start a process
 * stops the loop for up to 30 ms, and whoever waits for an answer meanwhile must not wait for all of them.
 * @returns the results, in the order of the items
 * @throws what the first to fail threw
 */
export async function mapStaggered<Item, Result>(
  items: readonly Item[],
  run: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const begun: Promise<Result>[] = [];
  for (const [index, item] of items.entries()) {
    const result = run(item, index);
    // It fails below, also where it fails before the last has begun.
    result.catch(() => undefined);
    begun.push(result);
    await nextTurn();
  }
  return Promise.all(begun);
}

/** How far ahead of the oldest waiting item the next one to start may be. */
const LOOK_AHEAD = 100;

interface Waiting<Item> {
  readonly item: Item;
  readonly keys: readonly string[];
}

/**
 * Works items off, up to `concurrency` at a time, the earliest that may start first; of two that share a key, the second
 * starts when the first has ended. One at a time is the plain order. Rejects with the first error that `work` throws.
 */
export async function runInLanes<Item>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly string[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.map((item) => ({ item, keys: keysOf(item) }));
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  const start = ({ item, keys }: Waiting<Item>): void => {
    keys.forEach((key) => busy.add(key));
    const run = work(item).finally(() => {
      keys.forEach((key) => busy.delete(key));
      running.delete(run);
    });
    running.add(run);
  };
  try {
    while (waiting.length > 0) {
      const next = running.size < concurrency ? takeFree(waiting, busy) : undefined;
      if (next === undefined) await Promise.race(running);
      else start(next);
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running);
  }
}

/** The first that shares no key with one that runs or with one that waits before it. */
function takeFree<Item>(waiting: Waiting<Item>[], busy: ReadonlySet<string>): Waiting<Item> | undefined {
  const taken = new Set(busy);
  for (const [index, candidate] of waiting.slice(0, LOOK_AHEAD).entries()) {
    if (!candidate.keys.some((key) => taken.has(key))) return waiting.splice(index, 1)[0];
    candidate.keys.forEach((key) => taken.add(key));
  }
  return undefined;
}

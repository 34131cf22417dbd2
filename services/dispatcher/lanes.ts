import { inLogOrder, type DeliveryOrder } from '../../shared/store/deliveries.js';

/** What order depends on: a place in the log, and what the event is about. */
export interface Ordered extends DeliveryOrder {
  /** Each key once. */
  readonly laneKeys: readonly string[];
}

/**
 * The causal lanes of one endpoint and log partition. Everything that is not over stands in the lane of each of its keys, in the
 * order of the log, whether it waits, is in flight, waits for a retry or is parked. It may start when it is first in all of its
 * lanes and nothing else in them is in flight; so what fails holds up its own keys and nothing else.
 */
export interface Lanes<Item extends Ordered> {
  /** Takes its place, which may be before others when a delivery is replayed. */
  add(item: Item): void;
  /** Whether it may start. */
  isFree(item: Item): boolean;
  start(item: Item): void;
  /** It is no longer in flight, and not over either. Answers the items that are first in its lanes: they may be free now. */
  stop(item: Item): Item[];
  /** It is over. Answers the items that are first in its lanes: they may be free now. */
  remove(item: Item): Item[];
  /** One of its keys in whose lane it has to wait, or would; undefined when it is free, or would be. */
  waitsIn(item: Ordered): string | undefined;
  /** What stands after it in its lanes, or would, in no order. */
  behind(item: Ordered): Set<Item>;
  isEmpty(key: string): boolean;
}

interface Lane<Item> {
  readonly line: Item[];
  inFlight: Item | undefined;
}

export function createLanes<Item extends Ordered>(): Lanes<Item> {
  const lanes = new Map<string, Lane<Item>>();
  const eachLane = ({ laneKeys }: Item, look: (lane: Lane<Item>) => void): void => {
    for (const key of laneKeys) {
      const lane = lanes.get(key);
      if (lane !== undefined) look(lane);
    }
  };
  const firsts = (item: Item): Item[] => {
    const found = new Set<Item>();
    eachLane(item, ({ line }) => line[0] !== undefined && found.add(line[0]));
    return [...found];
  };
  const land = (item: Item): void =>
    eachLane(item, (lane) => {
      if (lane.inFlight === item) lane.inFlight = undefined;
    });
  return {
    add(item) {
      for (const key of item.laneKeys) {
        const lane = lanes.get(key);
        if (lane === undefined) lanes.set(key, { line: [item], inFlight: undefined });
        else insert(lane.line, item);
      }
    },
    isFree: (item) =>
      item.laneKeys.every((key) => {
        const lane = lanes.get(key);
        return lane === undefined || letsStart(lane, item);
      }),
    start: (item) =>
      eachLane(item, (lane) => {
        lane.inFlight = item;
      }),
    stop(item) {
      land(item);
      return firsts(item);
    },
    remove(item) {
      land(item);
      for (const key of item.laneKeys) {
        const line = lanes.get(key)?.line ?? [];
        const index = line.indexOf(item);
        if (index >= 0) line.splice(index, 1);
        if (line.length === 0) lanes.delete(key);
      }
      return firsts(item);
    },
    waitsIn: (item) =>
      item.laneKeys.find((key) => {
        const lane = lanes.get(key);
        return lane !== undefined && holdsUp(lane, item);
      }),
    behind: (item) =>
      new Set(item.laneKeys.flatMap((key) => lanes.get(key)?.line.filter((one) => inLogOrder(one, item) > 0) ?? [])),
    isEmpty: (key) => !lanes.has(key),
  };
}

const letsStart = <Item>({ line, inFlight }: Lane<Item>, item: Item): boolean =>
  line[0] === item && (inFlight === undefined || inFlight === item);

const holdsUp = <Item extends Ordered>({ line, inFlight }: Lane<Item>, item: Ordered): boolean =>
  (line[0] !== undefined && inLogOrder(line[0], item) < 0) ||
  (inFlight !== undefined && inLogOrder(inFlight, item) !== 0);

/** Nearly always at the end. */
function insert<Item extends Ordered>(line: Item[], item: Item): void {
  let index = line.length;
  for (let before = line[index - 1]; before !== undefined && inLogOrder(before, item) > 0; before = line[index - 1])
    index -= 1;
  line.splice(index, 0, item);
}

/**
 * Which of the waiting items are behind one that failed, directly or behind another that is. `items` in any order; those for
 * which `isFailing` holds wait for a retry or are parked.
 */
export function behindFailing<Item extends Ordered>(
  items: Iterable<Item>,
  isFailing: (item: Item) => boolean,
): Set<Item> {
  const failing = new Set<string>();
  const behind = new Set<Item>();
  for (const item of [...items].sort(inLogOrder)) {
    const isBehind = item.laneKeys.some((key) => failing.has(key));
    if (isBehind) behind.add(item);
    if (isBehind || isFailing(item)) for (const key of item.laneKeys) failing.add(key);
  }
  return behind;
}

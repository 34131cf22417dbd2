/** How many requests may be in flight to one endpoint, and in all. */
export interface FlightLimits {
  readonly perEndpoint: number;
  readonly total: number;
}

/**
 * Whose turn it is: endpoints take turns, one item each, so that the one with the longest queue waits for itself alone. An
 * endpoint begins with a few requests at a time, gets twice as many with each answer and half as many with each silence or complaint
 * of too many, so that endpoints which hang soon have one slot each and cannot use up the limit that all share.
 */
export interface Turns<Item> {
  /** It is ready to go, after those of the same endpoint that were ready before. */
  add(endpointId: string, item: Item): void;
  /** The next item, counted as in flight; undefined when none may go now. Endpoints that may not start are passed over. */
  take(mayStart: (endpointId: string) => boolean): Item | undefined;
  /** An item is no longer in flight. `heard`: whether it was answered, and not with "too many"; undefined when no request was made. */
  done(endpointId: string, heard?: boolean): void;
  /** Asks again about the endpoints that were passed over. */
  recheck(): void;
  readonly inFlight: number;
}

interface Desk<Item> {
  readonly endpointId: string;
  readonly ready: Item[];
  inFlight: number;
  allowance: number;
  hasTurn: boolean;
}

const FIRST_ALLOWANCE = 4;

export function createTurns<Item>(limits: FlightLimits): Turns<Item> {
  const desks = new Map<string, Desk<Item>>();
  const turns: Desk<Item>[] = [];
  let inFlight = 0;

  const deskOf = (endpointId: string): Desk<Item> => {
    const known = desks.get(endpointId);
    if (known !== undefined) return known;
    const allowance = Math.min(FIRST_ALLOWANCE, limits.perEndpoint);
    const desk: Desk<Item> = { endpointId, ready: [], inFlight: 0, allowance, hasTurn: false };
    desks.set(endpointId, desk);
    return desk;
  };
  const giveTurn = (desk: Desk<Item>): void => {
    if (desk.hasTurn || desk.ready.length === 0) return;
    desk.hasTurn = true;
    turns.push(desk);
  };
  return {
    add(endpointId, item) {
      const desk = deskOf(endpointId);
      desk.ready.push(item);
      giveTurn(desk);
    },
    take(mayStart) {
      while (inFlight < limits.total) {
        const desk = turns.shift();
        if (desk === undefined) return undefined;
        desk.hasTurn = false;
        if (desk.inFlight >= desk.allowance || !mayStart(desk.endpointId)) continue;
        const item = desk.ready.shift();
        if (item === undefined) continue;
        desk.inFlight += 1;
        inFlight += 1;
        giveTurn(desk);
        return item;
      }
      return undefined;
    },
    done(endpointId, heard) {
      const desk = deskOf(endpointId);
      desk.inFlight -= 1;
      inFlight -= 1;
      if (heard === true) desk.allowance = Math.min(desk.allowance * 2, limits.perEndpoint);
      if (heard === false) desk.allowance = Math.max(Math.floor(desk.allowance / 2), 1);
      giveTurn(desk);
      if (desk.inFlight === 0 && desk.ready.length === 0) desks.delete(endpointId);
    },
    recheck() {
      for (const desk of desks.values()) giveTurn(desk);
    },
    get inFlight() {
      return inFlight;
    },
  };
}

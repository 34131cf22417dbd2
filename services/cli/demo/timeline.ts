import { readEvent } from '../../simulator/received.js';
import type { Exchange } from '../../simulator/session.js';
import { renderChange } from './line.js';
import type { Paint } from '../paint.js';
import type { Arrival } from './receiver.js';

/** One line per change, written when the last of its webhooks is there. */
export interface Timeline {
  request(exchange: Exchange): void;
  webhook(arrival: Arrival): void;
  /** Writes the lines of those changes of which webhooks are still missing. */
  end(): void;
  /** Milliseconds from the SCIM request to each verified webhook. */
  readonly latencies: readonly number[];
}

/** `startedAt`: milliseconds since the epoch. */
export function createTimeline(write: (line: string) => void, paint: Paint, startedAt: number): Timeline {
  const exchanges = new Map<string, Exchange>();
  const waiting = new Map<string, Arrival[]>();
  const written = new Set<string>();
  const seen = new Set<string>();
  const latencies: number[] = [];

  const writeLine = (exchange: Exchange, arrivals: readonly Arrival[]): void => {
    const verified = arrivals.filter(({ isVerified }) => isVerified);
    latencies.push(...verified.map(({ at }) => at - exchange.sentAt));
    write(renderChange({ exchange, arrivals, startedAt }, paint));
  };
  const writeWhenComplete = (requestId: string): void => {
    const exchange = exchanges.get(requestId);
    const arrivals = waiting.get(requestId) ?? [];
    if (exchange === undefined || !isWorthALine(exchange, arrivals)) return;
    if (arrivals.length < awaited(exchange) && !written.has(requestId)) return;
    written.add(requestId);
    waiting.delete(requestId);
    writeLine(exchange, arrivals);
  };

  return {
    latencies,
    request(exchange) {
      const { requestId } = exchange;
      if (requestId === null) {
        writeLine(exchange, []);
        return;
      }
      exchanges.set(requestId, exchange);
      writeWhenComplete(requestId);
    },
    webhook(arrival) {
      const event = readEvent(arrival.body);
      if (event === undefined || seen.has(arrival.id)) return;
      if (arrival.isVerified) seen.add(arrival.id);
      const { requestId } = event.cause;
      waiting.set(requestId, [...(waiting.get(requestId) ?? []), arrival]);
      writeWhenComplete(requestId);
    },
    end() {
      for (const [requestId, exchange] of exchanges) {
        if (awaited(exchange) > 0 && !written.has(requestId)) writeLine(exchange, waiting.get(requestId) ?? []);
      }
    },
  };
}

/** How many events a change promises for certain. */
const awaited = ({ acknowledged }: Exchange): number =>
  acknowledged?.certain === true ? acknowledged.expected.length : 0;

/** Reads that just went well are not. */
const isWorthALine = ({ acknowledged, status }: Exchange, arrivals: readonly Arrival[]): boolean =>
  acknowledged !== null || arrivals.length > 0 || status === null || status >= 400;

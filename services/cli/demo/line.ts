import { readEvent } from '../../simulator/received.js';
import type { Exchange } from '../../simulator/session.js';
import { duration, fit } from '../output/text.js';
import type { Paint } from '../paint.js';
import type { Arrival } from './receiver.js';

/** A SCIM request and the webhooks that came of it. */
export interface Happening {
  readonly exchange: Exchange;
  readonly arrivals: readonly Arrival[];
  /** Zero of the times in the first column, milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Widths of the columns; with the gaps between them a line fits 120 characters. */
const WIDTHS = { time: 5, step: 27, method: 6, path: 13, status: 3, events: 46, latency: 6 };

const ARROW = '→';

/** The names of the columns. */
export const renderHeading = (paint: Paint): string =>
  paint.faint(
    columns({
      time: 's'.padStart(WIDTHS.time),
      step: 'what happens'.padEnd(WIDTHS.step),
      request: 'SCIM request, status'.padEnd(WIDTHS.method + WIDTHS.path + WIDTHS.status + 2),
      arrow: ARROW,
      events: 'webhook: event and its seq'.padEnd(WIDTHS.events),
      mark: ' ',
      latency: 'after'.padStart(WIDTHS.latency),
    }),
  );

export function renderChange({ exchange, arrivals, startedAt }: Happening, paint: Paint): string {
  const { step, method, path, status, sentAt, acknowledged } = exchange;
  const isRefused = status === null || status >= 400;
  const missing = acknowledged?.certain === true ? acknowledged.expected.length - arrivals.length : 0;
  const isWell = !isRefused && missing <= 0 && arrivals.every(({ isVerified }) => isVerified);
  const latest = Math.max(...arrivals.map(({ at }) => at));
  const shown = `${method.padEnd(WIDTHS.method)} ${shortPath(path).padEnd(WIDTHS.path)} ${status ?? '···'}`;
  return columns({
    time: paint.faint(((sentAt - startedAt) / 1000).toFixed(2).padStart(WIDTHS.time)),
    step: fit(step, WIDTHS.step),
    request: isRefused ? paint.bad(shown) : shown,
    arrow: paint.faint(ARROW),
    events: fit(outcome(exchange, arrivals, missing), WIDTHS.events),
    mark: arrivals.length === 0 && isWell ? ' ' : isWell ? paint.good('✓') : paint.bad('✗'),
    latency: paint.faint((arrivals.length === 0 ? '' : duration(latest - sentAt)).padStart(WIDTHS.latency)),
  });
}

interface Columns {
  readonly time: string;
  readonly step: string;
  readonly request: string;
  readonly arrow: string;
  readonly events: string;
  readonly mark: string;
  readonly latency: string;
}

const columns = ({ time, step, request, arrow, events, mark, latency }: Columns): string =>
  ` ${time}  ${step}  ${request} ${arrow} ${events} ${mark} ${latency}`.trimEnd();

function outcome({ status, error, acknowledged }: Exchange, arrivals: readonly Arrival[], missing: number): string {
  if (status === null) return `no answer: ${error ?? 'unknown'}`;
  if (status >= 400) return error ?? 'refused';
  if (missing > 0) return [...eventNames(arrivals), `${missing} missing`].join(', ');
  if (arrivals.length > 0) return eventNames(arrivals).join(', ');
  return acknowledged?.certain === true ? 'nothing changes' : 'made certain by repeating it';
}

/** `group.members_removed #12, members_added #13`: what the first name says already is left out of the next. */
const eventNames = (arrivals: readonly Arrival[]): string[] =>
  arrivals.map(({ body, isVerified }, index) => {
    const event = readEvent(body);
    const name = index === 0 ? event?.type : event?.type.replace(/^\w+\./, '');
    return `${name ?? 'no event'} #${event?.seq ?? '?'}${isVerified ? '' : ' unverified'}`;
  });

/** Without query, and of an id only its end: `/Users/…9f3e`. */
const shortPath = (path: string): string => (path.split('?')[0] ?? '').replace(/^(\/\w+\/).+(.{4})$/, '$1…$2');

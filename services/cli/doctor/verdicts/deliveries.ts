import { iso } from '../../../../shared/events/timestamp.js';
import type { Endpoint } from '../../../../shared/store/registry.js';
import type { Delivery } from '../../../../shared/webhooks/delivery.js';
import { currentFailingSince } from '../../../../shared/webhooks/health.js';
import { counted, findingsOr, ok, span, warn, type Finding } from '../finding.js';

/** Later than this is worth a look: the dispatcher starts what is due within milliseconds. */
const DUE_MS = 60_000;

/** Since when a delivery could have been sent; undefined where it has to wait for something. */
function dueSince({ status, updatedAt, nextAttemptAt, leaseUntil }: Delivery): number | undefined {
  if (status === 'pending') return updatedAt;
  if (status === 'sending') return leaseUntil ?? updatedAt;
  return status === 'retrying' ? (nextAttemptAt ?? undefined) : undefined;
}

/** Deliveries that could have been sent, and were not: a line for each endpoint. */
export function judgeDue(open: readonly Delivery[], now: number): readonly Finding[] {
  const oldestOf = new Map<string, number>();
  for (const delivery of open) {
    const since = dueSince(delivery);
    if (since === undefined || now - since < DUE_MS) continue;
    oldestOf.set(delivery.endpointId, Math.min(since, oldestOf.get(delivery.endpointId) ?? Infinity));
  }
  return findingsOr(
    ok('due deliveries', 'none waits for longer than it should'),
    [...oldestOf].map(([endpointId, since]) =>
      warn(
        'due deliveries',
        `endpoint ${endpointId}: due and not sent, the oldest for ${span(now - since)}`,
        'see that a dispatcher runs, and whether the endpoint answers or has a low rateLimit',
      ),
    ),
  );
}

/** At most so many deliveries of a status are looked at. */
export const LOOKED_AT = 1000;

/** What waits for a person, by endpoint. `parked` and `blocked` are the newest `LOOKED_AT` of each. */
export function judgeParked(parked: readonly Delivery[], blocked: readonly Delivery[]): readonly Finding[] {
  const endpointIds = [...new Set(parked.map(({ endpointId }) => endpointId))];
  const ofEndpoint = (deliveries: readonly Delivery[], id: string) =>
    deliveries.filter(({ endpointId }) => endpointId === id);
  const orMore = (count: number): string => (count >= LOOKED_AT ? `${LOOKED_AT} or more` : String(count));
  return findingsOr(
    ok('parked', 'no delivery is parked'),
    endpointIds.map((endpointId) => {
      const own = ofEndpoint(parked, endpointId);
      const lanes = new Set(own.flatMap(({ laneKeys }) => laneKeys)).size;
      const behind = ofEndpoint(blocked, endpointId).length;
      return warn(
        'parked',
        `endpoint ${endpointId}: ${orMore(own.length)} parked on ${counted(lanes, 'lane')}, ${orMore(behind)} wait behind; ${lastErrorOf(own)}`,
        `mend the receiver, then POST /v1/deliveries/<id>/retry (or /skip) for each of GET /v1/deliveries?status=parked&endpointId=${endpointId}`,
      );
    }),
  );
}

const ERROR_SHOWN = 100;

const lastErrorOf = ([newest]: readonly Delivery[]): string =>
  `last error: ${newest?.lastError?.slice(0, ERROR_SHOWN) ?? 'unknown'}`;

/** Endpoints that get nothing, or whose every attempt fails. */
export function judgeEndpoints(endpoints: readonly Endpoint[], now: number): readonly Finding[] {
  const enabled = endpoints.filter((endpoint) => endpoint.enabled);
  const problems = endpoints.flatMap((endpoint) => {
    const { id, disabledReason } = endpoint;
    const name = `${id} (${new URL(endpoint.url).host})`;
    if (!endpoint.enabled) {
      const action = `enable it when the receiver is well: PATCH /v1/endpoints/${id} {"enabled": true}; what it missed is then sent`;
      return [warn('endpoints', `${name}: disabled: ${disabledReason ?? 'no reason is known'}`, action)];
    }
    const since = currentFailingSince(endpoint);
    if (since === null) return [];
    const finding = `${name}: every attempt for ${span(now - since)} has failed, since ${iso(since)}`;
    return [warn('endpoints', finding, 'mend the receiver: after five days of failures the endpoint is disabled')];
  });
  return findingsOr(ok('endpoints', `${counted(enabled.length, 'endpoint')}, all enabled`), problems);
}

import type { Clock } from '../../shared/runtime/clock.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import { OPEN_STATUSES, UNFINISHED_STATUSES } from '../../shared/webhooks/delivery.js';
import type { Endpoints } from './endpoints.js';

interface Deps {
  readonly deliveries: Pick<DeliveryStore, 'endpointsWith' | 'move'>;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
}

/**
 * Brings deliveries in line with the state of their endpoints: those of a disabled one are held, those of an enabled one are not,
 * those of a deleted one are canceled. Whoever changes an endpoint does the same at once; this is for what came in between, and it
 * is repeated, so that an endpoint which changes meanwhile has its deliveries follow. Answers the endpoints that have unfinished
 * deliveries of the partition: those that may be sent to, and those that rest.
 */
export async function followEndpoints(
  partition: number,
  { deliveries, endpoints, clock }: Deps,
): Promise<{ sendable: Set<string>; resting: Set<string> }> {
  await endpoints.refresh();
  const open = new Set(await deliveries.endpointsWith(partition, OPEN_STATUSES));
  const held = new Set(await deliveries.endpointsWith(partition, ['held']));
  const parked = await deliveries.endpointsWith(partition, ['parked']);
  const sendable = new Set<string>();
  const resting = new Set<string>();
  for (const id of new Set([...open, ...held, ...parked])) {
    const isAsExpected = endpoints.known(id)?.enabled === true && !held.has(id);
    // What is seldom is looked at as it is now, not as it was a second ago.
    const endpoint = isAsExpected ? endpoints.known(id) : await endpoints.get(id);
    if (endpoint === undefined) await deliveries.move(id, UNFINISHED_STATUSES, 'canceled', clock());
    else if (!endpoint.enabled && open.has(id)) await deliveries.move(id, OPEN_STATUSES, 'held', clock());
    else if (endpoint.enabled && held.has(id)) await deliveries.move(id, ['held'], 'pending', clock());
    (endpoint?.enabled === true ? sendable : resting).add(id);
  }
  return { sendable, resting };
}

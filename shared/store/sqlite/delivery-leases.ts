import type { Delivery } from '../../webhooks/delivery.js';

/** Who sends a delivery, and until when nobody else may. */
interface DeliveryLease {
  readonly owner: string;
  readonly until: number;
  /** When it was taken. */
  readonly at: number;
  readonly endpointId: string;
  readonly partition: number;
}

/**
 * What is under way, by delivery id. It is in no table: only the process that has the data folder's lock sends, so that its leases
 * end with it, and what it had begun is open again at the next start.
 */
export interface DeliveryLeases {
  get(id: string): DeliveryLease | undefined;
  take(
    delivery: Pick<Delivery, 'id' | 'endpointId' | 'partition'>,
    lease: Pick<DeliveryLease, 'owner' | 'until' | 'at'>,
  ): void;
  /** Whatever changes a delivery's status gives its lease back. */
  giveBack(id: string): void;
  /** All that match. A few hundred at most: as many as may be in flight. */
  of(where: Partial<Pick<DeliveryLease, 'endpointId' | 'partition'>>): readonly string[];
  endpointsIn(partition: number): readonly string[];
}

export function createDeliveryLeases(): DeliveryLeases {
  const leases = new Map<string, DeliveryLease>();
  return {
    get: (id) => leases.get(id),
    take({ id, endpointId, partition }, { owner, until, at }) {
      leases.set(id, { owner, until, at, endpointId, partition });
    },
    giveBack: (id) => void leases.delete(id),
    of: ({ endpointId, partition }) =>
      [...leases]
        .filter(([, lease]) => endpointId === undefined || lease.endpointId === endpointId)
        .filter(([, lease]) => partition === undefined || lease.partition === partition)
        .map(([id]) => id),
    endpointsIn: (partition) =>
      [...leases.values()].filter((lease) => lease.partition === partition).map(({ endpointId }) => endpointId),
  };
}

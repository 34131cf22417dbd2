import type { DeliveryStatus } from '../../../../shared/webhooks/delivery.js';
import { Status, type Tone } from '../ui/status.js';

const TONES: Readonly<Record<DeliveryStatus, Tone>> = {
  pending: 'busy',
  sending: 'busy',
  delivered: 'good',
  retrying: 'warn',
  blocked: 'warn',
  parked: 'bad',
  held: 'idle',
  canceled: 'idle',
};

/** What each is called, in the order of a delivery's life. */
export const STATUSES: Readonly<Record<DeliveryStatus, string>> = {
  pending: 'Pending',
  sending: 'Sending',
  retrying: 'Retrying',
  blocked: 'Blocked',
  parked: 'Parked',
  held: 'Held',
  delivered: 'Delivered',
  canceled: 'Canceled',
};

export const deliveryTone = (status: DeliveryStatus): Tone => TONES[status];

/** "Delivered", with its dot. */
export function DeliveryWord({ status }: { readonly status: DeliveryStatus }) {
  return <Status tone={TONES[status]}>{STATUSES[status]}</Status>;
}

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

export const deliveryTone = (status: DeliveryStatus): Tone => TONES[status];

/** "Delivered", with its dot. */
export function DeliveryWord({ status }: { readonly status: DeliveryStatus }) {
  return <Status tone={TONES[status]}>{`${status.charAt(0).toUpperCase()}${status.slice(1)}`}</Status>;
}

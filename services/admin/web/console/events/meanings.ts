import type { DeliveryStatus } from '../../../../../shared/webhooks/delivery.js';

/** What a status means for who looks at it. */
export const MEANINGS: Readonly<Record<DeliveryStatus, string>> = {
  pending: 'It is about to be sent.',
  sending: 'It is being sent now.',
  delivered: 'The receiver has it.',
  retrying: 'An attempt has failed; it is tried again by itself.',
  blocked: 'An earlier delivery about the same user or group has to be over before it.',
  parked:
    'Its retries are spent. Later deliveries about the same user or group wait until it is sent again or skipped.',
  held: 'Its endpoint is disabled. It goes on once that is enabled.',
  canceled: 'It was given up: it was skipped, or its endpoint is gone.',
};

/** As the API has it: what is on its way need not be sent again. */
export const mayRetry = (status: DeliveryStatus): boolean =>
  ['delivered', 'parked', 'canceled', 'retrying'].includes(status);
export const maySkip = (status: DeliveryStatus): boolean => ['parked', 'retrying', 'held'].includes(status);

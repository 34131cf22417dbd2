import type { Attempt, Delivery } from '../webhooks/delivery.js';
import type { AttemptOutcome } from '../webhooks/retry.js';
import type { Signer } from '../webhooks/sign.js';

/** For the whole attempt: the name, the connection, the request and the answer with its body. */
export const DEADLINE_MS = 15_000;

export interface Message {
  readonly delivery: Pick<Delivery, 'id' | 'eventId' | 'endpointId'>;
  readonly url: string;
  /** Signed and sent as it is, byte for byte. */
  readonly body: Buffer;
  readonly sign: Signer;
  /** Of the event: each attempt is a span of its own under it. */
  readonly traceparent?: string | undefined;
}

export interface AttemptResult {
  readonly attempt: Attempt;
  readonly outcome: AttemptOutcome;
  /** False when there was no connection: nobody has seen any of the request. */
  readonly isSent: boolean;
}

/** The destination port: takes a message to where it is to go. One adapter, `http/`, a folder for each further one. */
export interface Courier {
  /** One try, over in the deadline whatever the receiver does. Never rejects. */
  attempt(message: Message): Promise<AttemptResult>;
  close(): Promise<void>;
}

/** What came of a TLS handshake with a webhook's host. */
export type CertificateFound =
  | { readonly validUntil: number }
  /** `isRefusal`: deliveries fail as this did, wherever they come from. Otherwise the host may be out of reach from here only. */
  | { readonly failure: string; readonly isRefusal: boolean };

/** The consumer SDK: what a host application needs to receive webhooks. No dependencies; Node, Deno, Bun and workers. */
export { expressReceiver, fastifyReceiver, fetchReceiver, type ReceiverOptions } from './adapters.js';
export { eventsApi, type EventsApiOptions } from './events-api.js';
export type * from './events.js';
export {
  createSyncState,
  type Apply,
  type Gap,
  type SyncState,
  type SyncStateOptions,
  type SyncStore,
  type Verdict,
} from './sync-state.js';
export { verify, WebhookError, type VerifyOptions, type WebhookErrorCode, type WebhookHeaders } from './verify.js';

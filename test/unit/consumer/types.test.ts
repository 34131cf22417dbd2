import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { User, WebhookEvent } from '../../../shared/consumer/index.js';
import type { WebhookEvent as MadeEvent } from '../../../shared/events/event.js';
import { eventTypes } from '../../../shared/events/typescript.js';

/** Most of these are checked by the compiler (`npm run typecheck`): that they compile is what they show. */

test('shared/consumer/events.ts is up to date (npm run docs)', () => {
  const file = path.join(__dirname, '../../../shared/consumer/events.ts');
  expect(readFileSync(file, 'utf8')).toBe(eventTypes());
});

/** An absent field of `previous` is left out, of which zod says that it may be undefined too. */
type WithoutPrevious<Event> = Event extends { previous: unknown } ? Omit<Event, 'previous'> : Event;

test('the types of the SDK are those of the product, each way', () => {
  const toConsumer = (event: WithoutPrevious<MadeEvent>): WithoutPrevious<WebhookEvent> => event;
  // Values of a declared type's attributes are any JSON to a consumer.
  const toProduct = (event: Exclude<WebhookEvent, { data: { attributes: unknown } }>): MadeEvent => event;
  expect([toConsumer, toProduct]).toHaveLength(2);
});

test('a switch over the type narrows data, and knows when it is complete', () => {
  const describe = (event: WebhookEvent): string => {
    switch (event.type) {
      case 'user.created':
      case 'user.deleted': {
        const user: User = event.data;
        return user.userName;
      }
      case 'user.updated':
        return event.previous.title ?? event.data.userName;
      case 'group.created':
      case 'group.updated':
      case 'group.deleted':
        return event.data.displayName;
      case 'group.members_added':
      case 'group.members_removed':
        return event.data.members.map(({ id }) => id).join();
      case 'resource.created':
      case 'resource.updated':
      case 'resource.deleted':
        return event.data.resourceType;
      case 'directory.activated':
      case 'directory.deleted':
      case 'directory.held':
      case 'directory.released':
      case 'directory.discarded':
      case 'directory.provisioning_failed':
        return event.data.id;
      case 'endpoint.disabled':
        return event.data.reason;
      case 'delivery.parked':
        return event.data.eventType;
      default: {
        const none: never = event;
        return none;
      }
    }
  };
  const forgetful = (event: Extract<WebhookEvent, { type: `user.${string}` }>): string => {
    switch (event.type) {
      case 'user.created':
      case 'user.updated':
        return event.data.userName;
      default: {
        // @ts-expect-error -- deletions are forgotten
        const none: never = event;
        return String(none);
      }
    }
  };
  // @ts-expect-error -- a group has no user name
  const wrong = (event: Extract<WebhookEvent, { type: 'group.created' }>): string => event.data.userName;
  expect([describe, forgetful, wrong]).toHaveLength(3);
});

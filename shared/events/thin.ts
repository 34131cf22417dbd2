import type { WebhookEvent } from './event.js';

/** What a receiver gets of `data`: all of it, or ids alone, to be read back through the API. */
export const PAYLOADS = ['full', 'ids'] as const;

export type Payload = (typeof PAYLOADS)[number];

/**
 * An event's JSON with ids alone: `data` is `{id}` of a user, a group or another resource, `{group: {id}, members: [{id}]}` of a
 * membership event; there is no `previous`. Events about the directory itself and operational ones, which tell of no person, stay as
 * they are.
 */
export function thin(body: Buffer): Buffer {
  const event = JSON.parse(body.toString()) as WebhookEvent;
  const { previous: _, ...envelope } = { previous: undefined, ...event };
  return Buffer.from(JSON.stringify({ ...envelope, data: idsOf(event) }));
}

function idsOf(event: WebhookEvent): object {
  switch (event.type) {
    case 'group.members_added':
    case 'group.members_removed':
      return { group: { id: event.data.group.id }, members: event.data.members.map(({ id }) => ({ id })) };
    case 'user.created':
    case 'user.updated':
    case 'user.deleted':
    case 'group.created':
    case 'group.updated':
    case 'group.deleted':
    case 'resource.created':
    case 'resource.updated':
    case 'resource.deleted':
      return { id: event.data.id };
    default:
      return event.data;
  }
}

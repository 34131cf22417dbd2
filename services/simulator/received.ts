import * as z from 'zod';
import type { GroupState, UserFacts, World } from './truth.js';

/** A webhook as a receiver got it. */
export interface Webhook {
  /** The `webhook-id` header. */
  readonly id: string;
  readonly body: string;
  /** Whether the signature fits. */
  readonly isVerified: boolean;
}

const envelope = {
  id: z.string(),
  seq: z.int().min(1),
  directoryId: z.string(),
  cause: z.object({ requestId: z.string() }),
};
const text = z.string().nullable();

const user = z.object({
  id: z.string(),
  externalId: text,
  userName: z.string(),
  active: z.boolean(),
  email: text,
  name: z.object({ given: text, family: text, formatted: text }),
  displayName: text,
  title: text,
  department: text,
  employeeNumber: text,
  managerId: text,
});
const group = z.object({ id: z.string(), externalId: text, displayName: z.string() });
const membership = z.object({
  group,
  members: z
    .array(z.object({ id: z.string() }))
    .min(1)
    .max(100),
});

const event = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['user.created', 'user.updated', 'user.deleted']), ...envelope, data: user }),
  z.object({ type: z.enum(['group.created', 'group.updated', 'group.deleted']), ...envelope, data: group }),
  z.object({ type: z.enum(['group.members_added', 'group.members_removed']), ...envelope, data: membership }),
  z.object({
    type: z.enum(['directory.activated', 'directory.deleted']),
    ...envelope,
    data: z.object({ id: z.string() }),
  }),
]);

/** An event as a checker sees it: read from the documented JSON, not from the product's types. */
export type ReceivedEvent = z.output<typeof event>;

/** Undefined for a body that is not an event as documented. */
export function readEvent(body: string): ReceivedEvent | undefined {
  try {
    return event.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The user or group that an event is about. */
export const subjectOf = ({ data }: ReceivedEvent): string => ('group' in data ? data.group.id : data.id);

/** Whom a membership event names. */
export const membersIn = ({ data }: ReceivedEvent): string[] =>
  'members' in data ? data.members.map(({ id }) => id) : [];

/** Lets an event happen to a copy of the directory, as a host application would. */
export function applyEvent({ users, groups, members }: World, received: ReceivedEvent): void {
  switch (received.type) {
    case 'user.created':
    case 'user.updated':
      users.set(received.data.id, userFacts(received.data));
      break;
    case 'user.deleted':
      users.delete(received.data.id);
      members.forEach((ids) => ids.delete(received.data.id));
      break;
    case 'group.created':
    case 'group.updated':
      groups.set(received.data.id, groupState(received.data));
      break;
    case 'group.deleted':
      groups.delete(received.data.id);
      members.delete(received.data.id);
      break;
    case 'group.members_added':
    case 'group.members_removed': {
      const ids = members.get(received.data.group.id) ?? new Set();
      for (const { id } of received.data.members) {
        if (received.type === 'group.members_added') ids.add(id);
        else ids.delete(id);
      }
      members.set(received.data.group.id, ids);
      break;
    }
    case 'directory.activated':
    case 'directory.deleted':
  }
}

const userFacts = ({ id: _id, name, ...fields }: z.output<typeof user>): UserFacts => ({ ...fields, ...name });

const groupState = ({ externalId, displayName }: z.output<typeof group>): GroupState => ({ externalId, displayName });

import * as z from 'zod';
import type { Attributes, AttributeValue } from '../scim/attributes.js';
import type { EventDraft } from './envelope.js';

/**
 * Every event there is, once: the types below are inferred from these schemas, and the published JSON Schemas
 * (`json-schema.ts`) and the catalogue (`reference.ts`) are made of them. Nothing is validated where events are made.
 */

const text = (description: string) => z.string().meta({ description });
const nullable = (description: string) => z.string().nullable().meta({ description });
/** ISO 8601, UTC, milliseconds. */
const time = (description: string) => z.iso.datetime().meta({ description });
const version = z.int().min(1).meta({ description: '1 for a new one, one more for each change' });
const custom = z.record(z.string(), z.unknown());

const contact = z.object({
  value: text('The address, number or role itself'),
  type: nullable('Such as `work`'),
  primary: z.boolean().meta({ description: 'Whether it is the preferred one' }),
});

const whose = {
  directoryId: text('Directory that the event is of'),
  organizationId: text('Organization that the directory belongs to'),
};

/** Absent values are null, so that a receiver's code sees every field on every event. */
const user = z.object({
  id: text('UUID, stable: match accounts by it'),
  ...whose,
  externalId: nullable("The identity provider's own id"),
  userName: text('Unique in the directory, whatever its case'),
  active: z.boolean().meta({ description: 'False for a deactivated user' }),
  email: nullable('The primary e-mail address, else the first'),
  emails: z.array(contact),
  name: z.object({
    given: nullable('Given name'),
    family: nullable('Family name'),
    formatted: nullable('The whole name, as it is to be shown'),
  }),
  displayName: nullable('Name to show'),
  title: nullable('Job title'),
  department: nullable('Of the enterprise extension'),
  employeeNumber: nullable('Of the enterprise extension'),
  managerId: nullable('Of the enterprise extension: as the provider sent it, usually the `id` of a user'),
  locale: nullable('Such as `de-CH`'),
  timezone: nullable('Such as `Europe/Zurich`'),
  phoneNumbers: z.array(contact),
  roles: z.array(contact),
  custom: custom.meta({
    description: 'Whatever else was sent: attributes by name, those of an extension by its schema URN',
  }),
  version,
  createdAt: time('When it was created'),
  updatedAt: time('When this version was made'),
});

const group = z.object({
  id: text('UUID, stable'),
  ...whose,
  externalId: nullable("The identity provider's own id"),
  displayName: text('Name of the group'),
  custom: custom.meta({ description: 'Whatever else was sent' }),
  version,
  createdAt: time('When it was created'),
  updatedAt: time('When this version was made'),
});

/** A resource of a type that the directory declares: neither a user nor a group. */
const resource = z.object({
  id: text('UUID, stable'),
  ...whose,
  resourceType: text('Name of the resource type, such as `Device`'),
  externalId: nullable("The identity provider's own id"),
  attributes: custom.meta({
    description: 'As SCIM has them, spelled as the schema spells them; those of extensions keyed by schema URN',
  }),
  version,
  createdAt: time('When it was created'),
  updatedAt: time('When this version was made'),
});

/** A member as a membership event names it. */
const member = z.object({
  id: text('The user or group'),
  type: text('Its resource type, `User` or `Group`'),
  userName: nullable('Null for a group'),
  email: nullable('Null for a group'),
  externalId: nullable("The identity provider's own id"),
});

const membership = z.object({
  group: group.meta({ description: 'The group, as it is after the change' }),
  members: z.array(member).min(1).max(100).meta({ description: '1 to 100 members' }),
});
const directory = z.object({ id: text('The directory'), organizationId: whose.organizationId });

/** The deletion guard began to hold events back. */
const hold = directory.extend({
  limit: z.enum(['maxUsers', 'maxPercent']).meta({ description: 'Which limit of the guard was exceeded' }),
  maximum: z.number().meta({ description: 'Its setting: users, or percent' }),
  counted: z.int().meta({ description: 'Users removed in the window, the one that exceeded the limit included' }),
  since: time('When the window began'),
});

/** What was held back came through, or was dropped for good. */
const holdEnded = directory.extend({
  events: z.int().meta({ description: 'How many events' }),
  since: time('Since when the directory held'),
});

/** A SCIM request that failed. */
const failure = z.object({
  method: text('HTTP method'),
  path: text('The route, such as `/Users/:id`: what stands for `:id` may be personal'),
  status: z.int().meta({ description: 'HTTP status' }),
  scimType: nullable('RFC 7644 section 3.12'),
  detail: text('What the identity provider was told, at most 500 characters'),
});
const provisioningFailed = directory.extend({
  since: time('The first failure of the row'),
  count: z.int().meta({ description: 'Failures in a row' }),
  last: failure,
});

const cause = z.object({ requestId: text('The request that caused it') });

const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data, description: string) =>
  z.object({ ...envelope(type), data, cause }).meta({ title: type, description });

/** `previous` holds the changed attributes as they were, absent-before as null. */
const update = <Type extends string, Data extends z.ZodType, Previous extends z.ZodType>(
  type: Type,
  data: Data,
  previous: Previous,
  description: string,
) => z.object({ ...envelope(type), data, previous, cause }).meta({ title: type, description });

const envelope = <Type extends string>(type: Type) => ({
  id: text('Of the event; deliveries of one event share it'),
  type: z.literal(type).meta({ description: 'What has happened' }),
  timestamp: time('When it was committed; of a directory it never goes back'),
  ...whose,
  seq: z.int().min(1).meta({ description: 'Gapless per directory, from 1' }),
});

/** What an endpoint's or a delivery's operational event has around its data: it is of no directory's chain. */
const operational = <Type extends string, Data extends z.ZodType>(type: Type, data: Data, description: string) =>
  z
    .object({
      id: text('Of the event; deliveries of one event share it'),
      type: z.literal(type).meta({ description: 'What has happened' }),
      timestamp: time('When it happened'),
      organizationId: nullable('Organization that it concerns; null: not one alone'),
      directoryId: nullable('Directory that it concerns; null: not one alone'),
      seq: z.null().meta({ description: 'Always null: it is not numbered' }),
      data,
      cause: cause.nullable().meta({ description: '`{requestId}` of the management API; null: nobody asked for it' }),
    })
    .meta({ title: type, description });

const disabledEndpoint = z.object({
  id: text('The endpoint'),
  reason: z.enum(['gone', 'failing', 'operator']).meta({
    description: '`gone`: it answered 410; `failing`: five days of failures only; `operator`: by the management API',
  }),
});

const parkedDelivery = z.object({
  id: text('The delivery: for `POST /v1/deliveries/:id/retry` or `…/skip`'),
  endpointId: text('Endpoint that it could not be delivered to'),
  eventId: text('Its event'),
  eventType: text('The type of that event'),
  seq: z.int().min(1).meta({ description: 'Of that event, in its directory' }),
  attempts: z.int().min(1).meta({ description: 'How often it was tried' }),
  answer: z.int().nullable().meta({ description: 'HTTP status of the last attempt; null: there was no answer' }),
});

const UNTOLD = {
  id: true,
  directoryId: true,
  organizationId: true,
  version: true,
  createdAt: true,
  updatedAt: true,
} as const;

/** Events of a directory's chain. With the operational ones below, the sole home of the event types. */
const DIRECTORY_SCHEMAS = {
  'user.created': event('user.created', user, 'A user is there.'),
  'user.updated': update('user.updated', user, user.omit(UNTOLD).partial(), 'A user has changed, `active` included.'),
  'user.deleted': event('user.deleted', user, 'A user is gone, and its memberships with it; its last state.'),
  'group.created': event('group.created', group, 'A group is there, without members as yet.'),
  'group.updated': update('group.updated', group, group.omit(UNTOLD).partial(), 'A group has changed.'),
  'group.deleted': event('group.deleted', group, 'A group is gone, and its memberships with it; its last state.'),
  'group.members_added': event('group.members_added', membership, 'Up to 100 members have joined a group.'),
  'group.members_removed': event('group.members_removed', membership, 'Up to 100 members have left a group.'),
  'resource.created': event('resource.created', resource, 'A resource of a declared type is there.'),
  'resource.updated': update(
    'resource.updated',
    resource,
    resource.omit(UNTOLD).partial(),
    'A resource of a declared type has changed; of `attributes`, `previous` has the changed ones alone.',
  ),
  'resource.deleted': event('resource.deleted', resource, 'A resource of a declared type is gone; its last state.'),
  'directory.activated': event('directory.activated', directory, 'The first authenticated SCIM request has come.'),
  'directory.deleted': event('directory.deleted', directory, 'A directory is gone with all that was in it.'),
  'directory.held': event('directory.held', hold, 'The deletion guard holds a mass removal back.'),
  'directory.released': event('directory.released', holdEnded, 'All that was held back has come through.'),
  'directory.discarded': event('directory.discarded', holdEnded, 'All that was held back was dropped for good.'),
  'directory.provisioning_failed': event(
    'directory.provisioning_failed',
    provisioningFailed,
    'Ten or more changes in a row have failed over ten minutes or more; told once in 24 hours at most.',
  ),
};

/** Events that tell operators of endpoints and deliveries. They come of deliveries, and are in no commit. */
const OPERATIONAL_SCHEMAS = {
  'endpoint.disabled': operational(
    'endpoint.disabled',
    disabledEndpoint,
    'An endpoint is disabled: its deliveries are held.',
  ),
  'delivery.parked': operational(
    'delivery.parked',
    parkedDelivery,
    'The retries of a delivery are spent: it waits for an operator.',
  ),
};

export const EVENT_SCHEMAS = { ...DIRECTORY_SCHEMAS, ...OPERATIONAL_SCHEMAS };

export type DirectoryEventType = keyof typeof DIRECTORY_SCHEMAS;
export type EventType = keyof typeof EVENT_SCHEMAS;

export const OPERATIONAL_TYPES = Object.keys(OPERATIONAL_SCHEMAS) as readonly EventType[];
export const EVENT_TYPES = Object.keys(EVENT_SCHEMAS) as readonly EventType[];

/** What nobody changes, however deep. */
export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

export type UserData = Immutable<z.infer<typeof user>>;
export type GroupData = Immutable<z.infer<typeof group>>;
export type ContactData = Immutable<z.infer<typeof contact>>;
export type MemberData = Immutable<z.infer<typeof member>>;
export interface ResourceData extends Immutable<z.infer<typeof resource>> {
  readonly attributes: Attributes;
}
/** Of `attributes`, the changed ones alone, absent-before as null. */
export interface PreviousResourceData extends Partial<Omit<ResourceData, 'attributes'>> {
  readonly attributes?: Readonly<Record<string, AttributeValue | null>>;
}
export type HeldData = Immutable<z.infer<typeof hold>>;
export type FailureData = Immutable<z.infer<typeof failure>>;

/** The body of a webhook and the value of a Kafka record, discriminated by `type`. */
export type DirectoryEvent = Immutable<z.infer<(typeof DIRECTORY_SCHEMAS)[DirectoryEventType]>>;
/** The body of a webhook, and of nothing else. */
export type OperationalEvent = Immutable<z.infer<(typeof OPERATIONAL_SCHEMAS)[keyof typeof OPERATIONAL_SCHEMAS]>>;
/** What an endpoint can get. */
export type WebhookEvent = DirectoryEvent | OperationalEvent;
export type DisablingReason = z.infer<typeof disabledEndpoint>['reason'];

/**
 * The resources that an event is about, as far as order matters: the user, the group or the other resource, and of a membership event its group
 * and all its members. Two events that share a key are delivered in `seq` order ("causal lanes"). An event about the
 * directory itself has the directory's id alone.
 */
export function laneKeys(event: DirectoryEvent | EventDraft): readonly string[] {
  switch (event.type) {
    case 'group.members_added':
    case 'group.members_removed':
      return [event.data.group.id, ...event.data.members.map((member) => member.id)];
    default:
      return [event.data.id];
  }
}

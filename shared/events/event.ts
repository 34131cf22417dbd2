import type { Attributes, AttributeValue } from '../scim/attributes.js';
import type { EventDraft } from './envelope.js';

/** Every event type there is; the sole home of these strings. */
export const EVENT_TYPES = [
  'user.created',
  'user.updated',
  'user.deleted',
  'group.created',
  'group.updated',
  'group.deleted',
  'group.members_added',
  'group.members_removed',
  'resource.created',
  'resource.updated',
  'resource.deleted',
  'directory.activated',
  'directory.deleted',
  'directory.held',
  'directory.released',
  'directory.discarded',
  'directory.provisioning_failed',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** Absent values are null, so that a receiver's code sees every field on every event. */
export interface UserData {
  readonly id: string;
  readonly directoryId: string;
  readonly organizationId: string;
  readonly externalId: string | null;
  readonly userName: string;
  readonly active: boolean;
  /** The primary e-mail address, else the first. */
  readonly email: string | null;
  readonly emails: readonly ContactData[];
  readonly name: { readonly given: string | null; readonly family: string | null; readonly formatted: string | null };
  readonly displayName: string | null;
  readonly title: string | null;
  readonly department: string | null;
  readonly employeeNumber: string | null;
  readonly managerId: string | null;
  readonly locale: string | null;
  readonly timezone: string | null;
  readonly phoneNumbers: readonly ContactData[];
  readonly roles: readonly ContactData[];
  /** Attributes of extensions other than the enterprise user's, keyed by schema URN. */
  readonly custom: Readonly<Record<string, unknown>>;
  readonly version: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ContactData {
  readonly value: string;
  readonly type: string | null;
  readonly primary: boolean;
}

export interface GroupData {
  readonly id: string;
  readonly directoryId: string;
  readonly organizationId: string;
  readonly externalId: string | null;
  readonly displayName: string;
  readonly custom: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A resource of a type that the directory declares: neither a user nor a group. */
export interface ResourceData {
  readonly id: string;
  readonly directoryId: string;
  readonly organizationId: string;
  /** Name of the resource type, such as `Device`. */
  readonly resourceType: string;
  readonly externalId: string | null;
  /** As SCIM has them, spelled as the schema spells them; those of extensions keyed by schema URN. */
  readonly attributes: Attributes;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A member as a membership event names it; userName and email are null for a group that is a member. */
export interface MemberData {
  readonly id: string;
  readonly type: string;
  readonly userName: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
}

/** What a resource's changed fields were; of `attributes`, the changed ones alone, absent-before as null. */
export interface PreviousResourceData extends Partial<Omit<ResourceData, 'attributes'>> {
  readonly attributes?: Readonly<Record<string, AttributeValue | null>>;
}

interface MembershipData {
  readonly group: GroupData;
  /** 1 to 100. */
  readonly members: readonly MemberData[];
}

interface DirectoryData {
  readonly id: string;
  readonly organizationId: string;
}

/** The deletion guard began to hold events back: which limit of it was exceeded, and what was counted since when. */
export interface HeldData extends DirectoryData {
  readonly limit: 'maxUsers' | 'maxPercent';
  /** The limit's setting: users, or percent. */
  readonly maximum: number;
  /** Users removed in the window, the one that exceeded the limit included. */
  readonly counted: number;
  /** When the window began. */
  readonly since: string;
}

/** What was held back came through, or was dropped for good. */
interface HoldEndedData extends DirectoryData {
  /** How many events. */
  readonly events: number;
  /** Since when the directory held. */
  readonly since: string;
}

/** The identity provider's changes fail one after another: nothing it sends arrives any more. */
interface ProvisioningFailedData extends DirectoryData {
  /** The first failure of the row. */
  readonly since: string;
  /** Failures in a row. */
  readonly count: number;
  readonly last: FailureData;
}

/** A SCIM request that failed. */
export interface FailureData {
  readonly method: string;
  /** The route, such as `/Users/:id`: what stands for `:id` may be personal. */
  readonly path: string;
  readonly status: number;
  readonly scimType: string | null;
  /** What the identity provider was told, at most 500 characters. */
  readonly detail: string;
}

interface Envelope<Type extends EventType, Data> {
  readonly id: string;
  readonly type: Type;
  /** ISO 8601, UTC, milliseconds: when it was committed. */
  readonly timestamp: string;
  readonly organizationId: string;
  readonly directoryId: string;
  /** Gapless per directory, from 1. */
  readonly seq: number;
  readonly data: Data;
  readonly cause: { readonly requestId: string };
}

/** `previous` holds the changed attributes as they were, absent-before as null. */
interface UpdateEnvelope<Type extends EventType, Data, Previous = Partial<Data>> extends Envelope<Type, Data> {
  readonly previous: Previous;
}

/** The body of a webhook and the value of a Kafka record, discriminated by `type`. */
export type DirectoryEvent =
  | Envelope<'user.created' | 'user.deleted', UserData>
  | UpdateEnvelope<'user.updated', UserData>
  | Envelope<'group.created' | 'group.deleted', GroupData>
  | UpdateEnvelope<'group.updated', GroupData>
  | Envelope<'group.members_added' | 'group.members_removed', MembershipData>
  | Envelope<'resource.created' | 'resource.deleted', ResourceData>
  | UpdateEnvelope<'resource.updated', ResourceData, PreviousResourceData>
  | Envelope<'directory.activated' | 'directory.deleted', DirectoryData>
  | Envelope<'directory.held', HeldData>
  | Envelope<'directory.released' | 'directory.discarded', HoldEndedData>
  | Envelope<'directory.provisioning_failed', ProvisioningFailedData>;

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

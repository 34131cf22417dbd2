/**
 * The events of webhooks, of the Events API and of the Kafka topic, as types that need nothing else. This file is the output of
 * `rollcall events --types`.
 */
/* eslint max-lines: "off" */

export interface Contact {
  /** The address, number or role itself */
  readonly value: string;
  /** Such as `work` */
  readonly type: string | null;
  /** Whether it is the preferred one */
  readonly primary: boolean;
}

export interface User {
  /** UUID, stable: match accounts by it */
  readonly id: string;
  /** Directory that the event is of */
  readonly directoryId: string;
  /** Organization that the directory belongs to */
  readonly organizationId: string;
  /** The identity provider's own id */
  readonly externalId: string | null;
  /** Unique in the directory, whatever its case */
  readonly userName: string;
  /** False for a deactivated user */
  readonly active: boolean;
  /** The primary e-mail address, else the first */
  readonly email: string | null;
  readonly emails: readonly Contact[];
  readonly name: {
    /** Given name */
    readonly given: string | null;
    /** Family name */
    readonly family: string | null;
    /** The whole name, as it is to be shown */
    readonly formatted: string | null;
  };
  /** Name to show */
  readonly displayName: string | null;
  /** Job title */
  readonly title: string | null;
  /** Of the enterprise extension */
  readonly department: string | null;
  /** Of the enterprise extension */
  readonly employeeNumber: string | null;
  /** Of the enterprise extension: as the provider sent it, usually the `id` of a user */
  readonly managerId: string | null;
  /** Such as `de-CH` */
  readonly locale: string | null;
  /** Such as `Europe/Zurich` */
  readonly timezone: string | null;
  readonly phoneNumbers: readonly Contact[];
  readonly roles: readonly Contact[];
  /** Whatever else was sent: attributes by name, those of an extension by its schema URN */
  readonly custom: Readonly<Record<string, unknown>>;
  /** 1 for a new one, one more for each change */
  readonly version: number;
  /** When it was created */
  readonly createdAt: string;
  /** When this version was made */
  readonly updatedAt: string;
}

export interface Group {
  /** UUID, stable */
  readonly id: string;
  /** Directory that the event is of */
  readonly directoryId: string;
  /** Organization that the directory belongs to */
  readonly organizationId: string;
  /** The identity provider's own id */
  readonly externalId: string | null;
  /** Name of the group */
  readonly displayName: string;
  /** Whatever else was sent */
  readonly custom: Readonly<Record<string, unknown>>;
  /** 1 for a new one, one more for each change */
  readonly version: number;
  /** When it was created */
  readonly createdAt: string;
  /** When this version was made */
  readonly updatedAt: string;
}

export interface Member {
  /** The user or group */
  readonly id: string;
  /** Its resource type, `User` or `Group` */
  readonly type: string;
  /** Null for a group */
  readonly userName: string | null;
  /** Null for a group */
  readonly email: string | null;
  /** The identity provider's own id */
  readonly externalId: string | null;
}

export interface Membership {
  /** The group, as it is after the change */
  readonly group: Group;
  /** 1 to 100 members */
  readonly members: readonly Member[];
}

export interface Resource {
  /** UUID, stable */
  readonly id: string;
  /** Directory that the event is of */
  readonly directoryId: string;
  /** Organization that the directory belongs to */
  readonly organizationId: string;
  /** Name of the resource type, such as `Device` */
  readonly resourceType: string;
  /** The identity provider's own id */
  readonly externalId: string | null;
  /** As SCIM has them, spelled as the schema spells them; those of extensions keyed by schema URN */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 1 for a new one, one more for each change */
  readonly version: number;
  /** When it was created */
  readonly createdAt: string;
  /** When this version was made */
  readonly updatedAt: string;
}

export interface Directory {
  /** The directory */
  readonly id: string;
  /** Organization that the directory belongs to */
  readonly organizationId: string;
}

export interface HoldEnded {
  /** The directory */
  readonly id: string;
  /** Organization that the directory belongs to */
  readonly organizationId: string;
  /** How many events */
  readonly events: number;
  /** Since when the directory held */
  readonly since: string;
}

/** What every event of a directory has. */
export interface DirectoryEnvelope {
  /** Of the event; deliveries of one event share it */
  readonly id: string;
  /** When it was committed; of a directory it never goes back */
  readonly timestamp: string;
  /** Directory that the event is of */
  readonly directoryId: string;
  /** Organization that the directory belongs to */
  readonly organizationId: string;
  /** Gapless per directory, from 1 */
  readonly seq: number;
  readonly cause: {
    /** The request that caused it */
    readonly requestId: string;
  };
}

/** A user is there. */
export interface UserCreatedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'user.created';
  readonly data: User;
}

/** A user has changed, `active` included. */
export interface UserUpdatedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'user.updated';
  readonly data: User;
  readonly previous: {
    /** The identity provider's own id */
    readonly externalId?: string | null;
    /** Unique in the directory, whatever its case */
    readonly userName?: string;
    /** False for a deactivated user */
    readonly active?: boolean;
    /** The primary e-mail address, else the first */
    readonly email?: string | null;
    readonly emails?: readonly Contact[];
    readonly name?: {
      /** Given name */
      readonly given: string | null;
      /** Family name */
      readonly family: string | null;
      /** The whole name, as it is to be shown */
      readonly formatted: string | null;
    };
    /** Name to show */
    readonly displayName?: string | null;
    /** Job title */
    readonly title?: string | null;
    /** Of the enterprise extension */
    readonly department?: string | null;
    /** Of the enterprise extension */
    readonly employeeNumber?: string | null;
    /** Of the enterprise extension: as the provider sent it, usually the `id` of a user */
    readonly managerId?: string | null;
    /** Such as `de-CH` */
    readonly locale?: string | null;
    /** Such as `Europe/Zurich` */
    readonly timezone?: string | null;
    readonly phoneNumbers?: readonly Contact[];
    readonly roles?: readonly Contact[];
    /** Whatever else was sent: attributes by name, those of an extension by its schema URN */
    readonly custom?: Readonly<Record<string, unknown>>;
  };
}

/** A user is gone, and its memberships with it; its last state. */
export interface UserDeletedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'user.deleted';
  readonly data: User;
}

/** A group is there, without members as yet. */
export interface GroupCreatedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'group.created';
  readonly data: Group;
}

/** A group has changed. */
export interface GroupUpdatedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'group.updated';
  readonly data: Group;
  readonly previous: {
    /** The identity provider's own id */
    readonly externalId?: string | null;
    /** Name of the group */
    readonly displayName?: string;
    /** Whatever else was sent */
    readonly custom?: Readonly<Record<string, unknown>>;
  };
}

/** A group is gone, and its memberships with it; its last state. */
export interface GroupDeletedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'group.deleted';
  readonly data: Group;
}

/** Up to 100 members have joined a group. */
export interface GroupMembersAddedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'group.members_added';
  readonly data: Membership;
}

/** Up to 100 members have left a group. */
export interface GroupMembersRemovedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'group.members_removed';
  readonly data: Membership;
}

/** A resource of a declared type is there. */
export interface ResourceCreatedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'resource.created';
  readonly data: Resource;
}

/** A resource of a declared type has changed; of `attributes`, `previous` has the changed ones alone. */
export interface ResourceUpdatedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'resource.updated';
  readonly data: Resource;
  readonly previous: {
    /** Name of the resource type, such as `Device` */
    readonly resourceType?: string;
    /** The identity provider's own id */
    readonly externalId?: string | null;
    /** As SCIM has them, spelled as the schema spells them; those of extensions keyed by schema URN */
    readonly attributes?: Readonly<Record<string, unknown>>;
  };
}

/** A resource of a declared type is gone; its last state. */
export interface ResourceDeletedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'resource.deleted';
  readonly data: Resource;
}

/** The first authenticated SCIM request has come. */
export interface DirectoryActivatedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'directory.activated';
  readonly data: Directory;
}

/** A directory is gone with all that was in it. */
export interface DirectoryDeletedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'directory.deleted';
  readonly data: Directory;
}

/** The deletion guard holds a mass removal back. */
export interface DirectoryHeldEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'directory.held';
  readonly data: {
    /** The directory */
    readonly id: string;
    /** Organization that the directory belongs to */
    readonly organizationId: string;
    /** Which limit of the guard was exceeded */
    readonly limit: 'maxUsers' | 'maxPercent';
    /** Its setting: users, or percent */
    readonly maximum: number;
    /** Users removed in the window, the one that exceeded the limit included */
    readonly counted: number;
    /** When the window began */
    readonly since: string;
  };
}

/** All that was held back has come through. */
export interface DirectoryReleasedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'directory.released';
  readonly data: HoldEnded;
}

/** All that was held back was dropped for good. */
export interface DirectoryDiscardedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'directory.discarded';
  readonly data: HoldEnded;
}

/** Ten or more changes in a row have failed over ten minutes or more; told once in 24 hours at most. */
export interface DirectoryProvisioningFailedEvent extends DirectoryEnvelope {
  /** What has happened */
  readonly type: 'directory.provisioning_failed';
  readonly data: {
    /** The directory */
    readonly id: string;
    /** Organization that the directory belongs to */
    readonly organizationId: string;
    /** The first failure of the row */
    readonly since: string;
    /** Failures in a row */
    readonly count: number;
    readonly last: {
      /** HTTP method */
      readonly method: string;
      /** The route, such as `/Users/:id`: what stands for `:id` may be personal */
      readonly path: string;
      /** HTTP status */
      readonly status: number;
      /** RFC 7644 section 3.12 */
      readonly scimType: string | null;
      /** What the identity provider was told, at most 500 characters */
      readonly detail: string;
    };
  };
}

export type DirectoryEvent =
  | UserCreatedEvent
  | UserUpdatedEvent
  | UserDeletedEvent
  | GroupCreatedEvent
  | GroupUpdatedEvent
  | GroupDeletedEvent
  | GroupMembersAddedEvent
  | GroupMembersRemovedEvent
  | ResourceCreatedEvent
  | ResourceUpdatedEvent
  | ResourceDeletedEvent
  | DirectoryActivatedEvent
  | DirectoryDeletedEvent
  | DirectoryHeldEvent
  | DirectoryReleasedEvent
  | DirectoryDiscardedEvent
  | DirectoryProvisioningFailedEvent;

/** What every event has that tells operators of endpoints and deliveries. */
export interface OperationalEnvelope {
  /** Of the event; deliveries of one event share it */
  readonly id: string;
  /** When it happened */
  readonly timestamp: string;
  /** Organization that it concerns; null: not one alone */
  readonly organizationId: string | null;
  /** Directory that it concerns; null: not one alone */
  readonly directoryId: string | null;
  /** Always null: it is not numbered */
  readonly seq: null;
  /** `{requestId}` of the management API; null: nobody asked for it */
  readonly cause: {
    /** The request that caused it */
    readonly requestId: string;
  } | null;
}

/** An endpoint is disabled: its deliveries are held. */
export interface EndpointDisabledEvent extends OperationalEnvelope {
  /** What has happened */
  readonly type: 'endpoint.disabled';
  readonly data: {
    /** The endpoint */
    readonly id: string;
    /** `gone`: it answered 410; `failing`: five days of failures only; `operator`: by the management API */
    readonly reason: 'gone' | 'failing' | 'operator';
  };
}

/** The retries of a delivery are spent: it waits for an operator. */
export interface DeliveryParkedEvent extends OperationalEnvelope {
  /** What has happened */
  readonly type: 'delivery.parked';
  readonly data: {
    /** The delivery: for `POST /v1/deliveries/:id/retry` or `…/skip` */
    readonly id: string;
    /** Endpoint that it could not be delivered to */
    readonly endpointId: string;
    /** Its event */
    readonly eventId: string;
    /** The type of that event */
    readonly eventType: string;
    /** Of that event, in its directory */
    readonly seq: number;
    /** How often it was tried */
    readonly attempts: number;
    /** HTTP status of the last attempt; null: there was no answer */
    readonly answer: number | null;
  };
}

export type OperationalEvent = EndpointDisabledEvent | DeliveryParkedEvent;

/** Discriminated by `type`. A later version may add types: let a `default` branch ignore them. */
export type WebhookEvent = DirectoryEvent | OperationalEvent;

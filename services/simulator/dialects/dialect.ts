import { createHash } from 'node:crypto';
import type { Conversation } from '../session.js';
import type { Profile } from '../story.js';
import type { GroupState, UserState } from '../truth.js';
import { asObject } from '../json.js';

/** Whose dialects there are. */
export const PROVIDERS = ['okta', 'entra'] as const;

/** Somebody who joins or leaves a group. */
export interface Member {
  readonly id: string;
  readonly userName: string;
}

/** How one identity provider speaks SCIM. Every method throws `StepFailed` when a request is refused. */
export interface Dialect {
  readonly headers: Readonly<Record<string, string>>;
  /** What it sends when an administrator connects the directory. */
  connect(conversation: Conversation): Promise<void>;
  /** The user that it makes of a person. `managerId` is the manager's SCIM id. */
  userState(person: string, profile: Profile, active: boolean, managerId: string | null): UserState;
  groupState(group: string, displayName: string): GroupState;
  /** Answers the SCIM id. */
  createUser(conversation: Conversation, state: UserState): Promise<string>;
  updateUser(conversation: Conversation, id: string, state: UserState): Promise<void>;
  /** Deactivates or activates, as `state.active` says. */
  setActive(conversation: Conversation, id: string, state: UserState): Promise<void>;
  /** Undefined for a provider that never deletes users. */
  deleteUser?(conversation: Conversation, id: string): Promise<void>;
  createGroup(conversation: Conversation, state: GroupState): Promise<string>;
  renameGroup(conversation: Conversation, id: string, state: GroupState): Promise<void>;
  moveMembers(
    conversation: Conversation,
    id: string,
    joins: readonly Member[],
    leaves: readonly Member[],
  ): Promise<void>;
  deleteGroup(conversation: Conversation, id: string): Promise<void>;
}

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface PatchOperation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

export const patchOf = (Operations: readonly PatchOperation[]): object => ({ schemas: [PATCH_OP], Operations });

/** The fields that every provider fills alike. */
export const plainState = (profile: Profile, active: boolean, managerId: string | null) => ({
  userName: profile.userName,
  active,
  email: profile.userName,
  given: profile.given,
  family: profile.family,
  displayName: `${profile.given} ${profile.family}`,
  title: profile.title,
  department: profile.department,
  employeeNumber: profile.employeeNumber,
  managerId,
});

/** Hexadecimal digits that only the seed and the name decide. */
export const fingerprint = (seed: number, name: string): string =>
  createHash('sha256').update(`${seed}:${name}`).digest('hex');

/** `filter=<attribute> eq "<value>"`, percent-encoded. */
export const equals = (attribute: string, value: string): string =>
  `filter=${encodeURIComponent(`${attribute} eq ${JSON.stringify(value)}`)}`;

/** The id of the only resource of a ListResponse (RFC 7644 section 3.4.2). */
export function onlyId(list: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const resources: unknown = list?.['Resources'];
  if (!Array.isArray(resources) || resources.length !== 1) return undefined;
  const { id } = asObject(resources[0]);
  return typeof id === 'string' ? id : undefined;
}

import type { FailureData } from '../events/event.js';
import type { ResourceInput } from '../scim/input.js';
import type { PatchOperation } from '../scim/patch/operation.js';
import type { ResourceType } from '../scim/schema.js';
import type { MappingRules } from './mapping.js';
import type { ResourceRow } from './resource.js';

/** Changes that the identity provider asked for, one after another, and that all failed. */
export interface FailureStreak {
  /** When the first one failed. */
  readonly since: number;
  readonly count: number;
  readonly last: FailureData;
}

/** Which state of a resource a change is meant for (RFC 7644 section 3.14, RFC 9110 section 13.1). */
export interface Preconditions {
  /** The header of that name: changed only in a version that it names. */
  readonly ifMatch: string | undefined;
  /** Changed only in a version that it does not name. */
  readonly ifNoneMatch: string | undefined;
}

/** The request that a command comes from: the cause of its events. */
interface Origin {
  readonly requestId: string;
  /** See shared/events/trace-context. */
  readonly traceparent?: string | undefined;
}

type Asked =
  /** The first authenticated request, whatever it asks for. */
  | { readonly kind: 'activate' }
  /** Requests keep failing, as far as one process can see; `requestId` is the last one's. */
  | { readonly kind: 'report'; readonly streak: FailureStreak }
  /** Tells of the user's data by the directory's mapping what differs from those by the mapping before. */
  | { readonly kind: 'remap'; readonly id: string; readonly before: MappingRules }
  | { readonly kind: 'create'; readonly type: ResourceType; readonly id: string; readonly input: ResourceInput }
  | (Preconditions & {
      readonly kind: 'replace';
      readonly type: ResourceType;
      readonly id: string;
      readonly input: ResourceInput;
    })
  | (Preconditions & {
      readonly kind: 'modify';
      readonly type: ResourceType;
      readonly id: string;
      readonly operations: readonly PatchOperation[];
    })
  | (Preconditions & { readonly kind: 'delete'; readonly type: ResourceType; readonly id: string });

/** A mutation that a SCIM request (or, of `remap`, a new mapping) asks for, checked as far as that is possible without the directory's state. */
export type Command = Origin & Asked;

/** Events of a directory that follow one another, by `seq`. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What became of a command: the resource as it is now (none after `activate`, `report`, `remap` and `delete`) and the events that it
 * caused, unless they are held back; or why it was refused (a `ScimError`, unless the product itself is at fault).
 */
export type Outcome =
  | { readonly ok: true; readonly resource: ResourceRow | undefined; readonly events: SeqRange | undefined }
  | { readonly ok: false; readonly error: unknown };

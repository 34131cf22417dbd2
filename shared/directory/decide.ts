import type { EventDraft } from '../events/envelope.js';
import { NotFound, PreconditionFailed, Uniqueness } from '../scim/errors.js';
import { withAssumed } from '../scim/assumed.js';
import { keepImmutable, requireImmutable } from '../scim/immutable.js';
import { indexKeys, uniqueKeys } from '../scim/keys.js';
import { etagMatches } from '../scim/messages.js';
import { applyPatch, sameAttributes } from '../scim/patch/apply.js';
import type { MemberEdit, PatchOperation } from '../scim/patch/operation.js';
import type { Attributes } from '../scim/attributes.js';
import type { ResourceType } from '../scim/schema.js';
import type { Command, Preconditions } from './command.js';
import type { Change } from './commit.js';
import type { MappingRules } from './mapping.js';
import { decideMembers, memberNeeds, NO_MEMBER_CHANGES } from './memberships.js';
import {
  groupData,
  previousOf,
  previousOfResource,
  resourceData,
  userData,
  userUpdate,
  type Scope,
} from './normalize.js';
import { mergeNeeds, type Needs } from './needs.js';
import { decideReport } from './report.js';
import type { ResourceRow } from './resource.js';
import { decideLostRoles, decideRoles, roleGroups, roleNeeds } from './roles.js';
import type { View } from './view.js';

/** What one command does: row images, events, and the resource to answer with. Nothing at all when it changes nothing. */
export interface Decision {
  readonly changes: readonly Change[];
  readonly events: readonly EventDraft[];
  readonly resource: ResourceRow | undefined;
}

/** Time and place of a batch. */
export interface Circumstances extends Scope {
  /** The commit's time. */
  readonly at: number;
  /** When the commit before was made. */
  readonly headAt: number;
  /** When `directory.provisioning_failed` was last said. */
  readonly failureToldAt: number;
  /** The directory's mapping. */
  readonly rules: MappingRules;
}

/**
 * The heart of the product: a command and what it can see → what it changes and which events tell of it. Pure. Throws a
 * `ScimError` that refuses the command, or `Missing` when the view lacks rows.
 */
export function decide(view: View, command: Command, place: Circumstances): Decision {
  switch (command.kind) {
    case 'activate':
      return { changes: [], events: [], resource: undefined };
    case 'report':
      return { changes: [], events: decideReport(command, place), resource: undefined };
    case 'remap':
      return decideRemap(view, command, place);
    case 'create':
      return decideCreate(view, command, place);
    case 'replace':
    case 'modify':
      return decideUpdate(view, command, place);
    case 'delete':
      return decideDelete(view, command, place);
  }
}

/** What a command is certain to look at, so that one load serves most batches; `Missing` asks for the rest. */
export function needsOf(command: Command, rules: MappingRules): Partial<Needs> {
  switch (command.kind) {
    case 'activate':
    case 'report':
      return {};
    case 'create':
      return { keys: keyNeeds(command.type, command.input.attributes), ids: new Set(command.input.members) };
    case 'replace':
      return { keys: keyNeeds(command.type, command.input.attributes), ...ownNeeds(command, rules) };
    case 'modify':
      return mergeNeeds(ownNeeds(command, rules), memberNeeds(command.id, editsIn(command.operations), 'existing'));
    case 'delete':
      return ownNeeds(command, rules);
    case 'remap':
      return {
        ids: new Set([command.id]),
        memberships: [rules, command.before].flatMap((either) => roleNeeds([command.id], either)),
      };
  }
}

const keyNeeds = (type: ResourceType, attributes: Attributes): Needs['keys'] =>
  uniqueKeys(type, attributes).map(({ key }) => ({ type: type.name, key }));

const ownNeeds = (
  { id, type }: Command & { readonly type: ResourceType; readonly id: string },
  rules: MappingRules,
) => ({
  ids: new Set([id]),
  memberships: type.name === 'User' ? roleNeeds([id], rules) : [],
});

function decideCreate(view: View, command: Command & { kind: 'create' }, place: Circumstances): Decision {
  const { type, id, input, requestId } = command;
  const attributes = withAssumed(type, input.attributes);
  requireUnique(view, type, id, attributes);
  const resource: ResourceRow = {
    id,
    type: type.name,
    version: 1,
    createdAt: place.at,
    updatedAt: place.at,
    attributes,
    keys: indexKeys(type, attributes),
  };
  const changes: Change[] = [{ kind: 'put', resource, isNew: true }];
  // Applied to a view of its own: a group's first members are added to a group that is already there.
  const members =
    input.members === undefined
      ? NO_MEMBER_CHANGES
      : decideMembers(view, id, replaceBy(input.members), 'new', place.rules);
  return {
    changes: [...changes, ...members.changes],
    events: [
      ...lifecycleEvent('created', resource, [], place, requestId),
      ...members.events(resource, place, requestId),
    ],
    resource,
  };
}

function decideUpdate(view: View, command: Command & { kind: 'replace' | 'modify' }, place: Circumstances): Decision {
  const { type, id, requestId } = command;
  const before = existing(view, type, id, command);
  const { attributes, edits } = wanted(command, before);
  const attributesChanged = !sameAttributes(before.attributes, attributes);
  if (attributesChanged) {
    requireImmutable(type, before.attributes, attributes);
    requireUnique(view, type, id, attributes, before.keys);
  }
  const members = decideMembers(view, id, edits, 'existing', place.rules);
  const roles = decideRoles(view, id, members, place, requestId);
  if (!attributesChanged && members.changes.length === 0) return { changes: [], events: [], resource: before };

  const resource: ResourceRow = {
    ...before,
    version: before.version + 1,
    updatedAt: place.at,
    attributes: attributesChanged ? attributes : before.attributes,
    keys: attributesChanged ? indexKeys(type, attributes) : before.keys,
  };
  return {
    changes: [{ kind: 'put', resource, isNew: false }, ...members.changes, ...roles.changes],
    events: [
      ...(attributesChanged ? updateEvent(view, before, resource, place, requestId) : []),
      ...members.events(resource, place, requestId),
      ...roles.events,
    ],
    resource,
  };
}

function decideDelete(view: View, command: Command & { kind: 'delete' }, place: Circumstances): Decision {
  const { type, id, requestId } = command;
  const before = existing(view, type, id, command);
  const roles = decideLostRoles(view, id, place, requestId);
  const groupIds = type.name === 'User' ? roleGroups(view, id, place.rules) : [];
  return {
    changes: [{ kind: 'unlink', id }, { kind: 'delete', type: type.name, id }, ...roles.changes],
    events: [...lifecycleEvent('deleted', before, groupIds, place, requestId), ...roles.events],
    resource: undefined,
  };
}

/** A user who is gone by now needs no telling. */
function decideRemap(view: View, command: Command & { kind: 'remap' }, place: Circumstances): Decision {
  const { id, before, requestId } = command;
  const row = view.resource(id);
  const mapped = (rules: MappingRules) => ({ rules, groupIds: roleGroups(view, id, rules) });
  const update = row && userUpdate(row, mapped(before), mapped(place.rules), place, requestId);
  if (update === undefined) return { changes: [], events: [], resource: undefined };
  return {
    changes: [{ kind: 'put', resource: update.resource, isNew: false }],
    events: [update.event],
    resource: undefined,
  };
}

export const noSuchResource = (type: ResourceType, id: string): NotFound =>
  new NotFound(`There is no ${type.name} with id "${id}" in this directory. Look it up with a filter, or create it.`);

/** The resource, with what is assumed of it, if it is in the state that the command asks for (RFC 9110 section 13.2.2). */
function existing(view: View, type: ResourceType, id: string, { ifMatch, ifNoneMatch }: Preconditions): ResourceRow {
  const row = view.resource(id);
  if (row?.type !== type.name) throw noSuchResource(type, id);
  if (ifMatch !== undefined && !etagMatches(ifMatch, row.version)) {
    throw new PreconditionFailed(
      `If-Match is ${ifMatch}, but the ${type.name} is at W/"${row.version}". Read it again and repeat the change.`,
    );
  }
  if (ifNoneMatch !== undefined && etagMatches(ifNoneMatch, row.version)) {
    throw new PreconditionFailed(
      `If-None-Match is ${ifNoneMatch}, and the ${type.name} is at W/"${row.version}". Leave the header out to change it.`,
    );
  }
  return { ...row, attributes: withAssumed(type, row.attributes) };
}

function wanted(
  command: Command & { kind: 'replace' | 'modify' },
  before: ResourceRow,
): { attributes: Attributes; edits: readonly MemberEdit[] } {
  if (command.kind === 'replace') {
    const { attributes, members } = command.input;
    // An omitted readWrite attribute is cleared (RFC 7644 section 3.5.1), members included, where the type has any.
    const edits = command.type.schema.attributes.some(({ relation }) => relation === 'members')
      ? replaceBy(members ?? [])
      : [];
    return { attributes: withAssumed(command.type, keepImmutable(command.type, before.attributes, attributes)), edits };
  }
  const patched = applyPatch(command.type, before.attributes, command.operations);
  return { attributes: withAssumed(command.type, patched.attributes), edits: patched.members };
}

const editsIn = (operations: readonly PatchOperation[]): MemberEdit[] =>
  operations.flatMap((operation) => (operation.kind === 'members' ? operation.edit : []));

const replaceBy = (ids: readonly string[]): MemberEdit[] => [{ kind: 'replace', ids }];

/**
 * Uniqueness needs no index: a directory's commits are serial, and the view knows who bears the value. What the resource bears already
 * (`borne`) nobody else does, and nobody has to be looked for.
 */
function requireUnique(
  view: View,
  type: ResourceType,
  id: string,
  attributes: Attributes,
  borne: readonly string[] = [],
): void {
  for (const { attribute, value, key } of uniqueKeys(type, attributes)) {
    if (borne.includes(key)) continue;
    const bearer = view.bearer(type.name, key);
    if (bearer !== undefined && bearer.id !== id) {
      throw new Uniqueness(
        `Another ${type.name} (id "${bearer.id}") already has the ${attribute} "${value}". Update that one, or send another ${attribute}.`,
      );
    }
  }
}

/** `groupIds`: the groups that give a user a role. */
function lifecycleEvent(
  what: 'created' | 'deleted',
  row: ResourceRow,
  groupIds: readonly string[],
  place: Circumstances,
  requestId: string,
): EventDraft[] {
  const cause = { requestId };
  switch (row.type) {
    case 'User':
      return [{ type: `user.${what}`, data: userData(row, place, { rules: place.rules, groupIds }), cause }];
    case 'Group':
      return [{ type: `group.${what}`, data: groupData(row, place), cause }];
    default:
      return [{ type: `resource.${what}`, data: resourceData(row, place), cause }];
  }
}

function updateEvent(
  view: View,
  before: ResourceRow,
  after: ResourceRow,
  place: Circumstances,
  requestId: string,
): EventDraft[] {
  const cause = { requestId };
  switch (after.type) {
    case 'User': {
      const mapped = { rules: place.rules, groupIds: roleGroups(view, after.id, place.rules) };
      const data = userData(after, place, mapped);
      return [{ type: 'user.updated', data, previous: previousOf(userData(before, place, mapped), data), cause }];
    }
    case 'Group': {
      const data = groupData(after, place);
      return [{ type: 'group.updated', data, previous: previousOf(groupData(before, place), data), cause }];
    }
    default: {
      const data = resourceData(after, place);
      const previous = previousOfResource(resourceData(before, place), data);
      return [{ type: 'resource.updated', data, previous, cause }];
    }
  }
}

import { scimPatch, type ScimPatchOperation, type ScimResource } from 'scim-patch';
import SCIMMY from 'scimmy';
import { decideBatch } from '../../../shared/directory/batch.js';
import type { Command } from '../../../shared/directory/command.js';
import { GENESIS, type Change, type Commit, type Decider, type Head } from '../../../shared/directory/commit.js';
import { mergeNeeds } from '../../../shared/directory/needs.js';
import type { Membership, ResourceRow } from '../../../shared/directory/resource.js';
import type { Facts } from '../../../shared/directory/view.js';
import { readResource } from '../../../shared/scim/input.js';
import { indexKeys, uniqueKeys } from '../../../shared/scim/keys.js';
import { renderResource } from '../../../shared/scim/messages.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import type { ResourceType } from '../../../shared/scim/schema.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';
import { userOf } from '../create.js';
import { comparison, job, type Comparison, type Job } from './comparison.js';
import { BASE_URL, ENTERPRISE, patchOf, type Patch } from './users.js';

/** From a request's body to what is changed and the bytes of the events that tell of it: what a commit is made of, without the store. */

interface Input {
  readonly patch: Patch;
}

const AT = Date.UTC(2026, 0, 31);
const MEMBERS = 1_000;
const HEAD: Head = { ...GENESIS, number: 7, lastSeq: 7, counts: { User: MEMBERS + 1, Group: 1 } };
const DECIDER: Decider = {
  directory: { id: 'dir', organizationId: 'org', partition: 0 },
  now: AT,
  newId: () => '01900000-0000-7000-8000-000000000000',
};

function row(type: ResourceType, id: string, body: object): ResourceRow {
  const { attributes } = readResource(type, body);
  return {
    id,
    type: type.name,
    version: 1,
    createdAt: AT,
    updatedAt: AT,
    attributes,
    keys: indexKeys(type, attributes),
  };
}

const idOf = (number: number): string => `0190${String(number).padStart(4, '0')}-0000-7000-8000-000000000000`;
const crowd = row(GROUP, 'crowd', { displayName: 'Crowd' });
const members: readonly Membership[] = Array.from({ length: MEMBERS }, (_, number) => ({
  groupId: crowd.id,
  memberId: idOf(number),
  memberType: 'User',
}));
/** Not there yet. */
const NEWCOMER = userOf(MEMBERS + 1);
const USERS = [0, 1, MEMBERS].map((number) => row(USER, idOf(number), userOf(number)));

/** The users and the group that are named here, and who of them is a member: what the store would load, whatever else there is. */
const FACTS: Facts = {
  asked: mergeNeeds({
    ids: new Set([crowd.id, ...USERS.map(({ id }) => id), 'new']),
    keys: [userOf(0), NEWCOMER]
      .flatMap((body) => uniqueKeys(USER, readResource(USER, body).attributes))
      .map(({ key }) => ({ type: 'User', key })),
    memberships: USERS.map(({ id }) => ({ groupId: crowd.id, memberId: id })),
  }),
  loaded: { resources: [crowd, ...USERS], memberships: members.slice(0, 2), heldKeys: [] },
};

/** The commit; undefined where nothing changes. */
function decide(command: Command): Commit | undefined {
  const { commit, outcomes } = decideBatch(HEAD, FACTS, [command], DECIDER);
  const refused = outcomes.find(({ ok }) => !ok);
  if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`);
  return commit;
}

const modify = (type: ResourceType, id: string, patch: Patch): Command => ({
  kind: 'modify',
  requestId: 'request',
  type,
  id,
  operations: readPatch(type, patch),
  ifMatch: undefined,
  ifNoneMatch: undefined,
});

function membersAfter(changes: readonly Change[]): string[] {
  const ids = new Set(members.map(({ memberId }) => memberId));
  for (const change of changes) {
    if (change.kind === 'join') ids.add(change.membership.memberId);
    if (change.kind === 'leave') ids.delete(change.membership.memberId);
  }
  return [...ids].sort();
}

const idsIn = (group: object): string[] =>
  (group as { members: { value: string }[] }).members.map(({ value }) => value).sort();

const sentGroup = renderResource(
  GROUP,
  { ...crowd, members: members.map(({ memberId, memberType }) => ({ id: memberId, type: memberType })) },
  BASE_URL,
);

const onWholeGroup = ({ patch }: Input): Job => {
  const operations = patch.Operations.map((operation) => ({ ...operation }) as ScimPatchOperation);
  const group = structuredClone(sentGroup) as unknown as ScimResource;
  return job(() => scimPatch(group, operations, { mutateDocument: false, treatMissingAsAdd: true }), idsIn);
};

const scimmyGroup = ({ patch }: Input): Job => {
  const group = new SCIMMY.Schemas.Group(structuredClone(sentGroup));
  return job(
    () => new SCIMMY.Messages.PatchOp(patch as never).apply(group),
    (patched: object | undefined) => idsIn(JSON.parse(JSON.stringify(patched ?? group)) as object),
  );
};

const BY_VALUE = 'one leaves, named by its value';

/** Rollcall never sees the group's other members, and makes the event besides; the packages have the group at hand, as a whole. */
const group = comparison(
  `PATCH: one member of a group of ${MEMBERS.toLocaleString('en-US')}, with its event`,
  [
    { name: 'one joins', patch: patchOf({ op: 'add', path: 'members', value: [{ value: idOf(MEMBERS) }] }) },
    { name: 'one leaves', patch: patchOf({ op: 'remove', path: `members[value eq "${idOf(1)}"]` }) },
    { name: BY_VALUE, patch: patchOf({ op: 'remove', path: 'members', value: [{ value: idOf(0) }] }) },
  ],
  {
    ours: ({ patch }) =>
      job(
        () => decide(modify(GROUP, crowd.id, patch)),
        (commit) => membersAfter(commit?.changes ?? []),
      ),
    theirs: { 'scim-patch': onWholeGroup, scimmy: scimmyGroup },
  },
  { differences: [{ at: [BY_VALUE], of: 'scim-patch', why: 'only what equals the whole entry is removed' }] },
);

const alone = (what: string, command: () => Command): Comparison =>
  comparison(what, [{ name: what }], {
    ours: () =>
      job(
        () => decide(command()),
        (commit) => commit?.events.length,
      ),
  });

const TITLE = patchOf({ op: 'replace', path: 'title', value: 'Cook' });
const THREE = patchOf(
  { op: 'replace', path: 'displayName', value: 'Ada Holm' },
  { op: 'replace', path: 'emails[type eq "work"].value', value: 'ada.holm@bench.example' },
  { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Kitchen' },
);
const NOTHING = patchOf({ op: 'replace', path: 'title', value: 'Engineer' });

export const DECISIONS = [
  group,
  alone('a create of 1 KB, to its event', () => ({
    kind: 'create',
    requestId: 'request',
    type: USER,
    id: 'new',
    input: readResource(USER, NEWCOMER),
  })),
  alone('a PATCH of one attribute of 1 KB, to its event', () => modify(USER, idOf(0), TITLE)),
  alone('a PATCH of three, to its event', () => modify(USER, idOf(0), THREE)),
  alone('a PATCH that changes nothing, to no event', () => modify(USER, idOf(0), NOTHING)),
];

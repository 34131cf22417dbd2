import type { Conversation } from '../session.js';
import { groupChange, userChange, type UserFacts, type UserState } from '../truth.js';
import {
  ENTERPRISE_USER,
  equals,
  fingerprint,
  GROUP,
  onlyId,
  patchOf,
  plainState,
  USER,
  type Dialect,
  type Member,
  type PatchOperation,
} from './dialect.js';

/** A schema that no service provider knows: Entra ID names it for every group. */
const ADSCIM_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

const WORK_EMAIL = 'emails[type eq "work"].value';

/** Where Entra ID writes each field. `active` is written apart. */
const PATHS: readonly (readonly [field: Exclude<keyof UserState, 'active'>, path: string])[] = [
  ['externalId', 'externalId'],
  ['userName', 'userName'],
  ['email', WORK_EMAIL],
  ['given', 'name.givenName'],
  ['family', 'name.familyName'],
  ['formatted', 'name.formatted'],
  ['displayName', 'displayName'],
  ['title', 'title'],
  ['department', `${ENTERPRISE_USER}:department`],
  ['employeeNumber', `${ENTERPRISE_USER}:employeeNumber`],
  ['managerId', `${ENTERPRISE_USER}:manager`],
];

/**
 * How PATCH looks. Without the flag: capitalised operations, booleans as strings, members removed by an array of values. With
 * it: lower case, one merged object for several attributes, members removed by a filter.
 */
interface Manner {
  readonly query: string;
  readonly op: (name: 'Add' | 'Remove' | 'Replace') => string;
  readonly boolean: (value: boolean) => unknown;
  readonly merge: (operations: readonly PatchOperation[]) => readonly PatchOperation[];
  readonly removal: (members: readonly Member[]) => readonly PatchOperation[];
}

const LEGACY: Manner = {
  query: '',
  op: (name) => name,
  boolean: (value) => (value ? 'True' : 'False'),
  merge: (operations) => operations,
  removal: (members) => [{ op: 'Remove', path: 'members', value: references(members) }],
};

const COMPLIANT: Manner = {
  query: 'aadOptscim062020',
  op: (name) => name.toLowerCase(),
  boolean: (value) => value,
  merge: mergeReplacements,
  removal: (members) => members.map(({ id }) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
};

/** Microsoft Entra ID; `isCompliant` as with `?aadOptscim062020` behind the tenant URL. */
export function entraDialect(seed: number, isCompliant: boolean): Dialect {
  const manner = isCompliant ? COMPLIANT : LEGACY;
  const at = (path: string, ...query: string[]): string => {
    const all = [manner.query, ...query].filter((part) => part !== '').join('&');
    return all === '' ? path : `${path}?${all}`;
  };
  return {
    // It may send no User-Agent.
    headers: { accept: 'application/scim+json', 'content-type': 'application/scim+json; charset=utf-8' },
    // Test Connection: somebody who cannot exist.
    async connect({ get }) {
      await get(at('/Users', equals('userName', guid(seed, 'test connection'))));
    },
    userState: (person, profile, active, managerId) => ({
      ...plainState(profile, active, managerId),
      externalId: guid(seed, person),
      formatted: `${profile.given} ${profile.family}`,
    }),
    groupState: (group, displayName) => ({ externalId: guid(seed, group), displayName }),
    ...userMethods(manner, at),
    ...groupMethods(manner, at),
  };
}

type At = (path: string, ...query: string[]) => string;

function userMethods(manner: Manner, at: At): Pick<Dialect, 'createUser' | 'updateUser' | 'setActive' | 'deleteUser'> {
  return {
    async createUser(conversation, state) {
      const alone = { ...state, managerId: null };
      const id = await conversation.create({
        type: 'User',
        path: at('/Users'),
        body: newUser(state),
        change: (created) => userChange(conversation.world, created, alone),
        find: async () => onlyId(await conversation.get(at('/Users', equals('userName', state.userName)))),
        adopt: (found) =>
          conversation.overwrite(
            'PATCH',
            at(`/Users/${found}`),
            patchOf([
              { op: manner.op('Replace'), path: 'active', value: manner.boolean(state.active) },
              ...profileOperations(manner, undefined, alone),
            ]),
            userChange(conversation.world, found, alone),
          ),
      });
      if (state.managerId !== null) await patchProfile(conversation, manner, at(`/Users/${id}`), id, state);
      return id;
    },
    async updateUser(conversation, id, state) {
      const path = at(`/Users/${id}`);
      await conversation.get(path);
      await patchProfile(conversation, manner, path, id, state);
    },
    async setActive({ get, write, world }, id, state) {
      const path = at(`/Users/${id}`);
      await get(path);
      const operation = { op: manner.op('Replace'), path: 'active', value: manner.boolean(state.active) };
      await write('PATCH', path, patchOf([operation]), userChange(world, id, state));
    },
    deleteUser: ({ write, world }, id) =>
      write('DELETE', at(`/Users/${id}`), undefined, userChange(world, id, undefined)),
  };
}

function groupMethods(
  manner: Manner,
  at: At,
): Pick<Dialect, 'createGroup' | 'renameGroup' | 'moveMembers' | 'deleteGroup'> {
  const look = ({ get }: Conversation, id: string): Promise<unknown> =>
    get(at(`/Groups/${id}`, 'excludedAttributes=members'));
  return {
    createGroup: (conversation, state) =>
      conversation.create({
        type: 'Group',
        path: at('/Groups'),
        body: { schemas: [GROUP, ADSCIM_GROUP], ...state, meta: { resourceType: 'Group' } },
        change: (id) => groupChange(conversation.world, id, state),
        find: async () =>
          onlyId(
            await conversation.get(
              at('/Groups', 'excludedAttributes=members', equals('displayName', state.displayName)),
            ),
          ),
        adopt: async (id) => conversation.learn(groupChange(conversation.world, id, state)),
      }),
    async renameGroup(conversation, id, state) {
      await look(conversation, id);
      const operation = { op: manner.op('Replace'), path: 'displayName', value: state.displayName };
      await conversation.write(
        'PATCH',
        at(`/Groups/${id}`),
        patchOf([operation]),
        groupChange(conversation.world, id, state),
      );
    },
    async moveMembers(conversation, id, joins, leaves) {
      await look(conversation, id);
      const path = at(`/Groups/${id}`);
      if (joins.length > 0) {
        const joined = joins.map((member) => member.id);
        const operation = { op: manner.op('Add'), path: 'members', value: references(joins) };
        await conversation.write('PATCH', path, patchOf([operation]), { type: 'Members', id, joined, left: [] });
      }
      if (leaves.length > 0) {
        const left = leaves.map((member) => member.id);
        await conversation.write('PATCH', path, patchOf(manner.removal(leaves)), {
          type: 'Members',
          id,
          joined: [],
          left,
        });
      }
    },
    deleteGroup: ({ write, world }, id) =>
      write('DELETE', at(`/Groups/${id}`), undefined, groupChange(world, id, undefined)),
  };
}

const newUser = (state: UserState): object => ({
  schemas: [USER, ENTERPRISE_USER],
  externalId: state.externalId,
  userName: state.userName,
  active: state.active,
  displayName: state.displayName,
  emails: [{ primary: true, type: 'work', value: state.email }],
  meta: { resourceType: 'User' },
  name: { formatted: state.formatted, familyName: state.family, givenName: state.given },
  title: state.title,
  roles: [],
  [ENTERPRISE_USER]: { employeeNumber: state.employeeNumber, department: state.department },
});

/** `path` is where the user is written. */
async function patchProfile(
  conversation: Conversation,
  manner: Manner,
  path: string,
  id: string,
  state: UserState,
): Promise<void> {
  const before = conversation.world.users.get(id);
  const operations = profileOperations(manner, before, state);
  if (operations.length === 0) return;
  await conversation.write('PATCH', path, patchOf(operations), userChange(conversation.world, id, state));
}

/** One operation per field that differs: Add where there was nothing, Remove where nothing is left. A manager is a bare id. */
function profileOperations(manner: Manner, before: UserFacts | undefined, after: UserState): readonly PatchOperation[] {
  const operations = PATHS.flatMap(([field, path]): PatchOperation[] => {
    const [was, is] = [before?.[field], after[field]];
    if (was === is || (was === undefined && is === null)) return [];
    if (is === null) return [{ op: manner.op('Remove'), path }];
    return [{ op: manner.op(was === null ? 'Add' : 'Replace'), path, value: is }];
  });
  return manner.merge(operations);
}

/** Replacements without a value filter become one operation whose value has their paths, dotted and with URNs, as keys. */
function mergeReplacements(operations: readonly PatchOperation[]): readonly PatchOperation[] {
  const merged = operations.filter(({ op, path }) => op === 'replace' && path !== WORK_EMAIL);
  if (merged.length < 2) return operations;
  const value = Object.fromEntries(
    merged.map((operation): [string, unknown] => [operation.path ?? '', operation.value]),
  );
  return [...operations.filter((operation) => !merged.includes(operation)), { op: 'replace', value }];
}

const references = (members: readonly Member[]): object[] => members.map(({ id }) => ({ $ref: null, value: id }));

function guid(seed: number, name: string): string {
  const hex = fingerprint(seed, name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

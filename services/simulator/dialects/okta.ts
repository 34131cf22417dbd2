import { StepFailed, type Conversation } from '../session.js';
import { groupChange, userChange, type UserState } from '../truth.js';
import { asObject } from '../json.js';
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
} from './dialect.js';

/**
 * Okta: the profile by PUT of an echoed GET, as apps made with the wizard do; (de)activation by a PATCH without a path, as
 * catalogue apps do; groups by Group Push. It never deletes a user.
 */
export function oktaDialect(seed: number): Dialect {
  const idOf = (name: string): string => fingerprint(seed, name).slice(0, 17);
  return {
    headers: {
      'user-agent': 'Okta SCIM Client 1.0.0',
      accept: 'application/scim+json',
      'content-type': 'application/scim+json; charset=utf-8',
    },
    async connect({ get }) {
      await get('/Users?startIndex=1&count=2');
      await get('/Groups?startIndex=1&count=100');
    },
    userState: (person, profile, active, managerId) => ({
      ...plainState(profile, active, managerId),
      externalId: `00u${idOf(person)}`,
      formatted: null,
    }),
    groupState: (_group, displayName) => ({ externalId: null, displayName }),
    ...userMethods(idOf),
    ...groupMethods,
  };
}

const userMethods = (idOf: (name: string) => string): Pick<Dialect, 'createUser' | 'updateUser' | 'setActive'> => ({
  createUser: (conversation, state) =>
    conversation.create({
      type: 'User',
      path: '/Users',
      body: {
        schemas: [USER, ENTERPRISE_USER],
        ...profileOf(state),
        locale: 'en-US',
        groups: [],
        password: `P-${idOf(`password of ${state.userName}`)}`,
      },
      change: (id) => userChange(conversation.world, id, state),
      find: () => findBy(conversation, '/Users', 'userName', state.userName),
      adopt: (id) => replaceProfile(conversation, id, state, 'overwrite'),
    }),
  updateUser: (conversation, id, state) => replaceProfile(conversation, id, state, 'write'),
  setActive: ({ write, world }, id, state) => {
    const operation = { op: 'replace', value: { active: state.active } };
    return write('PATCH', `/Users/${id}`, patchOf([operation]), userChange(world, id, state));
  },
});

const groupMethods: Pick<Dialect, 'createGroup' | 'renameGroup' | 'moveMembers' | 'deleteGroup'> = {
  createGroup: (conversation, state) =>
    conversation.create({
      type: 'Group',
      path: '/Groups',
      body: { schemas: [GROUP], displayName: state.displayName, members: [] },
      change: (id) => groupChange(conversation.world, id, state),
      find: () => findBy(conversation, '/Groups', 'displayName', state.displayName),
      // A linked group's members are pushed as a whole.
      adopt: (id) => {
        const operation = { op: 'replace', path: 'members', value: [] };
        const change = groupChange(conversation.world, id, state);
        return conversation.overwrite('PATCH', `/Groups/${id}`, patchOf([operation]), change);
      },
    }),
  renameGroup: ({ write, world }, id, state) => {
    const operation = { op: 'replace', value: { id, displayName: state.displayName } };
    return write('PATCH', `/Groups/${id}`, patchOf([operation]), groupChange(world, id, state));
  },
  moveMembers: ({ write }, id, joins, leaves) => {
    const [joined, left] = [joins.map((member) => member.id), leaves.map((member) => member.id)];
    const operations = [...leaves.map(leaveOperation), ...joinOperations(joins)];
    return write('PATCH', `/Groups/${id}`, patchOf(operations), { type: 'Members', id, joined, left });
  },
  deleteGroup: ({ write, world }, id) => write('DELETE', `/Groups/${id}`, undefined, groupChange(world, id, undefined)),
};

const leaveOperation = ({ id }: Member) => ({ op: 'remove', path: `members[value eq "${id}"]` });

const joinOperations = (joins: readonly Member[]) =>
  joins.length === 0
    ? []
    : [{ op: 'add', path: 'members', value: joins.map(({ id, userName }) => ({ value: id, display: userName })) }];

const findBy = async (
  { get }: Conversation,
  path: string,
  attribute: string,
  value: string,
): Promise<string | undefined> => onlyId(await get(`${path}?${equals(attribute, value)}&startIndex=1&count=100`));

/** GET, then PUT what came with the profile laid over it: `id`, `meta` and `groups` go back too. */
async function replaceProfile(
  conversation: Conversation,
  id: string,
  state: UserState,
  how: 'write' | 'overwrite',
): Promise<void> {
  const path = `/Users/${id}`;
  const echo = await conversation.get(path);
  if (echo === undefined) throw new StepFailed(`GET ${path}: 404: the user is gone`);
  const profile = profileOf(state);
  const body = { ...echo, ...profile, name: { ...asObject(echo['name']), ...profile.name } };
  await conversation[how]('PUT', path, body, userChange(conversation.world, id, state));
}

/** What Okta writes of a user. */
export const profileOf = (state: UserState) => ({
  userName: state.userName,
  name: { givenName: state.given, familyName: state.family },
  emails: [{ primary: true, value: state.email, type: 'work' }],
  displayName: state.displayName,
  title: state.title,
  externalId: state.externalId,
  active: state.active,
  [ENTERPRISE_USER]: {
    employeeNumber: state.employeeNumber,
    department: state.department,
    ...(state.managerId === null ? {} : { manager: { value: state.managerId } }),
  },
});

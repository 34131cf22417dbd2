import {
  ENTERPRISE_USER,
  GROUP as GROUP_URN,
  patchOf,
  USER as USER_URN,
} from '../../services/simulator/dialects/dialect.js';
import { profileOf } from '../../services/simulator/dialects/okta.js';
import { openSession, StepFailed, type Conversation, type Session } from '../../services/simulator/session.js';
import { groupChange, userChange, type GroupState, type UserState } from '../../services/simulator/truth.js';
import type { Wire } from '../../services/simulator/wire.js';

/** One thing that an identity provider wants, of people and groups by number. What makes no sense is left out. */
export type Write =
  | { readonly do: 'user'; readonly who: number; readonly title: number }
  | { readonly do: 'active'; readonly who: number; readonly active: boolean }
  | { readonly do: 'delete user'; readonly who: number }
  | { readonly do: 'group'; readonly group: number; readonly name: number }
  | {
      readonly do: 'members';
      readonly group: number;
      readonly joins: readonly number[];
      readonly leaves: readonly number[];
    }
  | { readonly do: 'delete group'; readonly group: number };

export interface Provider {
  readonly session: Session;
  /** Begins it, behind what it has begun about the same people and groups. */
  write(write: Write): void;
  /** Whether something that was begun has not been answered yet. */
  isBusy(): boolean;
}

/** An identity provider that repeats what is not answered for as long as it takes. */
export function createProvider(wire: Wire, pause: (ms: number) => Promise<void>): Provider {
  const session = openSession(wire, { tries: Infinity, onExchange: () => undefined, pause });
  const ends = new Map<string, Promise<void>>();
  const known: Known = { users: new Map(), groups: new Map() };
  let busy = 0;
  return {
    session,
    write(write) {
      const keys = keysOf(write);
      const before = Promise.all(keys.flatMap((key) => ends.get(key) ?? []));
      busy += 1;
      const end = before
        .then(() => play(write, session.during(write.do), known))
        .finally(() => (busy -= 1))
        .catch((error: unknown) => {
          if (!(error instanceof StepFailed)) throw error;
        });
      for (const key of keys) ends.set(key, end);
    },
    isBusy: () => busy > 0,
  };
}

/** SCIM ids by number, and how users are meant to be. */
interface Known {
  readonly users: Map<number, { readonly id: string; readonly state: UserState }>;
  readonly groups: Map<number, string>;
}

function keysOf(write: Write): string[] {
  if ('who' in write) return [`user ${write.who}`];
  const members = write.do === 'members' ? [...write.joins, ...write.leaves] : [];
  return [`group ${write.group}`, ...members.map((who) => `user ${who}`)];
}

async function play(write: Write, conversation: Conversation, known: Known): Promise<void> {
  if ('who' in write) await playUser(write, conversation, known);
  else await playGroup(write, conversation, known);
}

async function playUser(
  write: Extract<Write, { who: number }>,
  conversation: Conversation,
  { users }: Known,
): Promise<void> {
  const { who } = write;
  const user = users.get(who);
  if (write.do === 'user') {
    const state = { ...stateOf(who), active: user?.state.active ?? true, title: `Title ${write.title}` };
    users.set(who, { id: await put('User', user?.id, state, conversation), state });
  } else if (user === undefined) return;
  else if (write.do === 'active') {
    const state = { ...user.state, active: write.active };
    const operation = { op: 'replace', path: 'active', value: write.active };
    await conversation.write(
      'PATCH',
      `/Users/${user.id}`,
      patchOf([operation]),
      userChange(conversation.world, user.id, state),
    );
    users.set(who, { id: user.id, state });
  } else {
    await conversation.write(
      'DELETE',
      `/Users/${user.id}`,
      undefined,
      userChange(conversation.world, user.id, undefined),
    );
    users.delete(who);
  }
}

async function playGroup(
  write: Extract<Write, { group: number }>,
  conversation: Conversation,
  { users, groups }: Known,
): Promise<void> {
  const { world } = conversation;
  const id = groups.get(write.group);
  if (write.do === 'group') {
    const state = { displayName: `Group ${write.group} ${write.name}`, externalId: `g${write.group}` };
    groups.set(write.group, await put('Group', id, state, conversation));
  } else if (id === undefined) return;
  else if (write.do === 'members') {
    const present = world.members.get(id) ?? new Set();
    const idsOf = (numbers: readonly number[]): string[] => numbers.flatMap((who) => users.get(who)?.id ?? []);
    const joined = idsOf(write.joins).filter((member) => !present.has(member));
    const left = idsOf(write.leaves).filter((member) => present.has(member));
    if (joined.length + left.length === 0) return;
    const operations = [
      ...left.map((member) => ({ op: 'remove', path: `members[value eq "${member}"]` })),
      ...(joined.length === 0 ? [] : [{ op: 'add', path: 'members', value: joined.map((value) => ({ value })) }]),
    ];
    await conversation.write('PATCH', `/Groups/${id}`, patchOf(operations), { type: 'Members', id, joined, left });
  } else {
    await conversation.write('DELETE', `/Groups/${id}`, undefined, groupChange(world, id, undefined));
    groups.delete(write.group);
  }
}

/** Creates it, or changes it where there is one. Answers its id. */
async function put(
  type: 'User' | 'Group',
  id: string | undefined,
  state: UserState | GroupState,
  { world, create, write, overwrite, get }: Conversation,
): Promise<string> {
  const path = `/${type}s`;
  const isUser = 'userName' in state;
  const body = isUser ? userBody(state) : groupBody(state);
  const change = (of: string) => (isUser ? userChange(world, of, state) : groupChange(world, of, state));
  if (id !== undefined) {
    if (isUser) await write('PUT', `${path}/${id}`, body, change(id));
    // A PUT without members would end all memberships.
    else
      await write(
        'PATCH',
        `${path}/${id}`,
        patchOf([{ op: 'replace', path: 'displayName', value: state.displayName }]),
        change(id),
      );
    return id;
  }
  return create({
    ...{ type, path, body, change },
    async find() {
      const found = await get(`${path}?externalId=${String(state.externalId)}`);
      return typeof found?.['id'] === 'string' ? found['id'] : undefined;
    },
    adopt: (found) => overwrite('PUT', `${path}/${found}`, body, change(found)),
  });
}

const stateOf = (who: number): UserState => ({
  externalId: `u${who}`,
  userName: `person-${who}@example.com`,
  active: true,
  email: `person-${who}@example.com`,
  given: 'Person',
  family: String(who),
  formatted: null,
  displayName: `Person ${who}`,
  title: '',
  department: 'Works',
  employeeNumber: String(who),
  managerId: null,
});

const userBody = (state: UserState) => ({ schemas: [USER_URN, ENTERPRISE_USER], ...profileOf(state) });

const groupBody = ({ displayName, externalId }: GroupState) => ({ schemas: [GROUP_URN], displayName, externalId });

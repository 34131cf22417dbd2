import fc from 'fast-check';
import {
  createSyncState,
  type SyncStore,
  type DirectoryEvent,
  type WebhookEvent,
} from '../../../shared/consumer/index.js';
import { exampleEvent } from '../../../shared/events/example.js';

const DIRECTORY = 'directory';

const template = (type: DirectoryEvent['type']): DirectoryEvent =>
  JSON.parse(exampleEvent(type, 'event', '2026-01-31T09:30:00.000Z')) as DirectoryEvent;

type Step =
  | { readonly kind: 'user'; readonly user: number }
  | { readonly kind: 'leave'; readonly user: number }
  | { readonly kind: 'join'; readonly isAdded: boolean; readonly group: number; readonly members: readonly number[] };

/** A copy of a directory, as a host application would keep it. */
function createMirror() {
  const users = new Map<string, number>();
  const members = new Set<string>();
  return {
    users,
    members,
    apply(event: WebhookEvent): void {
      switch (event.type) {
        case 'user.created':
        case 'user.updated':
          users.set(event.data.id, event.seq);
          break;
        case 'user.deleted':
          users.delete(event.data.id);
          for (const pair of members) if (pair.endsWith(`/${event.data.id}`)) members.delete(pair);
          break;
        case 'group.members_added':
          for (const { id } of event.data.members) members.add(`${event.data.group.id}/${id}`);
          break;
        case 'group.members_removed':
          for (const { id } of event.data.members) members.delete(`${event.data.group.id}/${id}`);
          break;
        default:
      }
    },
    state: () => ({ users: [...users].sort(), members: [...members].sort() }),
  };
}

/** What a directory would tell of the steps: `seq` from 1, no membership of a user that is not there. */
function historyOf(steps: readonly Step[]): DirectoryEvent[] {
  const known = new Set<string>();
  const events: DirectoryEvent[] = [];
  const tell = (type: DirectoryEvent['type'], data: object): void => {
    const seq = events.length + 1;
    events.push({
      ...template(type),
      directoryId: DIRECTORY,
      id: `event-${seq}`,
      seq,
      data,
    } as unknown as DirectoryEvent);
  };
  for (const step of steps) {
    if (step.kind === 'user') {
      const id = `user-${step.user}`;
      tell(known.has(id) ? 'user.updated' : 'user.created', { id });
      known.add(id);
    } else if (step.kind === 'leave') {
      const id = `user-${step.user}`;
      // Ids do not come back: a provider that creates the user anew gets another one.
      if (known.delete(id)) tell('user.deleted', { id });
    } else {
      const members = step.members.map((user) => ({ id: `user-${user}` })).filter(({ id }) => known.has(id));
      const type = step.isAdded ? 'group.members_added' : 'group.members_removed';
      if (members.length > 0) tell(type, { group: { id: `group-${step.group}` }, members });
    }
  }
  return events;
}

const user = fc.nat({ max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('user' as const), user }),
  fc.record({
    kind: fc.constantFrom('join' as const),
    isAdded: fc.boolean(),
    group: fc.nat({ max: 1 }),
    members: fc.uniqueArray(user, { minLength: 1, maxLength: 3 }),
  }),
);
/** A user who leaves does not come back under the same id, so leavers come last. */
const steps = fc
  .tuple(fc.array(step, { maxLength: 25 }), fc.array(user, { maxLength: 3 }))
  .map(([before, leavers]) => [...before, ...leavers.map((one): Step => ({ kind: 'leave', user: one }))]);

test('lost, repeated and in any order: after a repair the copy is what the events in their order make of it', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.array(fc.nat(), { maxLength: 60 }), async (told, arrivals) => {
      const history = historyOf(told);
      if (history.length === 0) return;
      const first = history[0];
      const newest = history.at(-1);
      const wanted = createMirror();
      history.forEach((event) => wanted.apply(event));

      const mirror = createMirror();
      const state = createSyncState({
        fetchEvents: async (_directoryId, afterSeq) => history.filter(({ seq }) => seq > afterSeq).slice(0, 3),
      });
      // The first and the newest arrive: what is missing is between them.
      const deliveries = [first, ...arrivals.map((at) => history[at % history.length]), newest];
      for (const event of deliveries) if (event !== undefined) await state.handle(event, (one) => mirror.apply(one));
      await state.repair(DIRECTORY, (one) => mirror.apply(one));
      expect(await state.gaps(DIRECTORY)).toEqual([]);
      expect(mirror.state()).toEqual(wanted.state());
      for (const event of history) expect(await state.handle(event, fail)).toBe('repeat');
    }),
    { numRuns: 1000 },
  );
});

const fail = (): void => {
  throw new Error('It was applied twice.');
};

const userEvent = (seq: number, id = 'ann'): DirectoryEvent =>
  ({ ...template('user.updated'), directoryId: DIRECTORY, seq, data: { id } }) as DirectoryEvent;

test('gaps are told with both ends, and those that close are not', async () => {
  const state = createSyncState();
  for (const seq of [3, 9, 5, 4, 11]) await state.handle(userEvent(seq, `user-${seq}`), () => undefined);
  expect(await state.gaps(DIRECTORY)).toEqual([
    { from: 6, to: 8 },
    { from: 10, to: 10 },
  ]);
  expect(await state.gaps('another')).toEqual([]);
});

test('an event whose apply fails is not handled, and comes again', async () => {
  const state = createSyncState();
  await expect(state.handle(userEvent(1), fail)).rejects.toThrow('applied twice');
  expect(await state.handle(userEvent(1), () => undefined)).toBe('applied');
  expect(await state.handle(userEvent(1), fail)).toBe('repeat');
});

test('events of one directory are applied one after another, those of others meanwhile', async () => {
  const state = createSyncState();
  const order: string[] = [];
  let release = (): void => undefined;
  const first = state.handle(userEvent(1), async () => {
    await new Promise<void>((resolve) => (release = resolve));
    order.push('first');
  });
  const second = state.handle(userEvent(2, 'bob'), () => void order.push('second'));
  await state.handle({ ...userEvent(1), directoryId: 'another' }, () => void order.push('another'));
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['another', 'first', 'second']);
});

test('a state that is kept goes on where it was, and a thousand gaps are remembered at most', async () => {
  const kept = new Map<string, string>();
  const store: SyncStore = { get: async (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) };
  await createSyncState({ store }).handle(userEvent(7), () => undefined);
  const state = createSyncState({ store });
  expect(await state.handle(userEvent(7), fail)).toBe('repeat');
  expect(await state.handle(userEvent(6), fail)).toBe('stale');
  for (let seq = 10; seq < 10 + 2 * 1200; seq += 2) await state.handle(userEvent(seq, `user-${seq}`), () => undefined);
  const gaps = await state.gaps(DIRECTORY);
  expect(gaps).toHaveLength(999);
  expect(gaps.at(-1)).toEqual({ from: 2407, to: 2407 });
});

test('a repair without an Events API says what is missing', async () => {
  const state = createSyncState();
  await state.handle(userEvent(1), () => undefined);
  await state.handle(userEvent(3), () => undefined);
  await expect(state.repair(DIRECTORY, () => undefined)).rejects.toThrow('give createSyncState an eventsApi');
});

import type { DirectoryEvent, WebhookEvent } from './events.js';

/** `repeat`: handled before. `stale`: something later about the same user, group or membership was applied already. */
export type Verdict = 'applied' | 'repeat' | 'stale';

/** Where the state is kept: a table of two texts is enough. Without one it is kept in memory, and gone with the process. */
export interface SyncStore {
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, value: string): void | Promise<void>;
}

export type Apply = (event: WebhookEvent) => void | Promise<void>;

/** `seq` of events that have not come, both ends included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface SyncStateOptions {
  readonly store?: SyncStore;
  /** Answers events of a directory after a `seq`, in their order, up to a hundred or so; see `eventsApi`. Needed by `repair` alone. */
  readonly fetchEvents?: (directoryId: string, afterSeq: number) => Promise<readonly DirectoryEvent[]>;
}

export interface SyncState {
  /**
   * Applies an event unless it is a repeat or stale; of a membership event, the members for whom it is not. Events of one directory are
   * handled one after another. An event whose `apply` rejects is not handled: it may come again. Operational events have no `seq`, and
   * are applied whenever they come.
   */
  handle(event: WebhookEvent, apply: Apply): Promise<Verdict>;
  /**
   * What has not come of a directory between the first and the newest event that did. Only an endpoint that subscribes to everything
   * gets every `seq`; and what is missing may be on its way: look again in a minute before you repair.
   */
  gaps(directoryId: string): Promise<readonly Gap[]>;
  /** Fetches what is missing, and handles it. Answers how many events were applied. */
  repair(directoryId: string, apply: Apply): Promise<number>;
}

/** Most ranges of `seq` remembered of a directory; beyond, the oldest gaps are given up. */
const RANGES_MAX = 1000;

/** Keeps a copy of directories in step with their events: drops repeats and what is stale, and finds what is missing. */
export function createSyncState({ store = inMemory(), fetchEvents }: SyncStateOptions = {}): SyncState {
  const inTurn = createTurns();
  const handledOf = async (directoryId: string): Promise<Gap[]> =>
    JSON.parse((await store.get(directoryId)) ?? '[]') as Gap[];

  const handle = async (event: DirectoryEvent, apply: Apply): Promise<Verdict> => {
    const { directoryId, seq } = event;
    const handled = await handledOf(directoryId);
    if (handled.some(({ from, to }) => from <= seq && seq <= to)) return 'repeat';
    const fresh = await freshPartOf(event, store);
    if (fresh !== undefined) {
      await apply(fresh);
      for (const [key, mark] of marksOf(fresh)) await store.set(key, mark);
    }
    await store.set(directoryId, JSON.stringify(including(handled, seq)));
    return fresh === undefined ? 'stale' : 'applied';
  };

  const gaps = async (directoryId: string): Promise<Gap[]> => gapsBetween(await handledOf(directoryId));

  const fill = async (gap: Gap, directoryId: string, apply: Apply): Promise<number> => {
    if (fetchEvents === undefined) throw new TypeError('fetchEvents is missing: give createSyncState an eventsApi.');
    let applied = 0;
    for (let after = gap.from - 1; after < gap.to;) {
      const found = await fetchEvents(directoryId, after);
      const missing = found.filter(({ seq }) => seq <= gap.to);
      for (const event of missing) {
        if ((await inTurn(directoryId, () => handle(event, apply))) === 'applied') applied += 1;
      }
      const last = found.at(-1)?.seq;
      if (last === undefined || missing.length < found.length) break;
      after = last;
    }
    return applied;
  };

  return {
    async handle(event, apply) {
      if (event.seq !== null) return inTurn(event.directoryId, () => handle(event, apply));
      await apply(event);
      return 'applied';
    },
    gaps,
    async repair(directoryId, apply) {
      let applied = 0;
      for (const gap of await gaps(directoryId)) applied += await fill(gap, directoryId, apply);
      return applied;
    },
  };
}

/** Work about the same directory is done one after another. */
function createTurns(): <T>(directoryId: string, work: () => Promise<T>) => Promise<T> {
  const turns = new Map<string, Promise<unknown>>();
  return (directoryId, work) => {
    const turn = (turns.get(directoryId) ?? Promise.resolve()).then(work);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (turns.get(directoryId) === settled) turns.delete(directoryId);
      });
    turns.set(directoryId, settled);
    return turn;
  };
}

function inMemory(): SyncStore {
  const values = new Map<string, string>();
  return { get: (key) => values.get(key), set: (key, value) => void values.set(key, value) };
}

const gapsBetween = (handled: readonly Gap[]): Gap[] =>
  handled.slice(1).map(({ from }, index) => ({ from: (handled[index]?.to ?? 0) + 1, to: from - 1 }));

/** Ranges of `seq` in their order, none touching the next. */
function including(handled: readonly Gap[], seq: number): Gap[] {
  const before = handled.filter(({ to }) => to < seq - 1);
  const after = handled.filter(({ from }) => from > seq + 1);
  const touching = handled.slice(before.length, handled.length - after.length);
  const joined = { from: Math.min(seq, touching[0]?.from ?? seq), to: Math.max(seq, touching.at(-1)?.to ?? seq) };
  const all = [...before, joined, ...after];
  const given = all.splice(0, Math.max(0, all.length - RANGES_MAX));
  const [first, ...rest] = all;
  return first === undefined || given[0] === undefined ? all : [{ from: given[0].from, to: first.to }, ...rest];
}

/** The `seq` of what was last applied about something, and whether that was its end. */
interface Mark {
  readonly seq: number;
  readonly isGone: boolean;
}

async function markAt(store: SyncStore, key: string): Promise<Mark> {
  const text = (await store.get(key)) ?? '0';
  return { seq: parseInt(text, 10), isGone: text.endsWith('x') };
}

/** An event without what is stale of it; undefined when nothing is left. */
async function freshPartOf(event: DirectoryEvent, store: SyncStore): Promise<DirectoryEvent | undefined> {
  const { directoryId, seq } = event;
  const isLater = async (key: string): Promise<boolean> => (await markAt(store, key)).seq > seq;
  const isGoneLater = async (id: string): Promise<boolean> => {
    const mark = await markAt(store, `${directoryId}/${id}`);
    return mark.isGone && mark.seq > seq;
  };
  switch (event.type) {
    case 'group.members_added':
    case 'group.members_removed': {
      const { group, members } = event.data;
      if (await isGoneLater(group.id)) return undefined;
      const fresh: (typeof members)[number][] = [];
      for (const member of members) {
        const isStale = (await isLater(pairKey(directoryId, group.id, member.id))) || (await isGoneLater(member.id));
        if (!isStale) fresh.push(member);
      }
      return fresh.length === 0 ? undefined : { ...event, data: { group, members: fresh } };
    }
    default:
      return (await isLater(`${directoryId}/${event.data.id}`)) ? undefined : event;
  }
}

const pairKey = (directoryId: string, groupId: string, memberId: string): string =>
  `${directoryId}/${groupId}/${memberId}`;

/** What is to be remembered of an event that was applied. */
function marksOf(event: DirectoryEvent): [key: string, mark: string][] {
  const { directoryId, seq, type } = event;
  if (event.type === 'group.members_added' || event.type === 'group.members_removed') {
    const { group, members } = event.data;
    return members.map(({ id }) => [pairKey(directoryId, group.id, id), String(seq)]);
  }
  return [[`${directoryId}/${event.data.id}`, type.endsWith('.deleted') ? `${seq}x` : String(seq)]];
}

import fc from 'fast-check';
import { EVENT_TYPES } from '../../shared/events/event.js';
import type { StoredEvent } from '../../shared/events/envelope.js';
import { newId } from '../../shared/runtime/ids.js';
import { onEveryStore } from '../support/stores.js';
import {
  commit,
  expectProblem,
  newDirectory,
  openBench,
  publish,
  type Bench,
  type MadeDirectory,
} from './admin-support.js';

interface EventsPage {
  readonly data: readonly {
    readonly id: string;
    readonly type: string;
    readonly directoryId: string;
    readonly seq: number;
  }[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
}

let bench: Bench;
beforeEach(async () => (bench = await openBench()));
afterEach(() => bench.close());

async function page(query: string): Promise<EventsPage> {
  return (await bench.get(`/v1/events?${query}`).expect(200)).body as EventsPage;
}

const seqs = ({ data }: EventsPage): number[] => data.map(({ seq }) => seq);

test('events are pulled byte for byte as they are stored', async () => {
  const directory = await newDirectory(bench);
  const stored = await commit(bench, directory, { types: ['user.created', 'user.updated'] });
  await publish(bench.store);
  const bodies = stored.map(({ body }) => body).join(',');
  for (const query of ['', `?directoryId=${directory.id}`]) {
    const answer = await bench
      .get(`/v1/events${query}`)
      .expect(200)
      .expect('content-type', /^application\/json/);
    expect(answer.text).toContain(`{"data":[${bodies}],"nextCursor":"`);
    expect(answer.body.hasMore).toBe(false);
  }
});

test('a cursor at the end goes on with what comes later', async () => {
  const directory = await newDirectory(bench);
  for (const scope of ['', `&directoryId=${directory.id}`]) {
    const { lastSeq } = await bench.store.commits.head(directory.id);
    const start = await page(`limit=100${scope}`);
    expect(seqs(start)).toHaveLength(lastSeq);
    expect(await page(`after=${start.nextCursor}${scope}`)).toEqual({
      data: [],
      nextCursor: start.nextCursor,
      hasMore: false,
    });
    await commit(bench, directory, { types: ['user.created', 'user.updated', 'user.deleted'] });
    await publish(bench.store);
    const first = await page(`after=${start.nextCursor}&limit=2${scope}`);
    const second = await page(`after=${first.nextCursor}&limit=2${scope}`);
    expect([seqs(first), first.hasMore, seqs(second), second.hasMore]).toEqual([
      [lastSeq + 1, lastSeq + 2],
      true,
      [lastSeq + 3],
      false,
    ]);
  }
});

test('events of one directory are there as soon as they are committed', async () => {
  const directory = await newDirectory(bench);
  await commit(bench, directory, { types: ['user.created'] });
  expect(seqs(await page(`directoryId=${directory.id}`))).toEqual([1]);
});

test('newest first, what is committed between two pages is on neither', async () => {
  const [one, other] = [await newDirectory(bench), await newDirectory(bench)];
  for (const directory of [one, other]) await commit(bench, directory, { types: ['user.created', 'user.updated'] });
  await publish(bench.store);
  for (const scope of ['', `&directoryId=${one.id}`]) {
    const before = await drain(`&order=desc${scope}`);
    const first = await page(`order=desc&limit=1${scope}`);
    await commit(bench, one, { types: ['user.deleted'] });
    await publish(bench.store);
    const rest = await page(`order=desc&after=${first.nextCursor}${scope}`);
    expect([...first.data, ...rest.data]).toEqual(before.flatMap(({ data }) => data));
  }
});

test('a filter by type finds the few among the many, however many requests it takes', async () => {
  const directory = await newDirectory(bench);
  for (let n = 0; n < 12; n += 1) {
    await commit(bench, directory, { types: Array.from({ length: 500 }, () => 'user.updated') });
  }
  const [rare] = await commit(bench, directory, { types: ['user.deleted'] });
  await publish(bench.store);
  for (const [scope, expected] of [
    ['', 7],
    [`&directoryId=${directory.id}`, 2],
  ] as const) {
    const found: string[] = [];
    let [requests, after] = [0, ''];
    for (let hasMore = true; hasMore; requests += 1) {
      const answer = await page(`type=user.deleted&limit=100${after}${scope}`);
      for (const { id } of answer.data) found.push(id);
      ({ hasMore } = answer);
      after = `&after=${answer.nextCursor}`;
    }
    expect(found).toEqual([rare?.id]);
    expect(requests).toBe(expected);
  }
});

test('an unknown type is refused with the one that was probably meant', async () => {
  expectProblem(
    await bench.get('/v1/events?type=user.create'),
    400,
    'validation',
    /type must be one of .+; did you mean user\.created\?/,
  );
});

test('filters by time, organization, resource and pattern find what a look at every event finds', async () => {
  const [one, other] = [await newDirectory(bench), await newDirectory(bench)];
  const times: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    bench.now += 3_600_000;
    times.push(bench.now);
    for (const directory of [one, other]) await commitTimed(directory, `r${n % 2}`);
  }
  await publish(bench.store);
  const all = (await drain('')).flatMap(({ data }) => data) as unknown as Timed[];
  expect(all).toHaveLength(12);
  const [since = 0, until = 0] = [times[2], times[4]];
  const iso = (ms: number): string => new Date(ms).toISOString();
  const expectFound = async (query: string, wanted: (event: Timed) => boolean): Promise<void> => {
    const found = async (limit: number, order: string): Promise<string[]> =>
      (await drain(`&${query}&order=${order}`, limit)).flatMap(({ data }) => data).map(({ id }) => id);
    const ids = all.filter(wanted).map(({ id }) => id);
    expect(await found(100, 'asc')).toEqual(ids);
    for (const limit of [2, 100]) expect(await found(limit, 'desc')).toEqual(ids.toReversed());
  };
  const at = ({ timestamp }: Timed): number => Date.parse(timestamp);
  for (const directory of [undefined, one]) {
    const scope = directory === undefined ? '' : `&directoryId=${directory.id}`;
    const inScope = ({ directoryId }: Timed): boolean => directory === undefined || directoryId === directory.id;
    await expectFound(`since=${iso(since)}${scope}`, (event) => at(event) >= since && inScope(event));
    await expectFound(`until=${iso(until)}${scope}`, (event) => at(event) < until && inScope(event));
    await expectFound(
      `since=${iso(since)}&until=${iso(until)}&type=user.*&type=group.deleted${scope}`,
      (event) => at(event) >= since && at(event) < until && inScope(event),
    );
    await expectFound(`type=group.*${scope}`, () => false);
  }
  await expectFound(`organizationId=${one.organizationId}`, ({ directoryId }) => directoryId === one.id);
  const id = all[0]?.data.id ?? '';
  await expectFound(`resourceId=${id}`, ({ data }) => data.id === id);
});

test('times must be times, in order, and a directory be of the organization', async () => {
  const [one, other] = [await newDirectory(bench), await newDirectory(bench)];
  const refuse = async (query: string, detail: string) =>
    expectProblem(await bench.get(`/v1/events?${query}`), 400, 'validation', detail);
  await refuse('since=yesterday', 'since must be a time such as 2026-01-31T09:30:00Z');
  await refuse('since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', 'until must be later than since');
  await refuse(
    `directoryId=${one.id}&organizationId=${other.organizationId}`,
    'directoryId names a directory of another',
  );
});

interface Timed {
  readonly id: string;
  readonly timestamp: string;
  readonly directoryId: string;
  readonly data: { readonly id: string };
}

const resourceIds = new Map<string, string>();

/** Commits a user event at the bench's time about a resource of that name. */
async function commitTimed(directory: MadeDirectory, name: string): Promise<void> {
  const { id: directoryId, organizationId, partition } = directory;
  const resource = resourceIds.get(directoryId + name) ?? newId();
  resourceIds.set(directoryId + name, resource);
  const head = await bench.store.commits.head(directoryId);
  const [id, seq] = [newId(), head.lastSeq + 1];
  const timestamp = new Date(bench.now).toISOString();
  const body = JSON.stringify({
    id,
    type: 'user.updated',
    timestamp,
    organizationId,
    directoryId,
    seq,
    data: { id: resource },
  });
  const events = [{ id, type: 'user.updated', seq, body }];
  const next = { ...head, number: head.number + 1, lastSeq: seq, at: bench.now, nonce: id };
  await bench.store.commits.commit({ ...next, directoryId, partition, purgeAt: 0, changes: [], events });
}

test('a cursor of another list is refused', async () => {
  const [one, other] = [await newDirectory(bench), await newDirectory(bench)];
  const ofAll = (await page('')).nextCursor;
  const ofOne = (await page(`directoryId=${one.id}`)).nextCursor;
  const refuse = async (query: string, detail: string) =>
    expectProblem(await bench.get(`/v1/events?${query}`), 400, 'validation', detail);
  await refuse(`after=${ofOne}`, 'after comes from the events of one directory; use the nextCursor of the page before');
  await refuse(`after=${ofAll}&directoryId=${one.id}`, 'after comes from the events of all directories');
  await refuse(`after=${ofOne}&directoryId=${other.id}`, 'after comes from the events of another directory');
  await refuse(`after=${ofAll}&order=desc`, 'after comes from a list in the other order');
  await refuse(`after=${ofOne}&order=desc&directoryId=${one.id}`, 'after comes from a list in the other order');
  await refuse(`afterSeq=1&order=desc&directoryId=${one.id}`, 'afterSeq says where to begin with the oldest first');
  await refuse('wait=1&order=desc', 'wait is for what comes next; leave it out, or order');
  for (const after of ['', 'x', 'l~', 'l~0.0', 'l~0.1.1~', 'l~zzz.1.1', `d~${one.id}`, `d~${one.id}~-1`]) {
    await refuse(`after=${after}&directoryId=${one.id}`, 'after ');
    await refuse(`after=${after}`, 'after ');
  }
});

type Step =
  | { readonly kind: 'commit'; readonly of: number; readonly events: number }
  | { readonly kind: 'publish' }
  | { readonly kind: 'page' };

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ kind: fc.constant('commit' as const), of: fc.nat(3), events: fc.integer({ min: 0, max: 4 }) }),
    fc.constant({ kind: 'publish' as const }),
    fc.constant({ kind: 'page' as const }),
  ),
  { maxLength: 40 },
);

onEveryStore('the events API', (open, runs) => {
  beforeEach(async () => {
    await bench.close();
    bench = await openBench(open);
  });

  test('paging while others commit and publish misses nothing, repeats nothing and keeps the order of each directory', async () => {
    const property = fc.asyncProperty(steps, fc.integer({ min: 1, max: 7 }), async (todo, limit) => {
      const directories = await Promise.all(Array.from({ length: 4 }, () => newDirectory(bench)));
      const committed: StoredEvent[] = [];
      const seen: EventsPage['data'][number][] = [];
      let after = (await drain('')).at(-1)?.nextCursor ?? '';
      const pull = async (): Promise<EventsPage> => {
        const answer = await page(`after=${after}&limit=${limit}`);
        expect(answer.data.length).toBeLessThanOrEqual(limit);
        seen.push(...answer.data);
        after = answer.nextCursor;
        return answer;
      };
      for (const step of todo) {
        if (step.kind === 'page') await pull();
        else if (step.kind === 'publish') await publish(bench.store);
        else committed.push(...(await commitSome(directories[step.of], step.events)));
      }
      await publish(bench.store);
      for (let hasMore = true; hasMore;) ({ hasMore } = await pull());
      expect(seen.map(({ id }) => id).sort()).toEqual(committed.map(({ id }) => id).sort());
      for (const { id } of directories) {
        const own = seen.filter(({ directoryId }) => directoryId === id).map(({ seq }) => seq);
        expect(own).toEqual(own.map((_, place) => place + 1));
      }
    });
    await fc.assert(property, { numRuns: runs(25, 8) });
  }, 120_000);
});

async function commitSome(directory: MadeDirectory | undefined, events: number): Promise<StoredEvent[]> {
  if (directory === undefined) throw new Error('no such directory');
  return commit(bench, directory, { types: EVENT_TYPES.slice(0, events) });
}

/** All pages from the beginning to the end. */
async function drain(scope: string, limit = 100): Promise<EventsPage[]> {
  const pages = [await page(`limit=${limit}${scope}`)];
  for (let last = pages[0]; last?.hasMore === true; last = pages.at(-1)) {
    pages.push(await page(`limit=${limit}&after=${last.nextCursor}${scope}`));
  }
  return pages;
}

test('a cursor before what is purged is answered 410 with the oldest that is left; without one, reading begins there', async () => {
  const directory = await newDirectory(bench);
  for (let n = 0; n < 4; n += 1) await commit(bench, directory, { types: ['user.created'] });
  await publish(bench.store);
  const cursors = await Promise.all(
    ['', `&directoryId=${directory.id}`].map(async (scope) => ({ scope, first: await page(`limit=1${scope}`) })),
  );
  const { retention, deliveries } = bench.store;
  await deliveries.insert([], [{ directoryId: directory.id, seq: 4 }]);
  const now = bench.now + 100 * 86_400_000;
  const cutoffs = { now, events: bench.now + 1, attempts: bench.now + 1 };
  expect(await retention.shortenLog(directory.partition, cutoffs, 10)).toBe(3);
  expect(await retention.purgeEvents(directory.id, cutoffs, 100)).toBe(3);
  for (const { scope, first } of cursors) {
    expectProblem(
      await bench.get(`/v1/events?after=${first.nextCursor}${scope}`),
      410,
      'purged',
      /the oldest of .* is seq 4/,
    );
    const fresh = await page(`limit=1${scope}`);
    expect([seqs(fresh), seqs(await page(`after=${fresh.nextCursor}${scope}`))]).toEqual([[4], []]);
  }
});

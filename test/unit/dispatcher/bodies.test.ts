import { createBodies, type Content } from '../../../services/dispatcher/bodies.js';
import type { StoredEvent } from '../../../shared/events/envelope.js';
import { newRow } from './rows.js';

let now = 0;

/** A directory of 1,000 events, and how it was read. */
function openEvents() {
  const reads: [afterSeq: number, limit: number][] = [];
  const all = Array.from({ length: 1000 }, (_, index): StoredEvent => {
    const seq = index + 1;
    return { id: `e${seq}`, type: 'user.created', seq, body: `body ${seq}`, traceparent: `trace ${seq}` };
  });
  const ofDirectory = async (_: string, afterSeq: number, limit: number): Promise<StoredEvent[]> => {
    reads.push([afterSeq, limit]);
    return all.slice(afterSeq, afterSeq + limit);
  };
  return { reads, events: { ofDirectory } };
}
const rowsOf = (...seqs: number[]) => seqs.map((seq) => newRow({ seq, eventId: `e${seq}` }));
const show = (found: ReadonlyMap<string, Content>): string[] =>
  [...found.values()].map(({ body }) => String(body)).sort();

test('what has just come from the log is not read again', async () => {
  const { reads, events } = openEvents();
  const bodies = createBodies(events, () => now);
  bodies.keep('e7', 'body 7');
  expect(show(await bodies.of(rowsOf(7)))).toEqual(['body 7']);
  expect(reads).toEqual([]);
});

test('events that are near each other are read at once, far ones apart', async () => {
  const { reads, events } = openEvents();
  const found = await createBodies(events, () => now).of(rowsOf(5, 1, 900, 3));
  expect(show(found)).toEqual(['body 1', 'body 3', 'body 5', 'body 900']);
  expect(reads).toEqual([
    [0, 100],
    [899, 1],
  ]);
});

test('an event that is not in the store, or is another one there, is left out', async () => {
  const { events } = openEvents();
  const other = newRow({ seq: 2, eventId: 'another' });
  expect(show(await createBodies(events, () => now).of([...rowsOf(1, 5000), other]))).toEqual(['body 1']);
});

test('memory is bounded: the oldest are read again', async () => {
  const { reads, events } = openEvents();
  const bodies = createBodies(events, () => now, 20);
  for (let seq = 1; seq <= 5; seq += 1) bodies.keep(`e${seq}`, `body ${seq}`); // 6 bytes each
  await bodies.of(rowsOf(3, 4, 5));
  expect(reads).toEqual([]);
  expect(show(await bodies.of(rowsOf(2)))).toEqual(['body 2']);
  expect(reads).toEqual([[1, 1]]);
});

test('a body is read again after a minute: its personal data may have been erased', async () => {
  const { events } = openEvents();
  const bodies = createBodies(events, () => now);
  bodies.keep('e1', 'as it came from the log');
  now += 59_000;
  expect(show(await bodies.of(rowsOf(1)))).toEqual(['as it came from the log']);
  now += 2_000;
  expect(show(await bodies.of(rowsOf(1)))).toEqual(['body 1']);
});

test('trace context is that of the log, or of the store', async () => {
  const { events } = openEvents();
  const bodies = createBodies(events, () => now);
  bodies.keep('e1', 'body 1', 'trace of the log');
  bodies.keep('e2', 'body 2');
  const found = await bodies.of(rowsOf(1, 2, 3));
  expect(['e1', 'e2', 'e3'].map((id) => found.get(id)?.traceparent)).toEqual([
    'trace of the log',
    undefined,
    'trace 3',
  ]);
});

import { eventually } from '../support/eventually.js';
import { openDispatcherBench, startReceiver, userDraft, verified, type DispatcherBench } from './dispatcher-support.js';

let bench: DispatcherBench;
beforeEach(async () => {
  bench = await openDispatcherBench();
});

test('events become signed messages, in order for each user, with every attempt on record', async () => {
  const receiver = await startReceiver();
  const { id, secret } = await bench.addEndpoint(receiver.url);
  const stop = bench.start();
  const directory = bench.addDirectory();
  const drafts = Array.from({ length: 60 }, (_, index) => userDraft(`user-${index % 7}`));
  const events = await directory.emit(...drafts);
  await eventually('all delivered', async () => (await bench.store.deliveries.countByStatus(id)).delivered === 60);

  expect(receiver.messages.map((message) => verified(secret, message))).toHaveLength(60);
  for (let user = 0; user < 7; user += 1) {
    const seqs = receiver.messages
      .filter(({ event }) => event.data.id === `user-${user}`)
      .map(({ event }) => event.seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  }
  const bodyOf = new Map(events.map((event) => [event.id, event.body]));
  for (const { headers, raw } of receiver.messages) {
    expect(raw.toString()).toBe(bodyOf.get(String(headers['webhook-id'])));
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Rollcall\/\d/),
    });
    expect(headers['svix-id']).toBe(headers['webhook-id']);
  }
  const [delivery] = await bench.deliveriesOf(id);
  const attempts = await bench.store.deliveries.attempts(delivery?.id ?? '');
  expect(attempts).toMatchObject([{ status: 204, error: null, response: '', endpointId: id }]);
  expect(delivery).toMatchObject({
    status: 'delivered',
    attempts: 1,
    leaseOwner: null,
    leaseUntil: null,
    lastError: null,
  });
  await stop();
});

test('a failure is tried again after its pause and holds up its own user alone', async () => {
  const receiver = await startReceiver(({ event }, res, count) => {
    if (event.data.id !== 'unlucky' || count > 4) return 204;
    res.writeHead(500).end('x'.repeat(5000));
    return undefined;
  });
  const { id } = await bench.addEndpoint(receiver.url);
  bench.start();
  const directory = bench.addDirectory();
  await directory.emit(userDraft('unlucky'), userDraft('a'), userDraft('unlucky'), userDraft('b'));
  await eventually(
    'the rest delivered and the later one labeled',
    async () => (await bench.statusesOf(id)) === 'retrying delivered blocked delivered',
  );
  const [first] = await bench.deliveriesOf(id);
  expect(first).toMatchObject({ attempts: 1, lastError: 'the receiver answered 500' });
  expect(receiver.messages.map(({ event }) => event.data.id).sort()).toEqual(['a', 'b', 'unlucky']);

  receiver.answer = () => 204;
  bench.ahead += 6_000;
  await eventually('all delivered', async () => (await bench.store.deliveries.countByStatus(id)).delivered === 4);
  expect(receiver.messages.slice(3).map(({ event }) => event.seq)).toEqual([1, 3]);
  const attempts = await bench.store.deliveries.attempts(first?.id ?? '');
  expect(attempts).toMatchObject([
    { status: 500, error: 'the receiver answered 500', response: 'x'.repeat(4096) },
    { status: 204, error: null },
  ]);
});

import fc from 'fast-check';
import { openSession, type Exchange } from '../../../services/simulator/session.js';
import { retryAfter, type Answer, type Wire } from '../../../services/simulator/wire.js';

const answer = (status: number | null, more: Partial<Answer> = {}): Answer => ({
  status,
  body: {},
  requestId: status === null ? null : 'request',
  retryAfterMs: null,
  sentAt: 0,
  durationMs: 1,
  error: status === null ? 'connection reset' : null,
  ...more,
});

/** A session over answers given in advance; the last one is repeated. */
function scripted(answers: readonly Answer[], tries = 8) {
  const pauses: number[] = [];
  const exchanges: Exchange[] = [];
  let sent = 0;
  const wire: Wire = {
    send: () => Promise.resolve(answers[Math.min(sent++, answers.length - 1)] ?? answer(500)),
    close: () => Promise.resolve(),
  };
  const pause = (ms: number): Promise<void> => Promise.resolve(void pauses.push(ms));
  const session = openSession(wire, { tries, pause, onExchange: (exchange) => exchanges.push(exchange) });
  return { conversation: session.during('a step'), session, pauses, exchanges };
}

const removal = { type: 'Group', id: 'g', before: { externalId: null, displayName: 'G' }, after: undefined } as const;

test('an answer that asks for time gets it, up to 30 s; the others get 100 ms, doubled up to 5 s', async () => {
  const { conversation, pauses } = scripted(
    [
      answer(429, { retryAfterMs: 7_000 }),
      answer(503, { retryAfterMs: 90_000 }),
      ...Array.from({ length: 6 }, () => answer(null)),
      answer(200),
    ],
    20,
  );
  await conversation.get('/Users');
  expect(pauses).toEqual([7_000, 30_000, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('a 4xx other than 429 is not repeated and says why', async () => {
  const { conversation, pauses } = scripted([answer(400, { body: { detail: 'userName is required' } })]);
  await expect(conversation.write('DELETE', '/Groups/g', undefined, removal)).rejects.toThrow(
    'DELETE /Groups/g: 400: userName is required',
  );
  expect(pauses).toEqual([]);
});

test('an acknowledgement is certain only when no earlier try may have been carried out', async () => {
  const certainty = async (...answers: Answer[]): Promise<boolean | undefined> => {
    const { conversation, exchanges } = scripted(answers);
    await conversation.write('DELETE', '/Groups/g', undefined, removal);
    return exchanges.at(-1)?.acknowledged?.certain;
  };
  expect(await certainty(answer(204))).toBe(true);
  expect(await certainty(answer(429), answer(204))).toBe(true);
  expect(await certainty(answer(null), answer(204))).toBe(false);
  expect(await certainty(answer(503), answer(204))).toBe(false);
});

test('a repeated DELETE that meets a 404 has done its work; a first one has failed', async () => {
  const repeated = scripted([answer(null), answer(404)]);
  repeated.session.world.groups.set('g', removal.before);
  await repeated.conversation.write('DELETE', '/Groups/g', undefined, removal);
  expect(repeated.session.world.groups.size).toBe(0);

  const first = scripted([answer(404)]);
  first.session.world.groups.set('g', removal.before);
  await expect(first.conversation.write('DELETE', '/Groups/g', undefined, removal)).rejects.toThrow('404');
  expect(first.session.world.groups.size).toBe(1);
});

test('a group may be there twice whose first create got no answer; a user may not', async () => {
  const doubtsOf = async (type: 'User' | 'Group', ...answers: Answer[]): Promise<unknown> => {
    const { conversation, session } = scripted(answers);
    const change = (): typeof removal => removal;
    const nothing = { find: () => Promise.resolve(undefined), adopt: () => Promise.resolve() };
    await conversation.create({ type, path: `/${type}s`, body: {}, change, ...nothing });
    return session.doubts;
  };
  const [lost, made] = [answer(502), answer(201, { body: { id: 'g' } })];
  expect(await doubtsOf('Group', lost, lost, made)).toEqual([
    { type: 'Group', id: null },
    { type: 'Group', id: null },
  ]);
  expect(await doubtsOf('Group', made)).toEqual([]);
  expect(await doubtsOf('User', lost, made)).toEqual([]);
});

test('a write that never got a certain answer leaves its resource in doubt; a refused one does not', async () => {
  const silent = scripted([answer(null)], 2);
  await expect(silent.conversation.write('DELETE', '/Groups/g', undefined, removal)).rejects.toThrow('no answer');
  expect(silent.session.doubts).toEqual([{ type: 'Group', id: 'g' }]);
  const refused = scripted([answer(412)]);
  await expect(refused.conversation.write('DELETE', '/Groups/g', undefined, removal)).rejects.toThrow('412');
  expect(refused.session.doubts).toEqual([]);
});

test('Retry-After is seconds or a date, and nothing else', () => {
  fc.assert(
    fc.property(fc.nat(100_000), (seconds) => {
      const now = Date.UTC(2030, 0, 1);
      expect(retryAfter(String(seconds), now)).toBe(seconds * 1000);
      expect(retryAfter(new Date(now + seconds * 1000).toUTCString(), now)).toBe(seconds * 1000);
      expect(retryAfter(new Date(now - seconds * 1000).toUTCString(), now)).toBe(0);
    }),
  );
  expect(retryAfter(null, 0)).toBeNull();
  expect(retryAfter('soon', 0)).toBeNull();
});

import { createWriter } from '../../services/ingest/writer.js';
import { newId } from '../../shared/runtime/ids.js';
import { Unavailable } from '../../shared/scim/errors.js';
import type { CommitStore } from '../../shared/store/port.js';

/** What becomes of commands when the store does not answer. The clock of the timers is held; the store is one that hangs. */

const hanging: CommitStore = {
  head: () => new Promise(() => undefined),
  load: () => new Promise(() => undefined),
  commit: () => new Promise(() => undefined),
  confirmHead: () => new Promise(() => undefined),
};
const directory = { id: 'directory', organizationId: 'organization', partition: 0 };
const activate = { kind: 'activate', requestId: 'request' } as const;

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
afterEach(() => jest.useRealTimers());

const open = () =>
  createWriter({ commits: hanging, clock: () => 0, newId, onCommit: () => undefined, onEvents: () => undefined });

test('a command that waits longer than 30 s is answered 503, and a stop does not wait for it any longer', async () => {
  const writer = open();
  const outcome = writer.submit(directory, activate).catch((error: unknown) => error);
  const drained = writer.drained();
  await jest.advanceTimersByTimeAsync(30_000);
  expect(await outcome).toBeInstanceOf(Unavailable);
  await drained;
});

test('what was answered 503 before it began is not done any more, and makes room', async () => {
  const writer = open();
  const submit = () => writer.submit(directory, activate).catch((error: unknown) => error);
  const begun = Array.from({ length: 64 }, submit);
  await new Promise(setImmediate);
  const waiting = Array.from({ length: 5_000 }, submit);
  // There is room for no more.
  expect(await submit()).toBeInstanceOf(Unavailable);
  await jest.advanceTimersByTimeAsync(30_000);
  for (const outcome of await Promise.all([...begun, ...waiting])) expect(outcome).toBeInstanceOf(Unavailable);
  const later = submit();
  expect(await Promise.race([later, new Promise((resolve) => setImmediate(() => resolve('it waits')))])).toBe(
    'it waits',
  );
  await jest.advanceTimersByTimeAsync(30_000);
  await later;
});

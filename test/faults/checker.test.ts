import type { Arrival } from '../../services/cli/demo/receiver.js';
import { applyEvent, readEvent } from '../../services/simulator/received.js';
import { createSimulator, type Run } from '../../services/simulator/simulator.js';
import { emptyWorld, type World } from '../../services/simulator/truth.js';
import { DIRECTORY, startServiceProvider } from '../unit/simulator/service-provider.js';
import { isKept, judge, VIOLATIONS, type Verdict, type Violation } from './checker.js';
import type { DirectoryHistory, History, LedgerEntry, Read } from './history.js';

/** The checker on a history without a fault, in which each test plants one. */

let run: Run;
let arrivals: readonly Arrival[];
let state: World;

beforeAll(async () => {
  const provider = await startServiceProvider();
  const { baseUrl } = provider;
  run = await createSimulator({ baseUrl, token: 'secret', provider: 'okta', seed: 2, users: 40, groups: 5 }).run();
  arrivals = provider.webhooks.map((webhook, at) => ({ ...webhook, at, signedAt: at, status: 204 }));
  await provider.close();
  state = emptyWorld();
  for (const { body } of arrivals) {
    const event = readEvent(body);
    if (event !== undefined) applyEvent(state, event);
  }
});

const delivered = ({ id, status }: Arrival): LedgerEntry => ({
  eventId: id,
  status: 'delivered',
  attempts: [{ status, error: null }],
});

interface Planted {
  readonly got?: readonly Arrival[];
  readonly ledger?: readonly LedgerEntry[];
  readonly directory?: Partial<DirectoryHistory>;
}

function judged({ got = arrivals, ledger = arrivals.map(delivered), directory = {} }: Planted = {}): Verdict {
  const events = arrivals.map(({ body }) => body);
  const history: History = {
    directories: [{ id: DIRECTORY, run, reads: [], events, state, ...directory }],
    receivers: [{ name: 'receiver', arrivals: got, ledger }],
  };
  return judge(history);
}

/** Kinds of violations that were found. */
const found = ({ violations }: Verdict): Violation[] => VIOLATIONS.filter((kind) => violations[kind].length > 0);

const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, other) => other !== index);

/** Two neighbours in the order of arrival that are about one user. */
function neighbours(): [first: number, second: number] {
  const subjects = arrivals.map(({ body }) => readEvent(body)).map((event) => event && event.data);
  const idAt = (index: number): unknown => (subjects[index] && 'id' in subjects[index] ? subjects[index].id : index);
  for (const second of arrivals.keys()) {
    for (let first = second - 1; first >= 0; first -= 1) if (idAt(first) === idAt(second)) return [first, second];
  }
  throw new Error('the story has two events of one user');
}

const at = (index: number): Arrival => {
  const arrival = arrivals[index];
  if (arrival === undefined) throw new Error('there is one');
  return arrival;
};

test('a history without a fault is kept', () => {
  const verdict = judged();
  expect(found(verdict)).toEqual([]);
  expect(isKept(verdict)).toBe(true);
  expect(verdict.acknowledged).toBeGreaterThan(60);
  expect(verdict).toMatchObject({ delivered: arrivals.length, duplicated: 0, late: 0, unrecorded: 0 });
});

test('a loss is found, be it the last event, which leaves no gap', () => {
  for (const index of [3, arrivals.length - 1]) {
    const verdict = judged({ got: without(arrivals, index) });
    expect(verdict.violations.lost.length).toBeGreaterThan(0);
    expect(verdict.violations.wrong.length + verdict.violations.ledger.length).toBeGreaterThan(0);
    expect(isKept(verdict)).toBe(false);
  }
});

test('an event that the receiver has refused, and that never came again, is lost', () => {
  const got = arrivals.map((arrival, index) => (index === 5 ? { ...arrival, status: 500 } : arrival));
  expect(found(judged({ got }))).toEqual(expect.arrayContaining(['lost', 'seqGaps', 'ledger']));
});

test('a gap is found where the number is in no list either', () => {
  const { seq = 0 } = readEvent(at(6).body) ?? {};
  const events = without(arrivals, 6).map(({ body }) => body);
  const verdict = judged({ got: without(arrivals, 6), directory: { events } });
  expect(verdict.violations.seqGaps).toEqual([`receiver, directory ${DIRECTORY}: ${seq}`]);
});

test('a reorder of one key is found, in arrival and in what was taken', () => {
  const [first, second] = neighbours();
  const swapped = arrivals.map((arrival, index) =>
    index === first ? at(second) : index === second ? at(first) : arrival,
  );
  expect(judged({ got: swapped }).violations.reordered.length).toBeGreaterThan(0);
  // Refused at first, and taken only after the one behind it: that one should not have been sent.
  const refused = { ...at(first), status: 500 };
  const overtaken = [...arrivals.map((arrival, index) => (index === first ? refused : arrival)), at(first)];
  const ledger = arrivals.map(delivered);
  const verdict = judged({ got: overtaken, ledger });
  expect(verdict.violations.reordered.length).toBeGreaterThan(0);
  expect(verdict.violations.lost).toEqual([]);
});

test('duplicates are counted, those behind a later event too, and allowed', () => {
  const [first] = neighbours();
  const soon = [...arrivals.slice(0, first + 1), ...arrivals.slice(first)];
  expect(judged({ got: soon })).toMatchObject({ duplicated: 1, late: 0, unrecorded: 1 });
  const late = judged({ got: [...arrivals, at(first)] });
  expect(late).toMatchObject({ duplicated: 1, late: 1 });
  expect(isKept(late)).toBe(true);
});

test('a webhook that does not verify does not count as arrived', () => {
  const got = arrivals.map((arrival, index) =>
    index === 4 ? { ...arrival, isVerified: false, status: 401 } : arrival,
  );
  expect(found(judged({ got }))).toEqual(expect.arrayContaining(['unverified', 'lost']));
});

test('one that was signed by a wrong clock is refused, and fine once it has come again', () => {
  const late = arrivals.map((arrival, index) =>
    index === 4 ? { ...arrival, isVerified: false, status: 401, signedAt: 3_600_000 } : arrival,
  );
  expect(found(judged({ got: late }))).toContain('lost');
  const again = [...late.slice(0, 5), at(4), ...late.slice(5)];
  expect(isKept(judged({ got: again }))).toBe(true);
});

test('an event of a directory that nobody has made is unexpected', () => {
  const strange = { ...at(0), id: 'strange', body: at(0).body.replaceAll(DIRECTORY, 'another') };
  expect(found(judged({ got: [...arrivals, strange] }))).toContain('unexpected');
});

test('a final state that the webhooks do not tell of is wrong, even of something in doubt', () => {
  const [id = ''] = state.users.keys();
  const users = new Map(state.users);
  users.delete(id);
  const doubtful = { ...run, doubts: [{ type: 'User' as const, id }] };
  const verdict = judged({ directory: { state: { ...state, users }, run: doubtful } });
  expect(found(verdict)).toEqual(['wrong']);
});

describe('reads', () => {
  const event = (type: string, version: number, requestId: string): string =>
    JSON.stringify({ type, data: { id: 'user-1', version }, cause: { requestId } });
  const events = [event('user.created', 1, 'one'), event('user.updated', 2, 'two')];
  const read = (after: string, version: number | null, startedAt = 10): Read => {
    return { id: 'user-1', after, version, startedAt, endedAt: startedAt + 1 };
  };
  const stale = (reads: readonly Read[], more: readonly string[] = []): number =>
    judge({
      directories: [
        {
          id: DIRECTORY,
          run: { exchanges: [], world: emptyWorld(), doubts: [] },
          reads,
          events: [...events, ...more],
          state: emptyWorld(),
        },
      ],
      receivers: [],
    }).violations.stale.length;

  test('of what was acknowledged, or of something newer, are fine', () => {
    expect(stale([read('one', 1), read('one', 2, 20), read('two', 2, 30), read('two', 7, 40)])).toBe(0);
  });
  test('of what was there before are stale', () => {
    expect(stale([read('two', 1)])).toBe(1);
    expect(stale([read('one', null)])).toBe(1);
  });
  test('that go back behind an earlier one are stale, those at once with it are not', () => {
    expect(stale([read('one', 2, 10), read('one', 1, 20)])).toBe(1);
    expect(stale([read('one', 2, 10), read('one', 1, 10)])).toBe(0);
  });
  test('of what was deleted are stale, and its absence is not', () => {
    const deletion = event('user.deleted', 2, 'three');
    expect(stale([read('three', 2)], [deletion])).toBe(1);
    expect(stale([read('three', null)], [deletion])).toBe(0);
  });
});

describe('the ledger of attempts', () => {
  const rewritten = (change: (entry: LedgerEntry) => LedgerEntry): Verdict =>
    judged({ ledger: arrivals.map(delivered).map((entry, index) => (index === 2 ? change(entry) : entry)) });

  test('a success that the receiver knows nothing of', () => {
    const twice = rewritten((entry) => ({ ...entry, attempts: [...entry.attempts, ...entry.attempts] }));
    expect(found(twice)).toEqual(['ledger']);
  });
  test('a refusal that the receiver knows nothing of', () => {
    const refused = { status: 500, error: 'HTTP status 500' };
    expect(found(rewritten((entry) => ({ ...entry, attempts: [refused, ...entry.attempts] })))).toEqual(['ledger']);
  });
  test('an attempt without an answer proves nothing', () => {
    const unanswered = { status: null, error: 'the connection was refused' };
    expect(found(rewritten((entry) => ({ ...entry, attempts: [unanswered, ...entry.attempts] })))).toEqual([]);
  });
  test('a delivery that is delivered without an attempt, and one that is not over', () => {
    expect(found(rewritten((entry) => ({ ...entry, attempts: [] })))).toEqual(['ledger']);
    expect(found(rewritten((entry) => ({ ...entry, status: 'retrying' })))).toEqual(['lost']);
  });
  test('an arrival of which no delivery tells', () => {
    expect(found(judged({ ledger: without(arrivals.map(delivered), 2) }))).toEqual(['ledger']);
  });
});

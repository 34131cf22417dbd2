import { check, isKept, type Evidence } from '../../../services/simulator/check.js';
import type { Webhook } from '../../../services/simulator/received.js';
import { createSimulator, type Run } from '../../../services/simulator/simulator.js';
import { DIRECTORY, startServiceProvider } from './service-provider.js';

/** A run without a fault, in which each test plants one. */
let run: Run;
let webhooks: readonly Webhook[];

beforeAll(async () => {
  const provider = await startServiceProvider();
  const simulator = createSimulator({
    baseUrl: provider.baseUrl,
    token: 'secret',
    provider: 'entra',
    seed: 4,
    users: 60,
    groups: 6,
    concurrency: 1,
  });
  run = await simulator.run();
  webhooks = provider.webhooks;
  await provider.close();
});

const evidence = (more: Partial<Evidence> = {}): Evidence => ({ directoryId: DIRECTORY, run, webhooks, ...more });

/** The part of an event that these tests touch. */
interface Told {
  id: string;
  type: string;
  seq: number;
  directoryId: string;
  cause: { requestId: string };
  data: { id: string; department?: string | null; group?: { id: string }; members?: { id: string }[] };
}

function parsed({ body }: Webhook): Told {
  const event: Told = JSON.parse(body);
  return event;
}

function indexOf(type: string): number {
  const index = webhooks.findIndex((webhook) => parsed(webhook).type === type);
  if (index === -1) throw new Error(`the story has no ${type}`);
  return index;
}

const at = (index: number): Webhook => webhooks[index] ?? { id: '', body: '{}', isVerified: false };

const rewritten = (index: number, change: (event: Told) => void): Webhook[] => {
  const event = parsed(at(index));
  change(event);
  return webhooks.map((webhook, other) => (other === index ? { ...webhook, body: JSON.stringify(event) } : webhook));
};

test('a run without a fault is green', () => {
  const report = check(evidence({ events: webhooks.map(({ body }) => body) }));
  expect(report).toMatchObject({
    lost: [],
    reordered: [],
    seqGaps: [],
    unexpected: [],
    wrong: [],
    duplicated: 0,
    unverified: 0,
  });
  expect(report.delivered).toBe(webhooks.length);
  expect(report.acknowledged).toBe(run.exchanges.filter(({ method }) => method !== 'GET').length);
  expect(isKept(report)).toBe(true);
});

test.each([
  'user.created',
  'user.updated',
  'user.deleted',
  'group.created',
  'group.updated',
  'group.members_added',
  'group.members_removed',
  'group.deleted',
])('a lost %s is found as lost and as a gap', (type) => {
  const index = indexOf(type);
  const lost = parsed(at(index));
  const report = check(evidence({ webhooks: webhooks.filter((_, other) => other !== index) }));
  const id = lost.data.group?.id ?? lost.data.id;
  expect(report.lost).toMatchObject([{ requestId: lost.cause.requestId, type, id }]);
  expect(report.seqGaps).toEqual([lost.seq]);
  expect(isKept(report)).toBe(false);
});

describe('of a receiver that subscribes to some types', () => {
  const types = ['group.created', 'group.members_added'] as const;
  const events = () => webhooks.map(({ body }) => body);
  const isMeant = (webhook: Webhook): boolean => types.some((type) => type === parsed(webhook).type);
  const meant = () => webhooks.filter(isMeant);

  test('what it did not ask for is neither lost nor a gap', () => {
    const report = check(evidence({ webhooks: meant(), events: events(), types }));
    expect(isKept(report)).toBe(true);
    expect(report.delivered).toBe(meant().length);
    expect(report.delivered).toBeLessThan(webhooks.length);
  });

  test('what it asked for is', () => {
    const [lost, ...others] = meant();
    if (lost === undefined) throw new Error('the story has no groups');
    const report = check(evidence({ webhooks: others, events: events(), types }));
    expect(report.lost).toMatchObject([{ type: parsed(lost).type }]);
    expect(report.seqGaps).toEqual([parsed(lost).seq]);
  });

  test('what it did not ask for is unexpected', () => {
    const index = indexOf('user.updated');
    const both = webhooks.filter((webhook, other) => isMeant(webhook) || other === index);
    expect(check(evidence({ webhooks: both, events: events(), types })).unexpected).toEqual([
      `user.updated (seq ${parsed(at(index)).seq}), which was not subscribed to`,
    ]);
  });
});

test('the loss of the last event is found although it leaves no gap', () => {
  const report = check(evidence({ webhooks: webhooks.slice(0, -1) }));
  expect(report.lost).toHaveLength(1);
  expect(report.seqGaps).toEqual([]);
  expect(isKept(report)).toBe(false);
});

test('a membership event that leaves out a member is a loss', () => {
  const index = webhooks.findIndex((webhook) => (parsed(webhook).data.members?.length ?? 0) > 1);
  const report = check(evidence({ webhooks: rewritten(index, (event) => event.data.members?.pop()) }));
  expect(report.lost).toMatchObject([{ type: parsed(at(index)).type }]);
  expect(isKept(report)).toBe(false);
});

test('a membership event that names somebody too many is not the one that was promised', () => {
  const index = indexOf('group.members_added');
  const report = check(
    evidence({ webhooks: rewritten(index, (event) => event.data.members?.push({ id: 'stranger' })) }),
  );
  expect(report.lost).toMatchObject([{ type: 'group.members_added', requestId: parsed(at(index)).cause.requestId }]);
});

test('a member too few in the copy is found, and a member too many', () => {
  const [groupId = '', members = new Set<string>()] = [...run.world.members].find(([, { size }]) => size > 0) ?? [];
  const [one = ''] = members;
  const others = new Set([...members, 'somebody']);
  others.delete(one);
  const world = { ...run.world, members: new Map(run.world.members).set(groupId, others) };
  expect(check(evidence({ run: { ...run, world } })).wrong).toEqual([
    `group ${groupId}: somebody is a member, webhooks tell otherwise`,
    `group ${groupId}: ${one} is no member, webhooks tell otherwise`,
  ]);
});

test('membership events of one request are taken together', () => {
  const index = webhooks.findIndex((webhook) => (parsed(webhook).data.members?.length ?? 0) > 1);
  const [first, second] = [parsed(at(index)), parsed(at(index))];
  first.data.members = first.data.members?.slice(0, 1) ?? [];
  second.data.members = second.data.members?.slice(1) ?? [];
  second.seq = webhooks.length + 1;
  second.id = 'the second half';
  const split = [
    ...webhooks.map((webhook, other) => (other === index ? { ...webhook, body: JSON.stringify(first) } : webhook)),
    { id: second.id, body: JSON.stringify(second), isVerified: true },
  ];
  expect(check(evidence({ webhooks: split })).lost).toEqual([]);
});

test('a duplicate is counted and forgiven, however late', () => {
  const report = check(evidence({ webhooks: [...webhooks, at(2), at(2)] }));
  expect(report.duplicated).toBe(2);
  expect(isKept(report)).toBe(true);
});

test('an event that arrives before an earlier one of the same user is reordered', () => {
  const updated = parsed(at(indexOf('user.updated')));
  const created = webhooks.findIndex(
    (webhook) => parsed(webhook).type === 'user.created' && parsed(webhook).data.id === updated.data.id,
  );
  const late = [...webhooks.filter((_, index) => index !== created), at(created)];
  const report = check(evidence({ webhooks: late }));
  expect(report.reordered).toContainEqual(expect.objectContaining({ laneKey: updated.data.id, seq: created + 1 }));
  expect(report.lost).toEqual([]);
  expect(report.wrong).toEqual([]);
  expect(isKept(report)).toBe(false);
});

test('a membership event before the member it names is reordered', () => {
  const added = indexOf('group.members_added');
  const member = parsed(at(added)).data.members?.[0]?.id;
  const early = [at(0), at(added), ...webhooks.filter((_, index) => index !== 0 && index !== added)];
  expect(check(evidence({ webhooks: early })).reordered).toContainEqual(
    expect.objectContaining({ laneKey: member, afterSeq: added + 1 }),
  );
});

test('unrelated events may overtake each other', () => {
  const isHire = (index: number): boolean => parsed(at(index)).type === 'user.created';
  const first = webhooks.findIndex((_, index) => isHire(index) && isHire(index + 1));
  const swapped = [...webhooks.slice(0, first), at(first + 1), at(first), ...webhooks.slice(first + 2)];
  expect(swapped).not.toEqual(webhooks);
  expect(isKept(check(evidence({ webhooks: swapped })))).toBe(true);
});

test('a webhook whose signature does not fit has not arrived', () => {
  const index = indexOf('user.updated');
  const forged = webhooks.map((webhook, other) => (other === index ? { ...webhook, isVerified: false } : webhook));
  const report = check(evidence({ webhooks: forged }));
  expect(report.unverified).toBe(1);
  expect(report.lost).toHaveLength(1);
});

test('wrong data is found in the copy that a receiver would have', () => {
  const index = webhooks.findIndex((webhook) => {
    const { type, data } = parsed(webhook);
    return (
      type === 'user.created' &&
      run.world.users.has(data.id) &&
      webhooks.filter(({ body }) => body.includes(data.id)).length === 1
    );
  });
  const { data } = parsed(at(index));
  const report = check(evidence({ webhooks: rewritten(index, (event) => void (event.data.department = null)) }));
  expect(report.wrong).toEqual([`user ${data.id} differs from what webhooks tell in department`]);
  expect(isKept(report)).toBe(false);
});

test('an event of a request that promised none is unexpected', () => {
  const refused = run.exchanges.map((exchange) => {
    const { cause } = parsed(at(indexOf('group.updated')));
    return exchange.requestId === cause.requestId ? { ...exchange, status: 400, acknowledged: null } : exchange;
  });
  const report = check(evidence({ run: { ...run, exchanges: refused } }));
  expect(report.unexpected).toHaveLength(1);
  expect(report.unexpected[0]).toMatch(/^group\.updated \(seq \d+\)/);
});

test('two events under one number, a webhook under a foreign id, and a body that is no event are unexpected', () => {
  const twin = { ...parsed(at(3)), id: 'twin' };
  const strange: Webhook[] = [
    { id: 'twin', body: JSON.stringify(twin), isVerified: true },
    { ...at(4), id: 'foreign' },
    { id: 'noise', body: 'hello', isVerified: true },
  ];
  const { unexpected } = check(evidence({ webhooks: [...webhooks, ...strange] }));
  expect(unexpected).toContainEqual(expect.stringContaining('2 events share the seq 4'));
  expect(unexpected).toContainEqual(expect.stringContaining('webhook foreign carries the event'));
  expect(unexpected).toContainEqual(expect.stringContaining('webhook noise is no event'));
});

test('the list of events and the webhooks must be the same bytes', () => {
  const events = webhooks.map(({ body }) => body);
  const altered = check(evidence({ events: [...events.slice(0, -1), `${events.at(-1) ?? ''} `] }));
  expect(altered.unexpected).toEqual([expect.stringContaining('is not in the list of events')]);
});

test('an event that is only listed is lost, one that was promised too is lost once', () => {
  const events = webhooks.map(({ body }) => body);
  const activation = check(evidence({ events, webhooks: webhooks.slice(1) }));
  expect(activation.lost).toMatchObject([{ type: 'directory.activated', request: 'in the list of events' }]);
  const last = check(evidence({ events, webhooks: webhooks.slice(0, -1) }));
  expect(last.lost).toHaveLength(1);
  expect(last.seqGaps).toEqual([webhooks.length]);
});

test('other directories are left aside', () => {
  const foreign = rewritten(1, (event) => void (event.directoryId = 'another'));
  const report = check(evidence({ webhooks: [...webhooks, ...foreign.slice(1, 2)] }));
  expect(isKept(report)).toBe(true);
  expect(report.delivered).toBe(webhooks.length);
});

test.each([
  ['no answer', null],
  ["a gateway's 502 without a request id", 502],
])('an uncertain acknowledgement is judged by the final state alone: the first try got %s', (_answer, status) => {
  const index = indexOf('user.created');
  const { cause } = parsed(at(index));
  const exchanges = run.exchanges.map((exchange) => {
    if (exchange.requestId !== cause.requestId || exchange.acknowledged === null) return exchange;
    return { ...exchange, requestId: 'the answered retry', acknowledged: { ...exchange.acknowledged, certain: false } };
  });
  const lostAnswer = run.exchanges.slice(0, 1).map((exchange) => ({ ...exchange, status, requestId: null }));
  const retried = { ...run, exchanges: [...exchanges, ...lostAnswer] };
  expect(isKept(check(evidence({ run: retried })))).toBe(true);
  const gone = check(evidence({ run: retried, webhooks: webhooks.filter((_, other) => other !== index) }));
  expect(isKept(gone)).toBe(false);
});

test('what is in doubt is not compared, and counted', () => {
  const id = [...run.world.users.keys()][0] ?? '';
  const quiet = webhooks.filter((webhook) => parsed(webhook).data.id !== id);
  const doubted = check(evidence({ webhooks: quiet, run: { ...run, doubts: [{ type: 'User', id }] } }));
  expect(doubted.doubtful).toBe(1);
  expect(doubted.wrong.filter((line) => line.startsWith('user'))).toEqual([]);
  expect(check(evidence({ webhooks: quiet })).wrong).toContain(`user ${id} exists, but webhooks do not tell of it`);
});

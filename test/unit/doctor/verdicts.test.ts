import type { Finding } from '../../../services/cli/doctor/finding.js';
import { judgeDue, judgeEndpoints, judgeParked, LOOKED_AT } from '../../../services/cli/doctor/verdicts/deliveries.js';
import { judgeHeld, judgeTokens } from '../../../services/cli/doctor/verdicts/directories.js';
import { judgeFolder, judgeHolder } from '../../../services/cli/doctor/verdicts/folder.js';
import { COUNT_MAX, judgeLag } from '../../../services/cli/doctor/verdicts/lag.js';
import { judgeCertificates, judgeEncryptionKey } from '../../../services/cli/doctor/verdicts/secrets.js';
import * as store from '../../../services/cli/doctor/verdicts/store.js';
import { judgeReading, judgeTopic } from '../../../services/cli/doctor/verdicts/topic.js';
import type { TopicFound } from '../../../shared/event-log/inspection.js';
import { createSealer } from '../../../shared/runtime/seal.js';
import type { Directory, DirectoryToken, Endpoint } from '../../../shared/store/registry.js';
import type { Delivery } from '../../../shared/webhooks/delivery.js';

const NOW = 1_750_000_000_000;
const [SECOND, MINUTE, DAY] = [1000, 60_000, 86_400_000];

const levelsOf = (findings: readonly Finding[]): string[] => findings.map(({ level }) => level);
const text = ({ level, what, finding, action }: Finding): string => `${level} ${what}: ${finding} → ${action ?? ''}`;

describe('lag', () => {
  const lag = (age: number, count = 1) =>
    judgeLag('relay lag', [{ partition: 3, count, oldestAt: NOW - age }], NOW, 'do');

  test.each([
    [0, 'ok'],
    [29 * SECOND, 'ok'],
    [30 * SECOND, 'warn'],
    [5 * MINUTE - 1, 'warn'],
    [5 * MINUTE, 'fail'],
  ])('an oldest commit that has waited for %d ms: %s', (age, level) => expect(levelsOf(lag(age))).toEqual([level]));

  test('says where, how many, how long, and what to do', () => {
    expect(lag(12 * MINUTE, 7).map(text)).toEqual([
      'fail relay lag: partition 3: 7 commits wait, the oldest for 12 min → do',
    ]);
    expect(lag(MINUTE, COUNT_MAX).map(text)).toEqual([
      'warn relay lag: partition 3: 10000 commits or more wait, the oldest for 1 min → do',
    ]);
    expect(judgeLag('relay lag', [], NOW, 'do').map(text)).toEqual(['ok relay lag: nothing waits → ']);
  });

  test('of very many partitions, the worst come first and the rest is counted', () => {
    const waiting = Array.from({ length: 30 }, (_, partition) => ({
      partition,
      count: 1,
      oldestAt: NOW - (partition === 29 ? 10 * MINUTE : MINUTE),
    }));
    const findings = judgeLag('relay lag', waiting, NOW, 'do');
    expect(findings).toHaveLength(21);
    expect(findings[0]).toMatchObject({ level: 'fail', finding: expect.stringContaining('partition 29') });
    expect(findings[20]).toMatchObject({ level: 'warn', finding: '10 more of the same kind' });
  });
});

describe('the topic', () => {
  const found: TopicFound = {
    ...{ brokers: 3, partitions: 12, messageBytes: 4_194_304, messageBytesNeeded: 4_194_304, members: 2 },
    unread: [{ partition: 0, records: 5, olderThan: [0, 0] }],
  };

  test('is as the roles expect it', () => {
    expect(levelsOf(judgeTopic('t', found, 12))).toEqual(['ok']);
    expect(judgeTopic('t', { ...found, messageBytes: NaN }, 12).map(text)).toEqual([
      'ok topic: t: 12 partitions, max.message.bytes unknown → ',
    ]);
  });

  test('is not there', () => {
    const [missing] = judgeTopic('t', { ...found, partitions: 0 }, 12);
    expect(missing && text(missing)).toMatch(/^fail topic: t: there is none → run rollcall migrate/);
  });

  test.each([
    [6, 'set that to 6 in every role, or add partitions to the topic until it has 12'],
    [20, 'set that to 20 in every role, or name another topic in ROLLCALL_KAFKA_TOPIC and run rollcall migrate'],
  ])('has %d partitions and not 12', (partitions, action) => {
    expect(judgeTopic('t', { ...found, partitions }, 12)).toEqual([
      {
        level: 'fail',
        what: 'topic',
        finding: `t: it has ${partitions} partitions, but ROLLCALL_LOG_PARTITIONS is 12`,
        action,
      },
    ]);
  });

  test('takes no large events', () => {
    const [small] = judgeTopic('t', { ...found, messageBytes: 1_048_588 }, 12);
    expect(small).toMatchObject({ level: 'warn', action: expect.stringContaining('4194304') });
  });

  test.each<[string, Partial<TopicFound>, string[]]>([
    ['is read', {}, ['ok']],
    ['has records that wait', { unread: [{ partition: 0, records: 5, olderThan: [5, 0] }] }, ['warn']],
    ['has records that wait for long', { unread: [{ partition: 0, records: 5, olderThan: [5, 1] }] }, ['fail']],
    ['has records and no dispatcher', { members: 0 }, ['fail']],
    ['is empty and has no dispatcher', { members: 0, unread: [] }, ['warn']],
  ])('%s', (_, other, levels) => expect(levelsOf(judgeReading({ ...found, ...other }))).toEqual(levels));
});

describe('the store', () => {
  test.each([
    [7, 'ok'],
    [6, 'fail'],
    [8, 'fail'],
  ])('migration %d where this version has 7', (applied, level) => {
    expect(store.judgeVersion({ applied, known: 7 }, store.olderInMongo).level).toBe(level);
  });

  test('SQLite is brought up to date by the next start', () => {
    expect(store.judgeVersion({ applied: 6, known: 7 }, store.olderInSqlite).level).toBe('warn');
  });

  test.each([
    [{ kind: 'single server' } as const, 'warn', 'nothing takes over'],
    [{ kind: 'replica set', members: 1 } as const, 'warn', 'without it there is no majority'],
    [{ kind: 'replica set', members: 2 } as const, 'warn', 'without one of them there is no majority'],
    [{ kind: 'replica set', members: 3 } as const, 'ok', 'a replica set of 3 servers'],
    [{ kind: 'sharded cluster' } as const, 'ok', 'sharded'],
  ])('MongoDB: %j', (found, level, finding) => {
    expect(store.judgeDeployment(found)).toMatchObject({ level, finding: expect.stringContaining(finding) });
  });

  test.each([
    [1500, 0, 'ok', 'agrees'],
    [40_000, 39_000, 'ok', 'agrees'],
    [40_000, 0, 'warn', '40 s ahead of this host'],
    [-3 * DAY, 0, 'fail', '3 d behind this host'],
  ])('a server whose clock is %d ms ahead, give or take %d ms', (aheadMs, errorMs, level, finding) => {
    expect(store.judgeServerClock({ aheadMs, errorMs })).toMatchObject({
      level,
      finding: expect.stringContaining(finding),
    });
  });

  test.each([
    [undefined, 'ok', 'nothing was committed'],
    [-12 * MINUTE, 'ok', '12 min old'],
    [MINUTE, 'warn', '1 min in the future'],
    [DAY, 'fail', '1 d in the future'],
  ])('a newest commit that is %d ms ahead of this clock', (ahead, level, finding) => {
    const newestAt = ahead === undefined ? undefined : NOW + ahead;
    expect(store.judgeCommitClock(newestAt, NOW)).toMatchObject({ level, finding: expect.stringContaining(finding) });
  });
});

describe('the data folder', () => {
  const found = { path: '/data', kind: 'folder', isWritable: true, freeBytes: 2 ** 40 } as const;

  test.each([
    [{}, 'ok'],
    [{ freeBytes: 2 ** 29 }, 'warn'],
    [{ freeBytes: 2 ** 20 }, 'fail'],
    [{ isWritable: false }, 'fail'],
    [{ kind: 'something else' as const }, 'fail'],
    [{ kind: 'nothing' as const }, 'warn'],
  ])('%j', (other, level) => {
    expect(judgeFolder({ ...found, ...other }).level).toBe(level);
  });

  test('belongs to a running process, or to none', () => {
    expect([judgeHolder(true).level, judgeHolder(false).level]).toEqual(['ok', 'warn']);
  });
});

const delivery = (row: Partial<Delivery>): Delivery => ({
  ...{ id: 'd', eventId: 'e', eventType: 'user.created', endpointId: 'one', organizationId: 'o', directoryId: 'd' },
  ...{ partition: 0, offset: 1, seq: 1, laneKeys: ['u1'], status: 'pending', attempts: 0, nextAttemptAt: null },
  ...{ leaseOwner: null, leaseUntil: null, lastError: null, createdAt: NOW, updatedAt: NOW, body: null },
  ...row,
});

describe('deliveries', () => {
  test.each<[string, Partial<Delivery>, string]>([
    ['pending for a moment', { updatedAt: NOW - SECOND }, 'ok'],
    ['pending for long', { updatedAt: NOW - 12 * MINUTE }, 'warn'],
    ['under way', { status: 'sending', updatedAt: NOW - 12 * MINUTE, leaseUntil: NOW + SECOND }, 'ok'],
    ['left behind by a sender', { status: 'sending', leaseUntil: NOW - 12 * MINUTE }, 'warn'],
    ['to be retried later', { status: 'retrying', nextAttemptAt: NOW + DAY, updatedAt: NOW - DAY }, 'ok'],
    ['to have been retried', { status: 'retrying', nextAttemptAt: NOW - 12 * MINUTE }, 'warn'],
  ])('%s', (_, row, level) => expect(levelsOf(judgeDue([delivery(row)], NOW))).toEqual([level]));

  test('the oldest that is due of each endpoint', () => {
    const ages: [string, number][] = [
      ['one', 3],
      ['one', 12],
      ['two', 5],
    ];
    const due = ages.map(([endpointId, age]) => delivery({ endpointId, updatedAt: NOW - age * MINUTE }));
    expect(judgeDue(due, NOW).map(({ finding }) => finding)).toEqual([
      'endpoint one: due and not sent, the oldest for 12 min',
      'endpoint two: due and not sent, the oldest for 5 min',
    ]);
  });

  test('parked lanes of each endpoint, and what waits behind them', () => {
    const parked = [
      delivery({ status: 'parked', laneKeys: ['u1'], lastError: 'the receiver answered 500' }),
      delivery({ status: 'parked', laneKeys: ['u1', 'g1'] }),
      delivery({ status: 'parked', endpointId: 'two' }),
    ];
    const findings = judgeParked(parked, [delivery({ status: 'blocked' })]);
    expect(findings.map(({ finding }) => finding)).toEqual([
      'endpoint one: 2 parked on 2 lanes, 1 wait behind; last error: the receiver answered 500',
      'endpoint two: 1 parked on 1 lane, 0 wait behind; last error: unknown',
    ]);
    const [many] = judgeParked(Array<Delivery>(LOOKED_AT).fill(delivery({ status: 'parked' })), []);
    expect(many?.finding).toContain('1000 or more parked');
    expect(levelsOf(judgeParked([], []))).toEqual(['ok']);
  });
});

const record = { version: 1, createdAt: NOW, updatedAt: NOW - 2 * DAY };
const endpoint = (row: Partial<Endpoint>): Endpoint => ({
  ...{ ...record, id: 'e1', url: 'https://hooks.example/in', description: '', eventTypes: [], filter: null },
  ...{
    organizationId: null,
    directoryId: null,
    payload: 'full',
    headers: [],
    ordering: 'resource',
    rateLimit: null,
    disabling: null,
  },
  ...{ enabled: true, disabledReason: null, failingSince: null, secrets: [] },
  ...row,
});

test.each<[string, Partial<Endpoint>, string]>([
  ['enabled', {}, 'ok endpoints: 1 endpoint, all enabled'],
  ['disabled', { enabled: false, disabledReason: 'it answered 410' }, 'e1 (hooks.example): disabled: it answered 410'],
  ['failing', { failingSince: NOW - DAY }, 'every attempt for 1 d has failed'],
])('an endpoint that is %s', (_, row, finding) => {
  expect(
    judgeEndpoints([endpoint(row)], NOW)
      .map(text)
      .join(),
  ).toContain(finding);
});

describe('directories', () => {
  const directory: Directory = {
    ...{ ...record, id: 'd1', organizationId: 'o', name: 'Okta', provider: null, partition: 0, deletedAt: null },
  };
  const token = (row: Partial<DirectoryToken>): DirectoryToken => ({
    ...{
      ...record,
      id: 't',
      directoryId: 'd1',
      hash: '',
      hint: '',
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    },
    ...row,
  });

  test.each<[string, Partial<DirectoryToken>[], string]>([
    ['no token', [], 'ok'],
    ['one that never expires', [{}], 'ok'],
    ['one that expires soon', [{ expiresAt: NOW + DAY }], 'warn'],
    ['one that expires soon beside another', [{ expiresAt: NOW + DAY }, {}], 'warn'],
    ['one that expires late', [{ expiresAt: NOW + 100 * DAY }], 'ok'],
    ['only one that has expired', [{ expiresAt: NOW - DAY }], 'fail'],
    ['one that has expired beside a live one', [{ expiresAt: NOW - DAY }, {}], 'ok'],
    ['only one that was revoked', [{ expiresAt: NOW - DAY, revokedAt: NOW - DAY }], 'ok'],
  ])('a directory with %s', (_, tokens, level) => {
    expect(levelsOf(judgeTokens([directory], tokens.map(token), NOW))).toEqual([level]);
  });

  test('nobody has to be let into a directory that is disabled or deleted', () => {
    const out = [
      { ...directory, disabled: true },
      { ...directory, deletedAt: NOW },
    ];
    expect(levelsOf(judgeTokens(out, [token({ expiresAt: NOW - DAY })], NOW))).toEqual(['ok']);
  });

  test('what the deletion guard holds', () => {
    const holdings = [1, 100].map((events) => ({ directory, events, since: NOW - DAY }));
    expect(judgeHeld(holdings, NOW).map(({ finding }) => finding)).toEqual([
      'directory d1 (Okta): the deletion guard holds 1 event, since 1 d',
      'directory d1 (Okta): the deletion guard holds 100 events or more, since 1 d',
    ]);
    expect(levelsOf(judgeHeld([], NOW))).toEqual(['ok']);
  });
});

describe('secrets', () => {
  const sealer = createSealer(Buffer.alloc(32, 1));
  const sealed = sealer.seal('whsec_x', endpoint({}));
  const withSecret = endpoint({ secrets: [{ sealed, createdAt: NOW, expiresAt: null }] });

  test.each([
    ['the key', [withSecret], sealer, 'ok'],
    ['another key', [withSecret], createSealer(Buffer.alloc(32, 2)), 'fail'],
    ['no key', [withSecret], undefined, 'fail'],
    ['no key and no secrets', [endpoint({})], undefined, 'ok'],
  ])('are read with %s', (_, endpoints, key, level) => {
    expect(levelsOf(judgeEncryptionKey(endpoints, key))).toEqual([level]);
  });

  test.each([
    [{ validUntil: NOW + 90 * DAY }, 'ok', '1 host, all well'],
    [{ validUntil: NOW + 3 * DAY }, 'warn', 'hooks.example: its certificate ends in 3 d'],
    [{ failure: 'the certificate … has expired', isRefusal: true }, 'fail', 'has expired'],
    [{ failure: 'hooks.example refused the connection', isRefusal: false }, 'warn', 'refused the connection'],
  ])('a certificate: %j', (certificate, level, finding) => {
    const found = judgeCertificates([{ host: 'hooks.example', certificate }], NOW);
    expect(found).toEqual([expect.objectContaining({ level, finding: expect.stringContaining(finding) })]);
  });
});

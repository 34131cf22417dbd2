import { tellDisabled, tellParked } from '../../../services/dispatcher/operational.js';
import type { Disabling, Endpoint } from '../../../shared/store/registry.js';
import type { Delivery } from '../../../shared/webhooks/delivery.js';
import { schemaProblems } from '../../support/event-schemas.js';
import { newEndpoint, newRow } from './rows.js';

const NOW = Date.UTC(2031, 0, 1);
const SPENT = { attempts: 10, answer: 500, last: undefined };
const DISABLING: Disabling = { at: NOW - 5, reason: 'failing', requestId: null };

const parked = newRow({
  endpointId: 'failing',
  organizationId: 'o1',
  directoryId: 'd1',
  partition: 3,
  offset: 42,
  seq: 7,
});

const asking = (id: string, some: Partial<Endpoint> = {}): Endpoint =>
  newEndpoint(id, { eventTypes: ['endpoint.disabled', 'delivery.parked'], ...some });
const toldOf = (rows: readonly Delivery[]): string[] => rows.map(({ endpointId }) => endpointId);
const bodyOf = (row: Delivery | undefined): unknown => JSON.parse(row?.body ?? 'null');

test('a parked delivery is told by ids, before the log and in no lane', () => {
  const [row, ...others] = tellParked(parked, SPENT, [asking('a')], NOW);
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    ...{ eventType: 'delivery.parked', endpointId: 'a', organizationId: 'o1', directoryId: 'd1', partition: 3 },
    ...{ offset: -1, laneKeys: [], status: 'pending', attempts: 0 },
  });
  expect(Number.isSafeInteger(row?.seq)).toBe(true);
  const body = bodyOf(row);
  expect(schemaProblems(body)).toEqual([]);
  expect(body).toEqual({
    ...{ id: row?.eventId, type: 'delivery.parked', timestamp: '2031-01-01T00:00:00.000Z' },
    ...{ organizationId: 'o1', directoryId: 'd1', seq: null, cause: null },
    data: {
      ...{ id: parked.id, endpointId: 'failing', eventId: parked.eventId, eventType: 'user.created', seq: 7 },
      ...{ attempts: 10, answer: 500 },
    },
  });
});

test('a disabled endpoint is told with the reason and the request', () => {
  const gone: Disabling = { at: NOW, reason: 'operator', requestId: 'r1' };
  const [row] = tellDisabled(newEndpoint('x'), gone, [asking('a', { enabled: false })], NOW + 9);
  expect(row).toMatchObject({
    organizationId: null,
    directoryId: null,
    partition: 0,
    status: 'held',
    createdAt: NOW + 9,
  });
  const body = bodyOf(row);
  expect(schemaProblems(body)).toEqual([]);
  expect(body).toMatchObject({
    ...{ type: 'endpoint.disabled', timestamp: '2031-01-01T00:00:00.000Z', cause: { requestId: 'r1' } },
    ...{ organizationId: null, directoryId: null, data: { id: 'x', reason: 'operator' } },
  });
});

test('the same thing told twice has the same ids, and another one has others', () => {
  const ids = (rows: readonly Delivery[]) => rows.map(({ id, eventId, offset, seq }) => ({ id, eventId, offset, seq }));
  const all = [asking('a'), asking('b')];
  const runs = [
    (now: number) => tellParked({ ...parked, nextAttemptAt: NOW }, SPENT, all, now),
    (now: number) => tellParked({ ...parked, nextAttemptAt: NOW }, { ...SPENT, last: 'an earlier attempt' }, all, now),
    (now: number) => tellParked({ ...parked, nextAttemptAt: NOW + 1 }, SPENT, all, now),
    (now: number) => tellDisabled(newEndpoint('x'), DISABLING, all, now),
    (now: number) => tellDisabled(newEndpoint('x'), { ...DISABLING, at: NOW }, all, now),
    (now: number) => tellDisabled(newEndpoint('y'), DISABLING, all, now),
  ];
  for (const tell of runs) expect(ids(tell(NOW + 1_000))).toEqual(ids(tell(NOW)));
  const each = runs.flatMap((tell) => ids(tell(NOW)));
  expect(new Set(each.map(({ id }) => id)).size).toBe(runs.length * all.length);
  expect(new Set(each.map(({ eventId }) => eventId)).size).toBe(runs.length);
  expect(new Set(each.map(({ seq }) => seq)).size).toBe(runs.length);
});

test('those are told who ask for it by name, within their scope, and never of themselves', () => {
  const all = [
    asking('everywhere'),
    asking('the subjects', { eventTypes: ['delivery.*', 'endpoint.*'] }),
    asking('its organization', { organizationId: 'o1' }),
    asking('its directory', { organizationId: 'o1', directoryId: 'd1' }),
    asking('by data', { filter: 'id pr' }),
    asking('failing'),
    asking('another organization', { organizationId: 'o2' }),
    asking('another directory', { organizationId: 'o1', directoryId: 'd2' }),
    asking('other data', { filter: 'department eq "Sales"' }),
    asking('everything', { eventTypes: [] }),
    asking('a star', { eventTypes: ['*'] }),
  ];
  const everywhere = ['everywhere', 'the subjects', 'by data'];
  const within = ['everywhere', 'the subjects', 'its organization', 'its directory', 'by data'];
  expect(toldOf(tellParked(parked, SPENT, all, NOW))).toEqual(within);
  const disabled = (some: Partial<Endpoint>) => toldOf(tellDisabled(newEndpoint('failing', some), DISABLING, all, NOW));
  expect(disabled({ organizationId: 'o1', directoryId: 'd1' })).toEqual(within);
  expect(disabled({ organizationId: 'o1' })).toEqual(within.filter((id) => id !== 'its directory'));
  expect(disabled({})).toEqual(everywhere);
});

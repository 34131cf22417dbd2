import fc from 'fast-check';
import { fanOut, type PlacedEvent } from '../../../services/dispatcher/fan-out.js';
import type { DirectoryEvent } from '../../../shared/events/event.js';
import type { Endpoint } from '../../../shared/store/registry.js';
import { deliveryId } from '../../../shared/webhooks/delivery.js';
import { newEndpoint } from './rows.js';

const event = (type: string, data: object, some: object = {}): DirectoryEvent =>
  ({
    id: '0197a6f2-0000-7000-8000-000000000001',
    type,
    organizationId: 'o1',
    directoryId: 'd1',
    seq: 7,
    data,
    ...some,
  }) as never;
const placed = (one: DirectoryEvent): PlacedEvent => ({ event: one, partition: 3, offset: 42 });
const created = event('user.created', { id: 'u1' });

const receivers = (one: DirectoryEvent, ...endpoints: Endpoint[]): string[] =>
  fanOut([placed(one)], endpoints, 5).map(({ endpointId }) => endpointId);

test('an event goes to each endpoint whose scope and types have it', () => {
  const all = [
    newEndpoint('everything'),
    newEndpoint('its organization', { organizationId: 'o1' }),
    newEndpoint('its directory', { organizationId: 'o1', directoryId: 'd1' }),
    newEndpoint('its type', { eventTypes: ['user.deleted', 'user.created'] }),
    newEndpoint('another organization', { organizationId: 'o2' }),
    newEndpoint('another directory', { organizationId: 'o1', directoryId: 'd2' }),
    newEndpoint('another type', { eventTypes: ['user.deleted'] }),
  ];
  expect(receivers(created, ...all)).toEqual(['everything', 'its organization', 'its directory', 'its type']);
});

test('a delivery has its event, its place and its lanes', () => {
  expect(fanOut([placed(created)], [newEndpoint('e1')], 5)).toEqual([
    {
      id: deliveryId(created.id, 'e1'),
      eventId: created.id,
      eventType: 'user.created',
      endpointId: 'e1',
      organizationId: 'o1',
      directoryId: 'd1',
      partition: 3,
      offset: 42,
      seq: 7,
      laneKeys: ['u1'],
      body: null,
      status: 'pending',
      attempts: 0,
      nextAttemptAt: null,
      leaseOwner: null,
      leaseUntil: null,
      lastError: null,
      createdAt: 5,
      updatedAt: 5,
    },
  ]);
});

test('the deliveries of a disabled endpoint are made, and held', () => {
  const rows = fanOut([placed(created)], [newEndpoint('on'), newEndpoint('off', { enabled: false })], 5);
  expect(rows.map(({ status }) => status)).toEqual(['pending', 'held']);
});

test('a membership event has its group and its members as lanes, each once', () => {
  const joined = event('group.members_added', { group: { id: 'g' }, members: [{ id: 'u' }, { id: 'v' }, { id: 'u' }] });
  expect(fanOut([placed(joined)], [newEndpoint('e')], 5)[0]?.laneKeys).toEqual(['g', 'u', 'v']);
});

test('deliveries are in the order of their events', () => {
  const second = { ...created, id: '0197a6f2-0000-7000-8000-000000000002', seq: 8 };
  const rows = fanOut([placed(created), placed(second)], [newEndpoint('a'), newEndpoint('b')], 5);
  expect(rows.map(({ seq, endpointId }) => `${seq}${endpointId}`)).toEqual(['7a', '7b', '8a', '8b']);
});

/** What the documentation says of subscriptions, spelled out again. */
function isWanted(endpoint: Endpoint, one: DirectoryEvent): boolean {
  const [subject] = one.type.split('.');
  const ofType = ['*', `${subject ?? ''}.*`, one.type];
  const { department } = one.data as { department?: string };
  return (
    (endpoint.organizationId === null || endpoint.organizationId === one.organizationId) &&
    (endpoint.directoryId === null || endpoint.directoryId === one.directoryId) &&
    (endpoint.eventTypes.length === 0 || endpoint.eventTypes.some((pattern) => ofType.includes(pattern))) &&
    (endpoint.filter === null || department === 'Sales')
  );
}

test('property: nothing is for an endpoint that does not subscribe to it, and all else is', () => {
  const types = ['user.created', 'user.deleted', 'group.created'];
  const patterns = ['*', 'user.*', 'group.*', ...types];
  const endpoint = fc.record({
    organizationId: fc.constantFrom(null, 'o1', 'o2'),
    directoryId: fc.constantFrom(null, 'd1', 'd2'),
    eventTypes: fc.subarray(patterns),
    filter: fc.constantFrom(null, 'department eq "Sales"'),
  });
  const some = fc.record({
    type: fc.constantFrom(...types),
    organizationId: fc.constantFrom('o1', 'o2'),
    directoryId: fc.constantFrom('d1', 'd2'),
    department: fc.constantFrom('Sales', 'Legal', undefined),
  });
  fc.assert(
    fc.property(fc.array(endpoint, { maxLength: 5 }), some, (wishes, { type, department, ...where }) => {
      const endpoints = wishes.map((wish, index) => newEndpoint(String(index), wish));
      const one = event(type, { id: 'x', ...(department !== undefined && { department }) }, where);
      const wanted = endpoints.filter((each) => isWanted(each, one)).map(({ id }) => id);
      expect(receivers(one, ...endpoints)).toEqual(wanted);
    }),
  );
});

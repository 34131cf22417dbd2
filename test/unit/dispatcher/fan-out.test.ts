import { fanOut, type PlacedEvent } from '../../../services/dispatcher/fan-out.js';
import type { DirectoryEvent } from '../../../shared/events/event.js';
import type { Endpoint } from '../../../shared/store/registry.js';
import { deliveryId } from '../../../shared/webhooks/delivery.js';

const endpoint = (id: string, some: Partial<Endpoint> = {}): Endpoint => ({
  id,
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  url: 'https://example.com/',
  description: '',
  eventTypes: [],
  organizationId: null,
  directoryId: null,
  enabled: true,
  disabledReason: null,
  secrets: [],
  ...some,
});
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
    endpoint('everything'),
    endpoint('its organization', { organizationId: 'o1' }),
    endpoint('its directory', { organizationId: 'o1', directoryId: 'd1' }),
    endpoint('its type', { eventTypes: ['user.deleted', 'user.created'] }),
    endpoint('another organization', { organizationId: 'o2' }),
    endpoint('another directory', { organizationId: 'o1', directoryId: 'd2' }),
    endpoint('another type', { eventTypes: ['user.deleted'] }),
  ];
  expect(receivers(created, ...all)).toEqual(['everything', 'its organization', 'its directory', 'its type']);
});

test('a delivery has its event, its place and its lanes', () => {
  expect(fanOut([placed(created)], [endpoint('e1')], 5)).toEqual([
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
  const rows = fanOut([placed(created)], [endpoint('on'), endpoint('off', { enabled: false })], 5);
  expect(rows.map(({ status }) => status)).toEqual(['pending', 'held']);
});

test('a membership event has its group and its members as lanes, each once', () => {
  const joined = event('group.members_added', { group: { id: 'g' }, members: [{ id: 'u' }, { id: 'v' }, { id: 'u' }] });
  expect(fanOut([placed(joined)], [endpoint('e')], 5)[0]?.laneKeys).toEqual(['g', 'u', 'v']);
});

test('deliveries are in the order of their events', () => {
  const second = { ...created, id: '0197a6f2-0000-7000-8000-000000000002', seq: 8 };
  const rows = fanOut([placed(created), placed(second)], [endpoint('a'), endpoint('b')], 5);
  expect(rows.map(({ seq, endpointId }) => `${seq}${endpointId}`)).toEqual(['7a', '7b', '8a', '8b']);
});

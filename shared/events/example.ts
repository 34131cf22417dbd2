import { operationalEvent, storeEvent, type EventDraft } from './envelope.js';
import type { DirectoryEventType, EventType, GroupData, ResourceData, UserData } from './event.js';

/** Ids of nothing: no directory, organization, user or group has them. */
const ids = {
  organization: '00000000-0000-4000-8000-000000000001',
  directory: '00000000-0000-4000-8000-000000000002',
  user: '00000000-0000-4000-8000-000000000003',
  group: '00000000-0000-4000-8000-000000000004',
  device: '00000000-0000-4000-8000-000000000005',
  endpoint: '00000000-0000-4000-8000-000000000006',
  delivery: '00000000-0000-4000-8000-000000000007',
  event: '00000000-0000-4000-8000-000000000008',
};

/** The body of an example of an event type, for receivers to be tried with. `timestamp` is ISO 8601, UTC, milliseconds. */
export function exampleEvent(type: EventType, id: string, timestamp: string): string {
  const place = { id, timestamp, organizationId: ids.organization, directoryId: ids.directory };
  switch (type) {
    case 'endpoint.disabled':
      return JSON.stringify(operationalEvent({ type, data: { id: ids.endpoint, reason: 'gone' }, cause: null }, place));
    case 'delivery.parked':
      return JSON.stringify(operationalEvent({ type, data: PARKED, cause: null }, place));
    default:
      return storeEvent(draftOf(type, timestamp), { ...place, seq: 1 }).body;
  }
}

function draftOf(type: DirectoryEventType, at: string): EventDraft {
  const cause = { requestId: 'test' };
  const directory = { id: ids.directory, organizationId: ids.organization };
  switch (type) {
    case 'user.created':
    case 'user.deleted':
      return { type, data: userAt(at), cause };
    case 'user.updated':
      return { type, data: { ...userAt(at), version: 2 }, previous: { department: 'Support' }, cause };
    case 'group.created':
    case 'group.deleted':
      return { type, data: groupAt(at), cause };
    case 'group.updated':
      return { type, data: { ...groupAt(at), version: 2 }, previous: { displayName: 'Seals' }, cause };
    case 'group.members_added':
    case 'group.members_removed':
      return { type, data: { group: groupAt(at), members: [memberOf(userAt(at))] }, cause };
    case 'resource.created':
    case 'resource.deleted':
      return { type, data: deviceAt(at), cause };
    case 'resource.updated': {
      const previous = { attributes: { serialNumber: null } };
      return { type, data: { ...deviceAt(at), version: 2 }, previous, cause };
    }
    case 'directory.activated':
    case 'directory.deleted':
      return { type, data: directory, cause };
    case 'directory.held':
      return { type, data: { ...directory, limit: 'maxUsers', maximum: 50, counted: 51, since: at }, cause };
    case 'directory.released':
    case 'directory.discarded':
      return { type, data: { ...directory, events: 51, since: at }, cause };
    case 'directory.provisioning_failed':
      return { type, data: { ...directory, since: at, count: 10, last: FAILURE }, cause };
  }
}

const common = (at: string) => ({
  directoryId: ids.directory,
  organizationId: ids.organization,
  version: 1,
  createdAt: at,
  updatedAt: at,
});

const userAt = (at: string): UserData => ({
  id: ids.user,
  externalId: 'example-user',
  userName: 'ann@example.com',
  active: true,
  email: 'ann@example.com',
  emails: [{ value: 'ann@example.com', type: 'work', primary: true }],
  name: { given: 'Ann', family: 'Example', formatted: 'Ann Example' },
  displayName: 'Ann Example',
  title: null,
  department: 'Sales',
  employeeNumber: null,
  managerId: null,
  locale: 'en',
  timezone: null,
  phoneNumbers: [],
  roles: [],
  custom: {},
  ...common(at),
});

const groupAt = (at: string): GroupData => ({
  id: ids.group,
  externalId: 'example-group',
  displayName: 'Sales',
  custom: {},
  ...common(at),
});

const deviceAt = (at: string): ResourceData => ({
  id: ids.device,
  resourceType: 'Device',
  externalId: null,
  attributes: { serialNumber: 'EXAMPLE-1' },
  ...common(at),
});

const memberOf = ({ id, userName, email, externalId }: UserData) => ({ id, type: 'User', userName, email, externalId });

const FAILURE = {
  method: 'POST',
  path: '/Users',
  status: 409,
  scimType: 'uniqueness',
  detail: 'Another user has this userName.',
};

const PARKED = {
  id: ids.delivery,
  endpointId: ids.endpoint,
  eventId: ids.event,
  eventType: 'user.created',
  seq: 1,
  attempts: 10,
  answer: 500,
};

import type { StoredEvent } from '../../events/envelope.js';
import type { Membership, ResourceRow, ResourceText } from '../../directory/resource.js';
import { json, number, text } from './columns.js';
import type { Row } from './database.js';

/** The `heads.no` of the directory whose id is bound; null, which equals nothing, before its first commit. */
export const DIRECTORY = '(SELECT no FROM heads WHERE directory_id = ?)';

/** Named where it is meant: left to itself, SQLite takes the primary key's first column, and reads every membership of the directory. */
export const BY_MEMBER = 'memberships INDEXED BY memberships_by_member';

export const RESOURCE_TEXT_COLUMNS = 'id, type, version, created_at, updated_at, attributes';
export const RESOURCE_COLUMNS = `${RESOURCE_TEXT_COLUMNS}, keys`;

const headOf = (row: Row): Omit<ResourceText, 'json'> => ({
  id: text(row, 'id'),
  type: text(row, 'type'),
  version: number(row, 'version'),
  createdAt: number(row, 'created_at'),
  updatedAt: number(row, 'updated_at'),
});

export const toResource = (row: Row): ResourceRow => ({
  ...headOf(row),
  attributes: json(row, 'attributes') as ResourceRow['attributes'],
  keys: json(row, 'keys') as ResourceRow['keys'],
});

export const toResourceText = (row: Row): ResourceText => ({ ...headOf(row), json: text(row, 'attributes') });

export const MEMBERSHIP_COLUMNS = 'group_id, member_id, member_type';

export const toMembership = (row: Row): Membership => ({
  groupId: text(row, 'group_id'),
  memberId: text(row, 'member_id'),
  memberType: text(row, 'member_type'),
});

/** What `toEvent` reads. */
export const EVENT_COLUMNS = 'events.id, type, seq, body, traceparent';

export function toEvent(row: Row): StoredEvent {
  const event = { id: text(row, 'id'), type: text(row, 'type'), seq: number(row, 'seq'), body: text(row, 'body') };
  return row['traceparent'] === null ? event : { ...event, traceparent: text(row, 'traceparent') };
}

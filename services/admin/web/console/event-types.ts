import type { EventType } from '../../../../shared/events/event.js';

/** Every type of event, and what has happened. */
export const EVENT_TYPES: Readonly<Record<EventType, string>> = {
  'user.created': 'A user is there',
  'user.updated': 'A user has changed',
  'user.deleted': 'A user is gone',
  'group.created': 'A group is there',
  'group.updated': 'A group has changed',
  'group.deleted': 'A group is gone',
  'group.members_added': 'Members have joined a group',
  'group.members_removed': 'Members have left a group',
  'resource.created': 'A resource of a declared type is there',
  'resource.updated': 'A resource of a declared type has changed',
  'resource.deleted': 'A resource of a declared type is gone',
  'directory.activated': 'The first SCIM request has come',
  'directory.deleted': 'A directory is gone',
  'directory.held': 'The deletion guard holds a mass removal back',
  'directory.released': 'What was held back has come through',
  'directory.discarded': 'What was held back was dropped',
  'directory.provisioning_failed': 'Changes have failed in a row',
  'endpoint.disabled': 'An endpoint is disabled',
  'delivery.parked': 'The retries of a delivery are spent',
};

const typesOf = Object.keys(EVENT_TYPES) as EventType[];

/** By what they are about, in the order of the table. */
export const SUBJECTS: readonly { readonly subject: string; readonly types: readonly EventType[] }[] = [
  ...new Set(typesOf.map((type) => type.slice(0, type.indexOf('.')))),
].map((subject) => ({ subject, types: typesOf.filter((type) => type.startsWith(`${subject}.`)) }));

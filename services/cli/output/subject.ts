import { asObject } from '../../simulator/json.js';
import type { Json } from '../api/json.js';
import { show } from './text.js';

/** Whom or what an event is about, by a name that people know. */
export function subjectOf({ data }: Json): string {
  const { group, members, userName, displayName, resourceType, id } = asObject(data);
  if (Array.isArray(members)) return `${show(asObject(group)['displayName'])}, ${members.length} of its members`;
  if (typeof resourceType === 'string') return `${show(resourceType)} ${show(id)}`;
  return show(userName ?? displayName ?? id);
}

import type { Event } from '../shapes.js';

/** Who or what an event is about, as people call it. */
export function subjectOf({ data }: Pick<Event, 'data'>): string {
  const { group, members } = data as { group?: Named; members?: readonly Named[] };
  if (group === undefined || members === undefined) return nameOf(data);
  const [first, ...others] = members;
  const rest = others.length === 0 ? '' : ` and ${others.length.toLocaleString('en')} more`;
  return `${nameOf(group)}: ${first === undefined ? 'nobody' : nameOf(first)}${rest}`;
}

interface Named {
  readonly id?: unknown;
  readonly userName?: unknown;
  readonly displayName?: unknown;
  readonly externalId?: unknown;
  readonly type?: unknown;
}

const nameOf = ({ userName, displayName, externalId, id }: Named): string => {
  const found = [userName, displayName, externalId, id].find((name) => typeof name === 'string' && name !== '');
  return typeof found === 'string' ? found : '';
};

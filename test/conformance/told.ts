import type { DirectoryEvent } from '../../shared/events/event.js';

/** Who is there, as far as both a receiver of events and a reader of SCIM can know. */
export interface World {
  readonly users: Readonly<Record<string, unknown>>;
  readonly groups: Readonly<Record<string, unknown>>;
}

/** What a host application knows that has seen every event, and nothing else. */
export function toldBy(events: readonly DirectoryEvent[]): World {
  const users = new Map<string, unknown>();
  const groups = new Map<string, unknown>();
  const members = new Map<string, Set<string>>();
  const of = (groupId: string): Set<string> => members.get(groupId) ?? new Set();
  for (const event of events) {
    switch (event.type) {
      case 'user.created':
      case 'user.updated': {
        const { id, userName, externalId, active, displayName, title, emails, version } = event.data;
        const addresses = emails.map(({ value }) => value);
        users.set(id, { userName, externalId, active, displayName, title, emails: addresses, version });
        break;
      }
      case 'user.deleted':
        users.delete(event.data.id);
        for (const group of members.values()) group.delete(event.data.id);
        break;
      case 'group.created':
      case 'group.updated':
        groups.set(event.data.id, { displayName: event.data.displayName, externalId: event.data.externalId });
        break;
      case 'group.deleted':
        groups.delete(event.data.id);
        break;
      case 'group.members_added':
        members.set(event.data.group.id, new Set([...of(event.data.group.id), ...idsOf(event.data)]));
        break;
      case 'group.members_removed':
        idsOf(event.data).forEach((id) => of(event.data.group.id).delete(id));
        break;
      case 'resource.created':
      case 'resource.updated':
      case 'resource.deleted':
      case 'directory.activated':
      case 'directory.deleted':
      case 'directory.held':
      case 'directory.released':
      case 'directory.discarded':
      case 'directory.provisioning_failed':
    }
  }
  const withMembers = [...groups].map(([id, facts]) => [id, { ...Object(facts), members: [...of(id)].sort() }]);
  return { users: Object.fromEntries(users), groups: Object.fromEntries(withMembers) };
}

const idsOf = ({ members }: { readonly members: readonly { readonly id: string }[] }): string[] =>
  members.map(({ id }) => id);

/** The same, as SCIM shows it: bodies of GET /Users and GET /Groups. */
export const shownBy = (users: { Resources: Shown[] }, groups: { Resources: Shown[] }): World => ({
  users: Object.fromEntries(
    users.Resources.map(
      ({ id, userName, externalId = null, active = true, displayName = null, title = null, emails = [], meta }) => {
        const version = Number(/\d+/.exec(meta.version)?.[0]);
        return [
          id,
          { userName, externalId, active, displayName, title, emails: emails.map(({ value }) => value), version },
        ];
      },
    ),
  ),
  groups: Object.fromEntries(
    groups.Resources.map(({ id, displayName, externalId = null, members = [] }) => [
      id,
      { displayName, externalId, members: members.map(({ value }) => value).sort() },
    ]),
  ),
});

interface Shown {
  readonly id: string;
  readonly userName?: string;
  readonly externalId?: string | null;
  readonly active?: boolean;
  readonly displayName?: string | null;
  readonly title?: string | null;
  readonly emails?: readonly { readonly value: string }[];
  readonly members?: readonly { readonly value: string }[];
  readonly meta: { readonly version: string };
}

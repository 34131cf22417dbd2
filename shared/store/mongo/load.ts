import type { Loaded, Needs } from '../../directory/needs.js';
import type { Membership } from '../../directory/resource.js';
import { anyOf, membershipId, resourceId, slices } from './collections.js';
import type { MongoConnection } from './connection.js';
import { findMemberships, findResources, indexTerm } from './rows.js';

/** How many ids or keys one call asks for. */
const ASKED_PER_CALL = 1000;
/** How many members of a group one call reads. */
const MEMBERS_PER_CALL = 5000;

/** Reads the live rows that a batch needs, all at once: whatever changes in between shows as a conflict. */
export async function load(connection: MongoConnection, directoryId: string, needs: Needs): Promise<Loaded> {
  const ids = [...needs.ids].map((id) => resourceId(directoryId, id));
  const terms = new Map<string, Set<string>>();
  for (const { type, key } of needs.keys) terms.set(type, (terms.get(type) ?? new Set()).add(indexTerm(key)));
  const pairs = new Set(
    needs.memberships
      .filter(({ groupId }) => !needs.members.has(groupId))
      .map(({ groupId, memberId }) => membershipId(directoryId, groupId, memberId)),
  );
  const [resources, memberships, held] = await Promise.all([
    Promise.all([
      ...slices(ids, ASKED_PER_CALL).map((slice) => findResources(connection, { _id: anyOf(slice), directoryId })),
      ...[...terms].flatMap(([type, ofType]) =>
        slices([...ofType], ASKED_PER_CALL).map((slice) =>
          findResources(connection, { directoryId, type, keys: anyOf(slice) }),
        ),
      ),
    ]),
    Promise.all([
      ...slices([...pairs], ASKED_PER_CALL).map((slice) =>
        findMemberships(connection, { _id: anyOf(slice), directoryId }),
      ),
      ...[...needs.members].map((groupId) => wholeGroup(connection, directoryId, groupId)),
    ]),
    Promise.all(slices([...needs.heldKeys], ASKED_PER_CALL).map((slice) => keysOfHeld(connection, directoryId, slice))),
  ]);
  return {
    resources: [...new Map(resources.flat().map((row) => [row.id, row])).values()],
    memberships: memberships.flat(),
    heldKeys: [...new Set(held.flat())].filter((key) => needs.heldKeys.has(key)),
  };
}

/** The keys of the held events that have one of the given ones. */
const keysOfHeld = (connection: MongoConnection, directoryId: string, keys: readonly string[]): Promise<string[]> =>
  connection.call(async ({ held }, session) => {
    const found = await held
      .find({ directoryId, keys: anyOf(keys), live: true }, { session, projection: { keys: 1 } })
      .toArray();
    return found.flatMap((event) => event.keys);
  });

async function wholeGroup(connection: MongoConnection, directoryId: string, groupId: string): Promise<Membership[]> {
  const rows: Membership[] = [];
  for (let afterId = ''; ;) {
    const where = { directoryId, groupId, memberId: { $gt: afterId } };
    const page = await findMemberships(connection, where, { sort: { memberId: 1 }, limit: MEMBERS_PER_CALL });
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < MEMBERS_PER_CALL) return rows;
    afterId = last.memberId;
  }
}

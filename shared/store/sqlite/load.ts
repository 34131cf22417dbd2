import { setImmediate as othersTurn } from 'node:timers/promises';
import { NOTHING_LOADED, type Loaded, type Needs } from '../../directory/needs.js';
import { type Membership, type ResourceRow } from '../../directory/resource.js';
import { number, text } from './columns.js';
import type { Database } from './database.js';
import { MEMBERSHIP_COLUMNS, RESOURCE_COLUMNS, toMembership, toResource } from './rows.js';

/** How many ids or keys one statement looks up, and how many rows it reads: some 10 ms, and then it is the others' turn. */
const ROWS_PER_TURN = 500;

/** Ids and lane keys that a JSON array holds; the parameter is its text. */
const AMONG = 'IN (SELECT value FROM json_each(?))';

/** Reads the live rows that a batch needs. A large batch takes several turns: whatever changes in between shows as a conflict. */
export function prepareLoad(database: Database): (directoryId: string, needs: Needs) => Promise<Loaded> {
  const directoryNo = database.prepare('SELECT no FROM heads WHERE directory_id = ?');
  const byIds = database.prepare(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE directory = ? AND id ${AMONG}`);
  // Most keys are looked up to find nobody: one step in the index, and no more.
  const bearers = database.prepare('SELECT resource FROM index_keys WHERE directory = ? AND type = ? AND key = ?');
  const byRow = database.prepare(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE row = ?`);
  const byPairs = database.prepare(`
    SELECT ${MEMBERSHIP_COLUMNS} FROM memberships WHERE directory = ? AND group_id = ? AND member_id ${AMONG}`);
  const byGroup = database.prepare(`
    SELECT ${MEMBERSHIP_COLUMNS} FROM memberships
    WHERE directory = ? AND group_id = ? AND member_id > ? ORDER BY member_id LIMIT ?`);
  const heldKeys = database.prepare(`SELECT DISTINCT key FROM held_keys WHERE directory = ? AND key ${AMONG}`);

  const resources = async (directory: number, { ids, keys }: Needs): Promise<ResourceRow[]> => {
    const found = await lookUp(ids, (some) => byIds.all(directory, some).map(toResource));
    const borne = keys
      .flatMap(({ type, key }) => bearers.all(directory, type, key))
      .flatMap((row) => byRow.all(number(row, 'resource')))
      .map(toResource);
    return borne.length === 0 ? found : [...new Map([...found, ...borne].map((row) => [row.id, row])).values()];
  };
  const wholeGroup = async (directory: number, groupId: string): Promise<Membership[]> => {
    const found: Membership[] = [];
    for (;;) {
      const page = byGroup.all(directory, groupId, found.at(-1)?.memberId ?? '', ROWS_PER_TURN);
      for (const row of page) found.push(toMembership(row));
      if (page.length < ROWS_PER_TURN) return found;
      await othersTurn();
    }
  };
  const memberships = async (directory: number, needs: Needs): Promise<Membership[]> => {
    const pairs = needs.memberships.filter(({ groupId }) => !needs.members.has(groupId));
    const membersOf = new Map(pairs.map(({ groupId }) => [groupId, new Set<string>()]));
    for (const { groupId, memberId } of pairs) membersOf.get(groupId)?.add(memberId);
    const found: Membership[][] = [];
    for (const [groupId, memberIds] of membersOf) {
      found.push(await lookUp(memberIds, (some) => byPairs.all(directory, groupId, some).map(toMembership)));
    }
    for (const groupId of needs.members) found.push(await wholeGroup(directory, groupId));
    return found.flat();
  };
  return async (directoryId, needs) => {
    const head = directoryNo.get(directoryId);
    if (head === undefined) return NOTHING_LOADED;
    const directory = number(head, 'no');
    return {
      resources: await resources(directory, needs),
      memberships: await memberships(directory, needs),
      heldKeys: await lookUp(needs.heldKeys, (some) => heldKeys.all(directory, some).map((row) => text(row, 'key'))),
    };
  };
}

/** What is found of many, some at a time; `ask` is given the JSON of an array of them. */
async function lookUp<Found>(asked: ReadonlySet<string>, ask: (some: string) => Found[]): Promise<Found[]> {
  // JSON in SQLite ends at NUL, and what is stored has other ids than texts that it would alter.
  const all = [...asked].filter((id) => id.isWellFormed() && !id.includes('\0'));
  const found: Found[][] = [];
  for (let start = 0; start < all.length; start += ROWS_PER_TURN) {
    const some = all.slice(start, start + ROWS_PER_TURN);
    found.push(ask(JSON.stringify(some)));
    if (some.length === ROWS_PER_TURN) await othersTurn();
  }
  return found.flat();
}

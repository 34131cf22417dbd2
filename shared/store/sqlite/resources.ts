import { oldestFirst } from '../bounded-search.js';
import type { Candidates, ResourcePage, ResourceReader } from '../port.js';
import { LAST_CHARACTER, searchByPrefix } from '../prefix-search.js';
import { number, text } from './columns.js';
import type { Database, Row } from './database.js';
import {
  BY_MEMBER,
  DIRECTORY,
  MEMBERSHIP_COLUMNS,
  RESOURCE_COLUMNS,
  RESOURCE_TEXT_COLUMNS,
  toMembership,
  toResource,
  toResourceText,
} from './rows.js';

/** A `LIMIT` and `OFFSET` after an id; every id is above the empty one. */
const PAGE = 'LIMIT ? OFFSET ?';
const bounds = ({ offset = 0, limit }: ResourcePage): [limit: number, offset: number] => [limit, offset];
const start = ({ afterId = '' }: ResourcePage): string => afterId;

/** Those that have a key. A join, because IN would gather what it finds in a table of its own first. */
const BEARERS = `index_keys CROSS JOIN resources ON row = resource
  WHERE index_keys.directory = ${DIRECTORY} AND index_keys.type = ? AND key = ? AND id > ?`;

export function createResources(database: Database): ResourceReader {
  const byTypeAndId = (columns: string) =>
    database.prepare(`SELECT ${columns} FROM resources WHERE directory = ${DIRECTORY} AND type = ? AND id = ?`);
  const [one, oneText] = [byTypeAndId(RESOURCE_COLUMNS), byTypeAndId(RESOURCE_TEXT_COLUMNS)];
  const byId = database.prepare(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE directory = ${DIRECTORY} AND id = ?`);
  const byRow = database.prepare(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE row = ?`);
  const ofType = (columns: string) =>
    database.prepare(`
      SELECT ${columns} FROM resources WHERE directory = ${DIRECTORY} AND type = ? AND id > ? ORDER BY id ${PAGE}`);
  const [all, allTexts] = [ofType(RESOURCE_COLUMNS), ofType(RESOURCE_TEXT_COLUMNS)];
  const withKey = database.prepare(`
    SELECT ${RESOURCE_COLUMNS.replaceAll(/\w+/g, 'resources.$&')} FROM ${BEARERS} LIMIT ?`);
  const candidateRows = prepareCandidates(database);
  const beginningWith = database.prepare(`
    SELECT key, resource FROM index_keys
    WHERE directory = (SELECT no FROM heads WHERE directory_id = ?1) AND type = ?2 AND key >= ?3 AND key < ?4
      AND (key > ?3 OR resource > coalesce((
        SELECT row FROM resources WHERE directory = (SELECT no FROM heads WHERE directory_id = ?1) AND id = ?5), 0))
    ORDER BY key, resource LIMIT ?6`);

  return {
    async get(directoryId, type, id) {
      const row = one.get(directoryId, type, id);
      return row && toResource(row);
    },
    async getStored(directoryId, type, id) {
      const row = oneText.get(directoryId, type, id);
      return row && toResourceText(row);
    },
    async listStored(directoryId, type, page) {
      return allTexts.all(directoryId, type, start(page), ...bounds(page)).map(toResourceText);
    },
    async getMany(directoryId, ids) {
      return [...new Set(ids)].flatMap((id) => byId.all(directoryId, id).map(toResource));
    },
    async list(directoryId, type, candidates, page) {
      if (candidates === undefined) return all.all(directoryId, type, start(page), ...bounds(page)).map(toResource);
      const [limit, offset] = bounds(page);
      if (candidates.keys.length === 1 && candidates.ids.length === 0) {
        const bearers = withKey.all(directoryId, type, ...candidates.keys, start(page), offset + limit + 1);
        // Nearly always: that is all of them, in one step, and in the order of ids they are a page.
        if (bearers.length <= offset + limit) return bearers.map(toResource).sort(oldestFirst).slice(offset);
      }
      const rows = candidateRows(directoryId, type, candidates, start(page)).slice(offset, offset + limit);
      return rows.flatMap((row) => byRow.all(row).map(toResource));
    },
    search: (directoryId, type, prefixes, page) =>
      searchByPrefix(prefixes, page, async (prefix, { key, id }, limit) =>
        beginningWith
          .all(directoryId, type, key === '' ? prefix : key, prefix + LAST_CHARACTER, id, limit)
          .flatMap((entry) =>
            byRow
              .all(number(entry, 'resource'))
              .map(toResource)
              .map((resource) => ({ key: text(entry, 'key'), id: resource.id, keys: resource.keys, resource })),
          ),
      ),
    ...prepareMemberships(database),
  };
}

function prepareMemberships(database: Database): Pick<ResourceReader, 'membersOf' | 'groupsOf' | 'endedWith'> {
  const members = database.prepare(`
    SELECT ${MEMBERSHIP_COLUMNS} FROM memberships
    WHERE directory = ${DIRECTORY} AND group_id = ? AND member_id > ? ORDER BY member_id ${PAGE}`);
  const groupsOf = (whom: string) =>
    database.prepare(`
      SELECT ${MEMBERSHIP_COLUMNS} FROM ${BY_MEMBER} WHERE directory = ${DIRECTORY} AND member_id ${whom}`);
  const [groupsOfOne, groupsOfMany] = [groupsOf('= ?'), groupsOf('IN (SELECT value FROM json_each(?))')];
  const ended = database.prepare(`
    SELECT ${MEMBERSHIP_COLUMNS} FROM ended_memberships WHERE directory = ${DIRECTORY} AND ended_with = ?`);

  return {
    async membersOf(directoryId, groupId, page) {
      return members.all(directoryId, groupId, start(page), ...bounds(page)).map(toMembership);
    },
    async groupsOf(directoryId, memberIds) {
      const rows =
        memberIds.length === 1
          ? groupsOfOne.all(directoryId, ...memberIds)
          : groupsOfMany.all(directoryId, JSON.stringify(memberIds));
      return rows.map(toMembership);
    },
    async endedWith(directoryId, id) {
      return ended.all(directoryId, id).map(toMembership);
    },
  };
}

/** The candidates' `row`s in the order of their ids, each once: a page is cut from these before any resource is read. */
function prepareCandidates(database: Database) {
  const byId = database.prepare(
    `SELECT row, id FROM resources WHERE directory = ${DIRECTORY} AND type = ? AND id = ? AND id > ?`,
  );
  const byKey = database.prepare(`SELECT row, id FROM ${BEARERS}`);
  return (directoryId: string, type: string, { ids, keys }: Candidates, afterId: string): number[] => {
    const found: Row[] = [
      ...ids.flatMap((id) => byId.all(directoryId, type, id, afterId)),
      ...keys.flatMap((key) => byKey.all(directoryId, type, key, afterId)),
    ];
    const rows = new Map(found.map((row) => [text(row, 'id'), number(row, 'row')]));
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  };
}

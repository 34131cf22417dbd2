import type { mongo } from 'mongoose';
import type { Membership } from '../../directory/resource.js';
import type { ResourcePage, ResourceReader } from '../port.js';
import { searchByPrefix, type PrefixPlace } from '../prefix-search.js';
import { anyOf, resourceId, type MembershipDocument } from './collections.js';
import type { MongoConnection } from './connection.js';
import { endedMemberships, findMemberships, findResources, indexTerm } from './rows.js';

const ENDED_PER_CALL = 5000;

export function createResources(connection: MongoConnection): ResourceReader {
  const reader: ResourceReader = {
    getStored: (directoryId, type, id) => reader.get(directoryId, type, id),
    listStored: (directoryId, type, page) => reader.list(directoryId, type, undefined, page),
    async get(directoryId, type, id) {
      const [row] = await findResources(connection, { _id: resourceId(directoryId, id), directoryId, type });
      return row;
    },
    async getMany(directoryId, ids) {
      if (ids.length === 0) return [];
      const asked = distinct(ids).map((id) => resourceId(directoryId, id));
      return findResources(connection, { _id: anyOf(asked), directoryId });
    },
    async list(directoryId, type, candidates, page) {
      const where = { directoryId, type, id: { $gt: page.afterId ?? '' } };
      if (page.limit === 0) return [];
      if (candidates === undefined) return findResources(connection, where, cut('id', page));
      const either = [
        { _id: anyOf(distinct(candidates.ids).map((id) => resourceId(directoryId, id))) },
        { keys: anyOf(distinct(candidates.keys).map(indexTerm)) },
      ];
      return findResources(connection, { ...where, $or: either }, cut('id', page));
    },
    search: (directoryId, type, prefixes, page) =>
      searchByPrefix(prefixes, page, (prefix, place, limit) =>
        keyEntries(connection, { directoryId, type }, prefix, place, limit),
      ),
    async membersOf(directoryId, groupId, page) {
      if (page.limit === 0) return [];
      const where = { directoryId, groupId, memberId: { $gt: page.afterId ?? '' } };
      return findMemberships(connection, where, cut('memberId', page));
    },
    async groupsOf(directoryId, memberIds) {
      if (memberIds.length === 0) return [];
      return findMemberships(connection, { directoryId, memberId: anyOf(distinct(memberIds)) });
    },
    async endedWith(directoryId, id) {
      const deleted = await connection.call(({ resources }, session) =>
        resources.findOne(
          { _id: resourceId(directoryId, id), directoryId, live: false },
          { session, projection: { commit: 1 } },
        ),
      );
      if (deleted === null) return [];
      const { commit } = deleted;
      return [
        ...(await readEnded(connection, { directoryId, groupId: id, commit }, 'memberId')),
        ...(await readEnded(connection, { directoryId, memberId: id, commit }, 'groupId')),
      ];
    },
  };
  return reader;
}

/** In the order of keys, for which the server sorts all that begin so: of a resource with several, an index has one place alone. */
async function keyEntries(
  connection: MongoConnection,
  among: { readonly directoryId: string; readonly type: string },
  prefix: string,
  { key, id }: PrefixPlace,
  limit: number,
) {
  const begins = { $regex: `^${prefix.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}` };
  const from = key === '' ? prefix : key;
  const after = { $or: [{ keys: { $gt: from } }, { keys: from, _id: { $gt: resourceId(among.directoryId, id) } }] };
  const entries = await connection.call(({ resources }, session) =>
    resources
      .aggregate<{ readonly _id: string; readonly keys: string }>(
        [
          { $match: { ...among, keys: begins, live: true } },
          { $project: { keys: 1 } },
          { $unwind: '$keys' },
          { $match: { $and: [{ keys: begins }, after] } },
          { $sort: { keys: 1, _id: 1 } },
          { $limit: limit },
        ],
        { session },
      )
      .toArray(),
  );
  if (entries.length === 0) return [];
  const ids = distinct(entries.map(({ _id }) => _id));
  const rows = await findResources(connection, { _id: anyOf(ids), directoryId: among.directoryId });
  const rowOf = new Map(rows.map((row) => [resourceId(among.directoryId, row.id), row]));
  return entries.map(({ _id, keys: term }) => {
    const resource = rowOf.get(_id);
    const id = _id.slice(resourceId(among.directoryId, '').length);
    return { key: term, id, resource, keys: (resource?.keys ?? []).map(indexTerm) };
  });
}

/** The tombstones of one commit for which the condition holds, in the order of a field in which they differ. */
async function readEnded(
  connection: MongoConnection,
  where: mongo.Filter<MembershipDocument>,
  by: 'memberId' | 'groupId',
): Promise<Membership[]> {
  const rows: Membership[] = [];
  for (let after = ''; ;) {
    const page = await endedMemberships(
      connection,
      { ...where, [by]: { $gt: after } },
      { sort: { [by]: 1 }, limit: ENDED_PER_CALL },
    );
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < ENDED_PER_CALL) return rows;
    after = last[by];
  }
}

/** A limit of 0, which means "all" to the server, never gets here. */
const cut = (field: 'id' | 'memberId', { offset = 0, limit }: ResourcePage) => ({
  sort: { [field]: 1 as const },
  skip: offset,
  limit,
});

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

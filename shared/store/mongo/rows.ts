import { createHash } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { Membership, ResourceRow } from '../../directory/resource.js';
import type { MembershipDocument, ResourceDocument } from './collections.js';
import type { MongoConnection } from './connection.js';

/** Which part of what is found, in the order of one field. Without it: everything, in no order. */
export interface Page {
  readonly sort?: Readonly<Record<string, 1>>;
  readonly skip?: number;
  readonly limit?: number;
}

/** The live resources for which the condition holds. */
export const findResources = (
  connection: MongoConnection,
  where: mongo.Filter<ResourceDocument>,
  page: Page = {},
): Promise<ResourceRow[]> =>
  connection.call(({ resources }, session) =>
    resources
      .find({ ...where, live: true }, { session, projection: { row: 1 }, ...page })
      .map(toResource)
      .toArray(),
  );

type FindMemberships = (
  connection: MongoConnection,
  where: mongo.Filter<MembershipDocument>,
  page?: Page,
) => Promise<Membership[]>;

const membershipsWhere =
  (live: boolean): FindMemberships =>
  (connection, where, page = {}) =>
    connection.call(({ memberships }, session) =>
      memberships
        .find({ ...where, live }, { session, projection: MEMBERSHIP_FIELDS, ...page })
        .map(toMembership)
        .toArray(),
    );

/** The memberships that have not ended, for which the condition holds. */
export const findMemberships = membershipsWhere(true);

/** Those that have ended and are tombstones now. */
export const endedMemberships = membershipsWhere(false);

const MEMBERSHIP_FIELDS = { _id: 0, groupId: 1, memberId: 1, memberType: 1 };

function toResource({ _id, row }: Pick<ResourceDocument, '_id' | 'row'>): ResourceRow {
  if (row === null) throw new Error(`resource ${_id}: live without a row`);
  return JSON.parse(row) as ResourceRow;
}

const toMembership = ({ groupId, memberId, memberType }: MembershipDocument): Membership => ({
  groupId,
  memberId,
  memberType,
});

/** Longer keys are hashed: an index entry stays small whatever a client sends. */
const TERM_MAX = 128;

/** Text that BSON would alter, or that begins as a hash does. */
const ALTERED = /[\0\p{Surrogate}]|^#/u;

/** An index key as it is stored and asked for: two different keys are two different terms. */
export const indexTerm = (key: string): string =>
  key.length > TERM_MAX || ALTERED.test(key)
    ? `#${createHash('sha256').update(JSON.stringify(key)).digest('hex')}`
    : key;

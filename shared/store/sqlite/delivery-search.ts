import { idAt, type Delivery, type DeliveryStatus } from '../../webhooks/delivery.js';
import { mergeResults, newestFirst, resultOf } from '../bounded-search.js';
import type { DeliveryFilter, DeliverySearch, DeliveryStore } from '../deliveries.js';
import { number, text } from './columns.js';
import type { Database, Value } from './database.js';
import type { DeliveryLeases } from './delivery-leases.js';
import { ENDPOINT, hasStatus, selectDeliveries, toDelivery } from './delivery-rows.js';

/** Word for word the condition of the index `deliveries_stuck`: SQLite uses it only where the query says the same. */
const STUCK = "status NOT IN ('pending', 'delivered')";
const isStuck = (status: DeliveryStatus): boolean => !['pending', 'sending', 'delivered'].includes(status);

/** What every delivery that is wanted has, and the scopes in which to look for them one after another. */
interface Conditions {
  readonly clauses: readonly string[];
  readonly values: readonly Value[];
  /** One that admits everything, where scope does not matter. */
  readonly scopes: readonly (readonly number[])[];
}

export function prepareSearch(database: Database, leases: DeliveryLeases): Pick<DeliveryStore, 'list' | 'search'> {
  const conditionsOf = prepareConditions(database, leases);
  /** Up to `limit` of one scope, newest first. */
  const select = (
    filter: DeliveryFilter,
    { clauses, values }: Conditions,
    scope: readonly number[],
    limit: number,
  ): Delivery[] => {
    const { index, isShort } = placeOf(filter, scope);
    const order = isShort ? '' : 'ORDER BY deliveries.id DESC LIMIT ?';
    const sql = `${selectDeliveries(index)} ${whereOf([...clauses, ...(scope.length > 0 ? ['scope = ?'] : [])])} ${order}`;
    const found = database.prepare(sql).all(...values, ...scope, ...(isShort ? [] : [limit]));
    return found
      .map((row) => toDelivery(row, leases))
      .sort(newestFirst)
      .slice(0, limit);
  };
  return {
    async list(filter, { beforeId, limit }) {
      const conditions = conditionsOf(filter, beforeId);
      return conditions.scopes
        .flatMap((scope) => select(filter, conditions, scope, limit))
        .sort(newestFirst)
        .slice(0, limit);
    },
    async search(wanted, { beforeId, limit, scan }) {
      const conditions = conditionsOf(wanted, beforeId);
      const share = Math.ceil(scan / Math.max(conditions.scopes.length, 1));
      const results = conditions.scopes.map((scope) => {
        const stop = stopAfter(database, wanted, beforeId, scope, share);
        const bounded = stop === undefined ? [] : [stop];
        const { clauses, values } = conditions;
        const within = {
          ...conditions,
          clauses: [...clauses, ...bounded.map(() => 'deliveries.id >= ?')],
          values: [...values, ...bounded],
        };
        return resultOf(select(wanted, within, scope, limit + 1), limit, stop);
      });
      return mergeResults(results, limit);
    },
  };
}

const whereOf = (clauses: readonly string[]): string => (clauses.length === 0 ? '' : `WHERE ${clauses.join(' AND ')}`);

/** The last delivery to look at: so many are passed over in an index, whatever else is wanted of them. Undefined: all there are. */
function stopAfter(
  database: Database,
  search: DeliverySearch,
  beforeId: string | undefined,
  scope: readonly number[],
  scan: number,
): string | undefined {
  const { endpointId, status } = search;
  const { index, isShort } = placeOf(search, scope);
  if (isShort) return undefined;
  const { clauses, values } = timesOf(search, beforeId);
  const [inIndex, bound] = ((): readonly [string[], readonly Value[]] => {
    if (index === 'deliveries_stuck') return [[STUCK, `status = '${String(status)}'`], []];
    if (scope.length > 0) return [['scope = ?'], scope];
    return endpointId === undefined ? [[], []] : [[`endpoint = ${ENDPOINT}`], [endpointId]];
  })();
  const all = whereOf([...inIndex, ...clauses]);
  const row = database
    .prepare(`SELECT id FROM deliveries ${all} ORDER BY id DESC LIMIT 1 OFFSET ?`)
    .get(...bound, ...values, scan - 1);
  return row && text(row, 'id');
}

/** What is said of ids. */
function timesOf(
  { since, until }: Pick<DeliverySearch, 'since' | 'until'>,
  beforeId: string | undefined,
): Pick<Conditions, 'clauses' | 'values'> {
  const bounds: readonly [string, string | undefined][] = [
    ['deliveries.id < ?', beforeId],
    ['deliveries.id >= ?', since === undefined ? undefined : idAt(since)],
    ['deliveries.id < ?', until === undefined ? undefined : idAt(until)],
  ];
  const given = bounds.flatMap(([clause, value]) => (value === undefined ? [] : [{ clause, value }]));
  return { clauses: given.map(({ clause }) => clause), values: given.map(({ value }) => value) };
}

function prepareConditions(
  database: Database,
  leases: DeliveryLeases,
): (search: DeliverySearch, beforeId: string | undefined) => Conditions {
  const scopesOf = prepareScopes(database);
  return (search, beforeId) => {
    const { endpointId, eventId, status, eventType, resourceId } = search;
    const times = timesOf(search, beforeId);
    const clauses: string[] = [];
    const values: Value[] = [];
    const where = (clause: string, ...bound: readonly Value[]): void => {
      clauses.push(clause);
      values.push(...bound);
    };
    if (endpointId !== undefined) where(`endpoint = ${ENDPOINT}`, endpointId);
    if (eventId !== undefined) where('event IN (SELECT no FROM delivery_events WHERE id = ?)', eventId);
    if (status !== undefined) where(hasStatus(status), JSON.stringify(leases.of({})));
    if (status !== undefined && isStuck(status)) where(STUCK);
    if (eventType !== undefined) where('type = ?', eventType);
    if (resourceId !== undefined) where('instr(lane_keys, ?) > 0', JSON.stringify(resourceId));
    where(times.clauses.join(' AND ') || 'TRUE', ...times.values);
    return { clauses, values, scopes: scopesOf(search) ?? [[]] };
  };
}

/**
 * The index to look in: left to itself, SQLite would sort all that an endpoint has in a status. Undefined: that of ids. What it finds by
 * a short one is put in order afterwards.
 */
function placeOf(
  { endpointId, eventId, status }: DeliveryFilter,
  scope: readonly number[],
): { readonly index?: string; readonly isShort: boolean } {
  if (eventId !== undefined) return { index: 'deliveries_by_event', isShort: true };
  if (status === 'sending') return { isShort: true };
  // An endpoint may have a million deliveries and none that is stuck.
  if (status !== undefined && isStuck(status)) return { index: 'deliveries_stuck', isShort: false };
  if (scope.length > 0) return { index: 'deliveries_by_scope', isShort: false };
  return endpointId === undefined ? { isShort: false } : { index: 'deliveries_by_endpoint', isShort: false };
}

/** The `no` of each scope that a filter admits; undefined where it admits all. An organization has one for each of its directories. */
function prepareScopes(database: Database): (filter: DeliveryFilter) => readonly [number][] | undefined {
  const ofOrganization = database.prepare('SELECT * FROM delivery_scopes WHERE organization_id = ?');
  const ofDirectory = database.prepare('SELECT * FROM delivery_scopes WHERE directory_id = ?');
  return ({ organizationId, directoryId }) => {
    if (organizationId === undefined && directoryId === undefined) return undefined;
    const found = directoryId === undefined ? ofOrganization.all(organizationId ?? '') : ofDirectory.all(directoryId);
    return found
      .filter((row) => organizationId === undefined || text(row, 'organization_id') === organizationId)
      .map((row) => [number(row, 'no')]);
  };
}

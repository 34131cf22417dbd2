import type { Change, HeldEvent } from '../../directory/commit.js';
import type { Membership, ResourceRow } from '../../directory/resource.js';
import { json, number } from './columns.js';
import type { Database } from './database.js';
import { BY_MEMBER } from './rows.js';

/** Writes a commit's changes; `directory` is the `heads.no`. To be called inside the commit's transaction. */
export type ApplyChanges = (directory: number, changes: readonly Change[]) => void;

export function prepareChanges(database: Database): ApplyChanges {
  const resources = prepareResources(database);
  const memberships = prepareMemberships(database);
  const held = prepareHeld(database);
  const applyRange = (directory: number, change: Change): void => {
    if (change.kind === 'unlink') memberships.unlink(directory, change.id);
    if (change.kind === 'unhold') held.end(directory, change.upTo);
    if (change.kind !== 'sweep') return;
    resources.sweep(directory);
    memberships.sweep(directory);
    held.end(directory, Number.MAX_SAFE_INTEGER);
  };
  const applyRow = (directory: number, change: Change): void => {
    switch (change.kind) {
      case 'put':
        return resources.put(directory, change.resource, change.isNew);
      case 'delete':
        return resources.delete(directory, change.type, change.id);
      case 'join':
        return memberships.join(directory, change.membership);
      case 'leave':
        return memberships.leave(directory, change.membership);
      case 'hold':
        return held.hold(directory, change.event);
      case 'unlink':
      case 'unhold':
      case 'sweep':
        return;
    }
  };
  return (directory, changes) => {
    // Ranges first: they reach only rows of earlier commits, wherever in the commit they stand.
    for (const change of changes) applyRange(directory, change);
    for (const change of changes) applyRow(directory, change);
  };
}

function prepareResources(database: Database) {
  const find = database.prepare('SELECT row, keys FROM resources WHERE directory = ? AND id = ?');
  const insert = database.prepare(`
    INSERT INTO resources (directory, id, type, version, created_at, updated_at, attributes, keys)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = database.prepare(
    'UPDATE resources SET version = ?, created_at = ?, updated_at = ?, attributes = ?, keys = ? WHERE row = ?',
  );
  const deleteRow = database.prepare('DELETE FROM resources WHERE row = ?');
  const insertKey = database.prepare('INSERT INTO index_keys (directory, type, key, resource) VALUES (?, ?, ?, ?)');
  const deleteKey = database.prepare(
    'DELETE FROM index_keys WHERE directory = ? AND type = ? AND key = ? AND resource = ?',
  );
  const sweepRows = database.prepare('DELETE FROM resources WHERE directory = ?');
  const sweepKeys = database.prepare('DELETE FROM index_keys WHERE directory = ?');

  const stored = (directory: number, id: string): { row: number; keys: ReadonlySet<string> } | undefined => {
    const found = find.get(directory, id);
    return found && { row: number(found, 'row'), keys: new Set(json(found, 'keys') as string[]) };
  };
  const rewriteKeys = (
    directory: number,
    type: string,
    row: number,
    before: ReadonlySet<string>,
    after: ReadonlySet<string>,
  ): void => {
    for (const key of before) if (!after.has(key)) deleteKey.run(directory, type, key, row);
    for (const key of after) if (!before.has(key)) insertKey.run(directory, type, key, row);
  };
  return {
    put(directory: number, resource: ResourceRow, isNew: boolean): void {
      const { id, type, version, createdAt, updatedAt } = resource;
      const attributes = JSON.stringify(resource.attributes);
      const keys = JSON.stringify(resource.keys);
      const before = isNew ? undefined : stored(directory, id);
      if (before !== undefined) {
        update.run(version, createdAt, updatedAt, attributes, keys, before.row);
        rewriteKeys(directory, type, before.row, before.keys, new Set(resource.keys));
        return;
      }
      const row = insert.insert(directory, id, type, version, createdAt, updatedAt, attributes, keys);
      rewriteKeys(directory, type, row, NO_KEYS, new Set(resource.keys));
    },
    delete(directory: number, type: string, id: string): void {
      const before = stored(directory, id);
      if (before === undefined) return;
      rewriteKeys(directory, type, before.row, before.keys, NO_KEYS);
      deleteRow.run(before.row);
    },
    sweep(directory: number): void {
      sweepRows.run(directory);
      sweepKeys.run(directory);
    },
  };
}

const NO_KEYS: ReadonlySet<string> = new Set();

function prepareMemberships(database: Database) {
  const insert = database.prepare(`
    INSERT INTO memberships (directory, group_id, member_id, member_type) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET member_type = excluded.member_type`);
  const deletePair = database.prepare('DELETE FROM memberships WHERE directory = ? AND group_id = ? AND member_id = ?');
  const deleteGroup = database.prepare('DELETE FROM memberships WHERE directory = ? AND group_id = ?');
  const deleteMember = database.prepare(`DELETE FROM ${BY_MEMBER} WHERE directory = ? AND member_id = ?`);
  const keepEnded = (column: 'group_id' | 'member_id', table: string) =>
    database.prepare(`
      INSERT INTO ended_memberships (directory, ended_with, group_id, member_id, member_type)
      SELECT directory, ${column}, group_id, member_id, member_type FROM ${table} WHERE directory = ? AND ${column} = ?`);
  const [keepGroup, keepMember] = [keepEnded('group_id', 'memberships'), keepEnded('member_id', BY_MEMBER)];
  const deleteAll = database.prepare('DELETE FROM memberships WHERE directory = ?');
  const deleteEnded = database.prepare('DELETE FROM ended_memberships WHERE directory = ?');
  return {
    join(directory: number, { groupId, memberId, memberType }: Membership): void {
      insert.run(directory, groupId, memberId, memberType);
    },
    leave(directory: number, { groupId, memberId }: Membership): void {
      deletePair.run(directory, groupId, memberId);
    },
    unlink(directory: number, id: string): void {
      keepGroup.run(directory, id);
      deleteGroup.run(directory, id);
      keepMember.run(directory, id);
      deleteMember.run(directory, id);
    },
    sweep(directory: number): void {
      deleteAll.run(directory);
      deleteEnded.run(directory);
    },
  };
}

function prepareHeld(database: Database) {
  const insert = database.prepare('INSERT INTO held_events (directory, "order", event) VALUES (?, ?, ?)');
  const insertKey = database.prepare('INSERT INTO held_keys (directory, key, "order") VALUES (?, ?, ?)');
  const deleteUpTo = database.prepare('DELETE FROM held_events WHERE directory = ? AND "order" <= ?');
  const deleteKeys = database.prepare('DELETE FROM held_keys WHERE directory = ? AND "order" <= ?');
  return {
    hold(directory: number, event: HeldEvent): void {
      insert.run(directory, event.order, JSON.stringify(event));
      for (const key of event.keys) insertKey.run(directory, key, event.order);
    },
    end(directory: number, upTo: number): void {
      deleteUpTo.run(directory, upTo);
      deleteKeys.run(directory, upTo);
    },
  };
}

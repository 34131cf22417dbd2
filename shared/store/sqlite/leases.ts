import { latestEnd } from '../latest-end.js';
import type { Leases } from '../port.js';
import { number, text } from './columns.js';
import type { Database } from './database.js';

export function createLeases(database: Database): Leases {
  const find = database.prepare('SELECT owner, epoch, expires_at FROM leases WHERE name = ?');
  const write = database.prepare(`
    INSERT INTO leases (name, owner, epoch, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET owner = excluded.owner, epoch = excluded.epoch, expires_at = excluded.expires_at`);
  // The row stays, so that the next owner's epoch is above this one's.
  const expire = database.prepare('UPDATE leases SET expires_at = 0 WHERE name = ? AND owner = ?');
  return {
    async acquire(name, owner, ttlMs, now) {
      return database.lazily(() => {
        const lease = find.get(name);
        const isOurs = lease !== undefined && text(lease, 'owner') === owner;
        const expiresAt = lease === undefined ? 0 : number(lease, 'expires_at');
        if (!isOurs && expiresAt > now && expiresAt <= latestEnd(now, ttlMs)) return undefined;
        const epoch = (lease === undefined ? 0 : number(lease, 'epoch')) + (isOurs ? 0 : 1);
        write.run(name, owner, epoch, now + ttlMs);
        return epoch;
      });
    },
    async release(name, owner) {
      database.lazily(() => expire.run(name, owner));
    },
  };
}

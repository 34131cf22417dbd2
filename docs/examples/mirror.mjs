// Keeps a table of users in step with Rollcall: Express, SQLite and the consumer SDK.
// WEBHOOK_SECRET: the endpoint's secret. ROLLCALL_URL and ROLLCALL_ADMIN_KEY: for the repair.
import { DatabaseSync } from '@photostructure/sqlite';
import express from 'express';
import { createSyncState, eventsApi, expressReceiver } from 'rollcall/consumer';

const { WEBHOOK_SECRET: secret, ROLLCALL_URL: url, ROLLCALL_ADMIN_KEY: adminKey, DATABASE = ':memory:' } = process.env;
const database = new DatabaseSync(DATABASE);
database.exec(`
  CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, email TEXT, name TEXT, active INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS members (group_id TEXT, user_id TEXT, PRIMARY KEY (group_id, user_id));
  CREATE TABLE IF NOT EXISTS sync_state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
`);
const upsert = database.prepare('REPLACE INTO users (id, email, name, active) VALUES (?, ?, ?, ?)');
const deleteUser = database.prepare('DELETE FROM users WHERE id = ?');
const endMemberships = database.prepare('DELETE FROM members WHERE group_id = ?1 OR user_id = ?1');
const join = database.prepare('INSERT OR IGNORE INTO members (group_id, user_id) VALUES (?, ?)');
const leave = database.prepare('DELETE FROM members WHERE group_id = ? AND user_id = ?');
const read = database.prepare('SELECT value FROM sync_state WHERE key = ?');
const write = database.prepare('REPLACE INTO sync_state (key, value) VALUES (?, ?)');

const state = createSyncState({
  store: { get: (key) => read.get(key)?.value, set: (key, value) => void write.run(key, value) },
  fetchEvents: eventsApi({ url, adminKey }),
});

function apply(event) {
  switch (event.type) {
    case 'user.created':
    case 'user.updated': {
      const { id, email, displayName, userName, active } = event.data;
      upsert.run(id, email, displayName ?? userName, active ? 1 : 0);
      break;
    }
    case 'user.deleted':
      deleteUser.run(event.data.id);
      endMemberships.run(event.data.id);
      break;
    case 'group.deleted':
      endMemberships.run(event.data.id);
      break;
    case 'group.members_added':
      for (const { id } of event.data.members) join.run(event.data.group.id, id);
      break;
    case 'group.members_removed':
      for (const { id } of event.data.members) leave.run(event.data.group.id, id);
      break;
  }
}

const onEvent = async (event) => {
  await state.handle(event, apply);
};

express()
  .post('/webhooks', expressReceiver({ secret, onEvent }))
  .post('/repair/:directoryId', async (req, res) => {
    res.json({ applied: await state.repair(req.params.directoryId, apply) });
  })
  .get('/users', (_req, res) => res.json(database.prepare('SELECT * FROM users ORDER BY id').all()))
  .listen(process.env.PORT ?? 4000, function () {
    console.log(`The mirror is at http://localhost:${this.address().port}`);
  });

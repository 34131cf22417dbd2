import { openDatabase, type Database } from '../../shared/store/sqlite/database.js';
import { migrate } from '../../shared/store/sqlite/migrations.js';
import { createStore } from '../../shared/store/sqlite/store.js';
import type { Store } from '../../shared/store/port.js';

/** A database in memory that outlives the processes that use it. */
export interface MemoryDatabase {
  /** The store as a process that has just started finds it: what only its memory had is gone. */
  open(): Store;
  /** For the next history. Making the tables anew would take longer than most histories. */
  clear(): void;
}

export function createMemoryDatabase(): MemoryDatabase {
  const database: Database = openDatabase(':memory:');
  migrate(database);
  const tables = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('migrations') AND name NOT LIKE 'sqlite_%'",
    )
    .all()
    .map(({ name }) => String(name));
  // Of all that are opened, as with a server: each knows of the others' writes.
  const { registry } = createStore(database, () => undefined);
  return {
    open: () => remembering({ ...createStore(database, () => undefined), registry }),
    clear() {
      database.lazily(() => {
        for (const table of tables) database.prepare(`DELETE FROM ${table}`).run();
      });
    },
  };
}

/** What a process asks again and again while it waits: most of its calls, and with SQLite half of the time that a history takes. */
const POLLS: readonly string[] = [
  'outbox.next',
  'events.after',
  'deliveries.endpointsWith',
  'deliveries.queue',
  'endpoints.find',
  'endpoints.revision',
  'replays.find',
];

/** Answers polls from memory, until another call to the same part, or a commit, may have changed the answer. */
function remembering(store: Store): Store {
  const known = new Map<string, Map<string, Promise<unknown>>>();
  return throughout(store, (name, call, args) => {
    const [part = ''] = name.split('.');
    if (!POLLS.includes(name)) {
      for (const changed of part === 'commits' ? ['outbox', 'events'] : [part]) known.delete(changed);
      return call();
    }
    const answers = known.get(part) ?? new Map<string, ReturnType<typeof call>>();
    known.set(part, answers);
    const question = `${name} ${JSON.stringify(args)}`;
    const answer = (answers.get(question) as ReturnType<typeof call> | undefined) ?? call();
    answers.set(question, answer);
    return answer;
  });
}

type Through = <T>(name: string, call: () => Promise<T>, args: readonly unknown[]) => Promise<T>;

/** The same store, with every call that the service makes led through `through`. */
export function throughout(store: Store, through: Through): Store {
  const part = <Part extends object>(name: string, methods: Part): Part =>
    Object.fromEntries(
      Object.entries(methods).map(([method, call]) => [
        method,
        (...args: readonly unknown[]) => through(`${name}.${method}`, () => call(...args), args),
      ]),
    ) as Part;
  return {
    ...store,
    commits: part('commits', store.commits),
    resources: part('resources', store.resources),
    outbox: part('outbox', store.outbox),
    events: part('events', store.events),
    deliveries: part('deliveries', store.deliveries),
    leases: part('leases', store.leases),
    registry: {
      ...store.registry,
      endpoints: part('endpoints', store.registry.endpoints),
      replays: part('replays', store.registry.replays),
    },
  };
}

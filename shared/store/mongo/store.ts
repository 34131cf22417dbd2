import type { Logger } from '../../runtime/logger.js';
import type { Store } from '../port.js';
import { createChain } from './chain.js';
import { createCommits } from './commits.js';
import { connectMongo, type MongoConnection } from './connection.js';
import { createDeliveries } from './deliveries.js';
import { createErasure } from './erasure.js';
import { createEvents } from './events.js';
import { isRefusal } from './failures.js';
import { createAppliedHeads } from './heads.js';
import { createHeld } from './held.js';
import { createJournals } from './journals.js';
import { createLeases } from './leases.js';
import { createAppliedMarks } from './marks.js';
import { newestKnown, schemaOf, requireImported, requireMigrated } from './migrations.js';
import { createOutbox } from './outbox.js';
import { createPositions } from './positions.js';
import { createRegistry } from './registry.js';
import { createResources } from './resources.js';
import { createRetention } from './retention.js';
import { createTallies } from './tallies.js';

export interface MongoOptions {
  /** Names the database, as in `mongodb://host/rollcall`. Its read and write concerns are not used: the protocol has its own. */
  readonly uri: string;
  readonly logger: Logger;
}

/**
 * The store in MongoDB, by file:
 *
 *   client, connection   one client, its guarantees, and calls that are repeated until they are answered; `failures` tells
 *                        errors apart, `causal-clock` lets every call see what this process has seen
 *   collections, rows    the documents, and the live rows among them
 *   commits              the write path: `load`, then `chain` inserts a commit and `apply` brings its changes into the rows;
 *                        `heads` and `marks` remember and record which commits are applied
 *   outbox, events       commits on their way to the log and back from it, in the order that `positions` gives them
 *   resources, held, deliveries, registry, journals, tallies, leases   a part of the port each
 *   retention, erasure   what removes
 *   transfer             all of it out, and in again
 *   migrations           the indexes
 *
 * Opens the store in a database that `rollcall migrate` has prepared. Rejects with `DatabaseNotMigrated`, `DatabaseTooNew` or
 * `ImportUnfinished`, and with an error that names MONGODB_URI when no server can be reached.
 */
export async function openMongoStore({ uri, logger }: MongoOptions): Promise<Store> {
  const connection = connectMongo(uri, logger);
  try {
    requireMigrated(uri, await connection.once(schemaOf));
    await connection.once((collections) => requireImported(uri, collections));
    return createStore(connection, logger);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The port on a database of this version. */
export function createStore(connection: MongoConnection, logger: Logger): Store {
  const heads = createAppliedHeads();
  const marks = createAppliedMarks(connection, logger);
  const positions = createPositions(connection);
  const deps = { connection, heads, marks, logger };
  const chain = createChain(deps);
  return {
    commits: createCommits(deps, chain),
    resources: createResources(connection),
    held: createHeld(connection),
    outbox: createOutbox({ connection, positions, chain, heads }),
    events: createEvents(connection, positions),
    deliveries: createDeliveries(connection),
    registry: createRegistry(connection),
    journals: createJournals(connection),
    tallies: createTallies(connection),
    leases: createLeases(connection),
    retention: createRetention(connection, positions),
    erasure: createErasure(connection),
    describe: async () => ({ kind: 'mongodb', schemaVersion: newestKnown, sizeBytes: await sizeOf(connection) }),
    async check() {
      await connection.once(schemaOf);
    },
    async close() {
      await marks.flush();
      await connection.close();
    },
  };
}

/** Null where the server, or what its user may do, does not have the command, or its answer not these fields. */
async function sizeOf(connection: MongoConnection): Promise<number | null> {
  try {
    const { storageSize, indexSize } = await connection.call(
      (_collections, session, db): Promise<{ readonly storageSize?: unknown; readonly indexSize?: unknown }> =>
        db.command({ dbStats: 1 }, { session }),
    );
    return typeof storageSize === 'number' && typeof indexSize === 'number' ? storageSize + indexSize : null;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

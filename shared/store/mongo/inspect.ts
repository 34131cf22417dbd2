import * as z from 'zod';
import type { Logger } from '../../runtime/logger.js';
import type { SchemaVersion } from '../check-version.js';
import type { ClockFound, DeploymentFound } from '../inspection.js';
import type { StoreReader } from '../port.js';
import { openClient } from './client.js';
import { newestKnown, schemaOf } from './migrations.js';
import { openMongoStore } from './store.js';

/** A MongoDB deployment and the store in it, as they are found. */
export interface MongoInspection {
  readonly deployment: DeploymentFound;
  readonly clock: ClockFound;
  readonly version: SchemaVersion;
  /** Undefined where the database is not at this version. */
  readonly reader: StoreReader | undefined;
}

/** The answer to `hello`, as far as it is of interest. */
const answer = z.object({
  localTime: z.date(),
  msg: z.string().optional(),
  setName: z.string().optional(),
  hosts: z.array(z.string()).optional(),
  passives: z.array(z.string()).optional(),
});

/** Reads without ever writing. Rejects with an error that names MONGODB_URI when no server can be reached. */
export async function inspectMongo(uri: string, logger: Logger): Promise<MongoInspection> {
  const opened = await openClient(uri);
  try {
    const askedAt = Date.now();
    const hello = answer.parse(await opened.client.db('admin').command({ hello: 1 }));
    const answeredAt = Date.now();
    const version = { ...(await schemaOf(opened.collections)), known: newestKnown };
    return {
      deployment: deploymentOf(hello),
      clock: {
        aheadMs: hello.localTime.getTime() - (askedAt + answeredAt) / 2,
        errorMs: (answeredAt - askedAt) / 2,
      },
      version,
      reader: version.applied === version.known ? await openMongoStore({ uri, logger }) : undefined,
    };
  } finally {
    await opened.close();
  }
}

function deploymentOf({ msg, setName, hosts = [], passives = [] }: z.output<typeof answer>): DeploymentFound {
  if (msg === 'isdbgrid') return { kind: 'sharded cluster' };
  if (setName === undefined) return { kind: 'single server' };
  return { kind: 'replica set', members: hosts.length + passives.length };
}

import type { Express } from 'express';
import { Registry as Metrics } from 'prom-client';
import { createIngest, type IngestDeps } from '../../services/ingest/app.js';
import { noTracing } from '../../shared/runtime/tracing.js';
import { createIngestMetrics } from '../../services/ingest/metrics.js';
import { createRequestLog, type RequestLog } from '../../services/ingest/request-log.js';
import { createWriter } from '../../services/ingest/writer.js';
import { BELIEVED_MS } from '../../services/ingest/known-directories.js';
import { issueCredential } from '../../shared/runtime/credentials.js';
import { newId } from '../../shared/runtime/ids.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { Declarations } from '../../shared/scim/declarations/declarations.js';
import type { Store } from '../../shared/store/port.js';
import { openSqlite, type OpenStore } from './stores.js';

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface IngestHarness {
  readonly app: Express;
  readonly store: Store;
  readonly requestLog: RequestLog;
  /** Held by the test: moves only when it says so. */
  readonly clock: { now: number };
  /** Registers a directory with one live token. */
  addDirectory(): Promise<{ id: string; token: string; tokenId: string; base: string }>;
  /** Gives the directory schemas and resource types, in force at once. */
  declare(directoryId: string, declarations: Declarations): Promise<void>;
}

/** The ingest service on a store of its own. */
export async function startIngest(
  logger: Logger = silent,
  open: OpenStore = openSqlite,
  limits: Partial<Pick<IngestDeps, 'trustedProxies' | 'certificateHeader' | 'requestsPerSecond'>> = {},
): Promise<IngestHarness> {
  const store = await open();
  const clock = { now: 1_750_000_000_000 };
  const read = (): number => clock.now;
  const { commits, resources, registry } = store;
  const metrics = createIngestMetrics(new Metrics());
  const requestLog = createRequestLog(store.journals.requests, logger, metrics);
  const writer = createWriter({ commits, clock: read, newId, onCommit: () => undefined, onEvents: requestLog.caused });
  const app = createIngest({
    writer,
    commits,
    resources,
    registry,
    publicUrl: 'https://scim.example',
    trustedProxies: [],
    certificateHeader: undefined,
    requestsPerSecond: 100_000,
    ...limits,
    clock: read,
    newId,
    logger,
    requestLog,
    metrics,
    tracing: noTracing,
  });
  return {
    app,
    store,
    requestLog,
    clock,
    async addDirectory() {
      const record = { version: 1, createdAt: clock.now, updatedAt: clock.now };
      const id = newId();
      const tokenId = newId();
      const { secret: token, hash, hint } = issueCredential('rcs');
      await registry.directories.insert({
        ...record,
        id,
        organizationId: 'organization',
        name: 'Directory',
        provider: null,
        partition: 0,
        deletedAt: null,
      });
      await registry.tokens.insert({
        ...record,
        id: tokenId,
        directoryId: id,
        hash,
        hint,
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
      });
      return { id, token, tokenId, base: `/scim/${id}/v2` };
    },
    async declare(directoryId, declarations) {
      const directory = await registry.directories.get(directoryId);
      if (directory === undefined) throw new Error(`There is no directory ${directoryId}.`);
      await registry.directories.replace({ ...directory, version: directory.version + 1, declarations });
      clock.now += BELIEVED_MS;
    },
  };
}

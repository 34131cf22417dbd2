import { createReadStream, openSync, rmSync, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StandaloneConfig } from '../../../shared/config/config.js';
import { encryptionKeyIn } from '../../../shared/config/secrets.js';
import { systemClock } from '../../../shared/runtime/clock.js';
import { newId } from '../../../shared/runtime/ids.js';
import { createLogger } from '../../../shared/runtime/logger.js';
import { keyIdOf } from '../../../shared/runtime/seal.js';
import { beSoleProcess, DatabaseInUse, SOLE_LEASE, type SoleProcess } from '../../../shared/store/sole-process.js';
import { openSqliteExport, openSqliteImport } from '../../../shared/store/sqlite/transfer.js';
import { TransferRefused, type ExportSource, type ImportTarget } from '../../../shared/store/transfer.js';
import type { Voice } from '../on-store.js';
import { exportLines } from './export-lines.js';
import { importLines } from './import-lines.js';
import type { Footer, Header } from './line.js';
import { usersCsv } from './users-csv.js';

type Config = Pick<StandaloneConfig, 'dataDir' | 'store' | 'eventLog' | 'encryptionKey'>;

/** What the drivers would log is told as an error, or is no matter. */
const logger = createLogger('moving', 'silent');

/** `rollcall export`. `output`: a new file; undefined: standard output. Throws in words that say what to do. */
export async function runExport(output: string | undefined, config: Config, voice: Voice): Promise<void> {
  await withSource(config, async (source) => {
    let footer: Footer | undefined;
    await write(output, async function* () {
      footer = yield* exportLines(source, systemClock, linesTo(voice));
    });
    const counts = footer?.counts ?? {};
    voice.say(
      `Exported ${linesOf(counts)} lines${output === undefined ? '' : ` to ${output}`}. They have users' data, tokens' hashes and sealed secrets: keep them as safe as the store. ` +
        'Import them with: rollcall import, with the same encryption key.',
      { ...(output === undefined ? {} : { output }), counts },
    );
  });
}

/** `rollcall export --csv users --directory <id>`, likewise. */
export async function runUsersExport(
  directoryId: string,
  output: string | undefined,
  config: Config,
  voice: Voice,
): Promise<void> {
  await withSource(config, async (source) => {
    let users = -1; // the head is a line too
    await write(output, async function* () {
      for await (const line of usersCsv(source, directoryId)) {
        users += 1;
        yield line;
      }
    });
    voice.say(`Exported ${users} users${output === undefined ? '' : ` to ${output}`}.`, { directoryId, users });
  });
}

/** `rollcall import`. `input`: a file; undefined: standard input. Throws in words that say what to do. */
export async function runImport(input: string | undefined, config: Config, voice: Voice): Promise<void> {
  await withTarget(config, async (target) => {
    let header: Header | undefined;
    const footer = await importLines(input === undefined ? process.stdin : createReadStream(input), target, {
      onHeader: (found) => {
        header = found;
        refuseOtherKey(found, config);
      },
      onLines: linesTo(voice),
      isLogInStore: config.eventLog.kind === 'in-process',
    });
    const { counts } = footer;
    voice.say(
      `Imported ${linesOf(counts)} lines of ${header?.exportedAt ?? ''}: ${counts['directories'] ?? 0} directories, ${counts['resource'] ?? 0} users and groups, ${counts['delivery'] ?? 0} deliveries. ` +
        'Start the roles on it, and never again the installation that it comes from.',
      { counts },
    );
  });
}

const linesTo =
  ({ status }: Voice) =>
  (lines: number): void =>
    status(`${lines} lines`);

const linesOf = (counts: Footer['counts']): number => Object.values(counts).reduce((sum, count) => sum + count, 2);

/** A secret that is sealed with another key could not be opened again. */
function refuseOtherKey({ sealedWith }: Header, { encryptionKey, dataDir }: Config): void {
  const key = encryptionKey ?? encryptionKeyIn(dataDir);
  const own = key === undefined ? undefined : keyIdOf(key);
  const other = sealedWith.find((id) => id !== own);
  if (other === undefined) return;
  const found = own === undefined ? 'there is none here' : `the one here is ${own}`;
  throw new TransferRefused(
    `the export's secrets are sealed with the encryption key ${other}, and ${found}; set ROLLCALL_ENCRYPTION_KEY to the key of the installation that it comes from: of a standalone, what the file encryption.key in its data folder has`,
  );
}

async function write(output: string | undefined, lines: () => AsyncIterable<string>): Promise<void> {
  if (output === undefined) {
    await pipeline(Readable.from(lines()), process.stdout, { end: false });
    return;
  }
  const descriptor = newFile(output);
  try {
    await pipeline(Readable.from(lines()), createWriteStream(output, { fd: descriptor, flush: true }));
  } catch (error) {
    rmSync(output, { force: true });
    throw error;
  }
}

function newFile(output: string): number {
  try {
    return openSync(output, 'wx', 0o600);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TransferRefused(`${output}: cannot be made (${reason}); name a file that is not there yet`, {
      cause: error,
    });
  }
}

async function withSource({ store, dataDir }: Config, work: (source: ExportSource) => Promise<void>): Promise<void> {
  if (store.kind === 'sqlite') {
    const source = await openSqliteExport(dataDir);
    await work(source).finally(() => source.close());
    return;
  }
  const { openMongoExport } = await import('../../../shared/store/mongo/transfer.js');
  const source = await openMongoExport({ uri: store.uri, logger });
  let sole: SoleProcess | undefined;
  try {
    sole = await beAlone(source);
    await Promise.race([work(source), sole.lost]);
  } finally {
    await sole?.release();
    await source.close();
  }
}

async function withTarget(config: Config, work: (target: ImportTarget) => Promise<void>): Promise<void> {
  const { target, sole } = await openTarget(config);
  try {
    const working = work(target);
    await (sole === undefined ? working : Promise.race([working, sole.lost]));
    await target.accept();
  } finally {
    await sole?.release();
    await target.close();
  }
}

async function openTarget({ store, dataDir }: Config): Promise<{ target: ImportTarget; sole?: SoleProcess }> {
  if (store.kind === 'sqlite') return { target: await openSqliteImport(dataDir) };
  const { openMongoImport } = await import('../../../shared/store/mongo/transfer.js');
  return openMongoImport({ uri: store.uri, logger }, beAlone);
}

/** No standalone can start now, and no relay and no dispatcher is at work. Others cannot be seen. */
async function beAlone(source: Pick<ExportSource, 'store' | 'liveLeases'>): Promise<SoleProcess> {
  const sole = await beSoleProcess(source.store.leases, { owner: newId(), clock: systemClock, logger }).catch(
    (error: unknown) => {
      throw error instanceof DatabaseInUse ? inUse('a standalone, an export or an import') : error;
    },
  );
  const leases = (await source.liveLeases(systemClock())).filter((lease) => lease !== SOLE_LEASE);
  if (leases.length === 0) return sole;
  await sole.release();
  throw inUse(`a relay or a dispatcher (leases ${leases.join(', ')})`);
}

const inUse = (by: string): TransferRefused =>
  new TransferRefused(
    `the database is in use by ${by}; stop every role that uses it, and repeat this; of a process that was killed, leases last a minute`,
  );

import { existsSync, renameSync, rmSync } from 'node:fs';
import { createWriter } from '../../services/ingest/writer.js';
import type { Command } from '../../shared/directory/command.js';
import { newId } from '../../shared/runtime/ids.js';
import { readResource } from '../../shared/scim/input.js';
import { USER } from '../../shared/scim/schemas/index.js';
import type { Store } from '../../shared/store/port.js';
import type { Directory } from '../../shared/store/registry.js';
import { afterPosition } from '../../shared/store/seek.js';
import { openSqliteStore } from '../../shared/store/sqlite/store.js';
import { userOf } from './create.js';
import { folderNamed } from './servers.js';

/** Fills data folders through the ports of the store, several times as fast as by requests. */

export type Say = (text: string) => void;

/** Commands under way at once: several batches of the writer. */
export const CHUNK = 512;
const LOG_GROUP = 'dispatcher';

/** A data folder in dist that is made once and kept for the next run: filling it takes longer than measuring. */
export async function keptFolder(name: string, say: Say, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = folderNamed(name);
  if (existsSync(folder)) {
    say(`${folder} is filled already; remove it to have it filled anew.`);
    return folder;
  }
  const unfinished = `${folder}-unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  say(`Filling ${folder} …`);
  const start = performance.now();
  await make(unfinished);
  renameSync(unfinished, folder);
  say(`  in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return folder;
}

/**
 * Users of 1 KB in the one directory that the folder has, numbered from 0, each with its event, published and consumed. The server
 * must not run.
 */
export async function fillUsers(dataDir: string, users: number, say: Say): Promise<void> {
  const store = await openSqliteStore({ dataDir });
  try {
    const [directory] = await store.registry.directories.find({}, { limit: 1 });
    if (directory === undefined) throw new Error(`${dataDir} has no directory`);
    const { commits } = store;
    const nobody = (): void => undefined;
    const writer = createWriter({ commits, clock: Date.now, newId, onCommit: nobody, onEvents: nobody });
    const run = async (commands: readonly Command[]): Promise<void> => {
      await Promise.all(commands.map((command) => writer.submit(directory, command)));
    };
    await run([{ kind: 'activate', requestId: newId() }]);
    const create = (number: number): Command => {
      const input = readResource(USER, userOf(number));
      return { kind: 'create', requestId: newId(), type: USER, id: newId(), input };
    };
    await inChunks(users, CHUNK, say, 'users', (numbers) => run(numbers.map(create)));
    await publishAll(store, directory);
  } finally {
    await store.close();
  }
}

/** As the relay and the dispatcher leave the log behind when they have come to its end. */
export async function publishAll(store: Store, { partition }: Directory): Promise<void> {
  for (;;) {
    const commits = await store.outbox.next(partition, CHUNK);
    if (commits.length === 0) break;
    await store.outbox.markPublished(partition, commits);
  }
  await store.events.saveCursor(LOG_GROUP, partition, afterPosition(await store.events.tail(partition)));
}

export async function inChunks(
  count: number,
  size: number,
  say: Say,
  what: string,
  work: (numbers: readonly number[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < count; from += size) {
    await work(Array.from({ length: Math.min(size, count - from) }, (_, index) => from + index));
    if (Math.floor(from / 20_000) !== Math.floor((from + size) / 20_000)) say(`  ${from + size} ${what} …`);
  }
  say(`  ${count} ${what}`);
}

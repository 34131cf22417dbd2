import type { StandaloneConfig } from '../../../shared/config/config.js';
import { copyEncryptionKey, encryptionKeyIn } from '../../../shared/config/secrets.js';
import { BackupRefused, backUp, restore } from '../../../shared/store/sqlite/backup.js';
import type { Voice } from '../on-store.js';
import { renderBar } from '../output/bar.js';

type Config = Pick<StandaloneConfig, 'dataDir' | 'store' | 'encryptionKey'>;

const MEBIBYTE = 1024 ** 2;

/** `rollcall backup <folder>`: a folder with what the data folder has. Throws in words that say what to do. */
export async function runBackup(folder: string, { dataDir, store, encryptionKey }: Config, voice: Voice) {
  refuseMongo(store);
  const bytes = await backUp(dataDir, folder, shareTo(voice));
  copyEncryptionKey(dataDir, folder);
  const keep = encryptionKey === undefined ? '' : ' Keep ROLLCALL_ENCRYPTION_KEY as well: it is not in there.';
  voice.say(
    `${dataDir} is backed up in ${folder}, ${(bytes / MEBIBYTE).toFixed(1)} MiB.${keep} Bring it back with: rollcall restore ${folder}`,
    { dataDir, folder, bytes },
  );
}

/** `rollcall restore <folder>`, likewise. One that was cut short is repeated. */
export async function runRestore(folder: string, isReplacing: boolean, { dataDir, store }: Config, voice: Voice) {
  refuseMongo(store);
  refuseOtherKey(folder, dataDir, isReplacing);
  await restore(folder, dataDir, isReplacing, shareTo(voice));
  copyEncryptionKey(folder, dataDir);
  voice.say(
    `${dataDir} has what ${folder} has. What came after the backup is gone, and new events are given its seq again: ` +
      'receivers that keep a seq take a snapshot (GET /v1/directories/<id>/snapshot), and identity providers synchronise anew.',
    { dataDir, folder },
  );
}

const shareTo =
  ({ status }: Voice) =>
  (share: number): void =>
    status(`copying ${renderBar(Math.floor(share * 100), 100)}`);

function refuseMongo({ kind }: Config['store']): void {
  if (kind === 'sqlite') return;
  throw new BackupRefused(
    'MONGODB_URI is set, and this is for the database of a data folder; use mongodump and mongorestore, or unset it',
  );
}

function refuseOtherKey(folder: string, dataDir: string, isReplacing: boolean): void {
  const [own, other] = [encryptionKeyIn(dataDir), encryptionKeyIn(folder)];
  if (isReplacing || own === undefined || other === undefined || own.equals(other)) return;
  throw new BackupRefused(
    `${dataDir}: has an encryption key of its own; say --replace to have the backup's instead, or choose another folder with ROLLCALL_DATA_DIR`,
  );
}

import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Clock } from '../runtime/clock.js';
import { issueCredential } from '../runtime/credentials.js';
import { parseSealingKey, SEALING_KEY_BYTES } from '../runtime/seal.js';
import { ADMIN_SCOPES, type Registry } from '../store/registry.js';

const KEY_FILE = 'encryption.key';

/**
 * The encryption key of a data folder, for a standalone process that was given none: made on the first start, as base64 in
 * `encryption.key`, readable by its owner only. Throws when the file is damaged: a new key could not read the old secrets.
 */
export function storedEncryptionKey(dataDir: string): Buffer {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, KEY_FILE);
  const stored = readKeyFile(file);
  if (stored !== undefined) return stored;
  writeKeyFile(file, randomBytes(SEALING_KEY_BYTES), linkSync);
  return storedEncryptionKey(dataDir);
}

/** The encryption key that a data folder has; undefined where none was made yet. Throws when the file is damaged. */
export const encryptionKeyIn = (dataDir: string): Buffer | undefined => readKeyFile(path.join(dataDir, KEY_FILE));

/** Gives one data folder the key of another, in place of its own. False where there is none to give. */
export function copyEncryptionKey(from: string, to: string): boolean {
  const key = encryptionKeyIn(from);
  if (key !== undefined) writeKeyFile(path.join(to, KEY_FILE), key, renameSync);
  return key !== undefined;
}

function readKeyFile(file: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const key = parseSealingKey(text);
  if (key === undefined) {
    throw new Error(
      `${file}: not the base64 form of ${SEALING_KEY_BYTES} bytes; restore it from a backup, or set ROLLCALL_ENCRYPTION_KEY to the key that was in it`,
    );
  }
  return key;
}

/** Whole and durable, or not at all. Placed by `linkSync`, it leaves a key alone that another process has written meanwhile. */
function writeKeyFile(file: string, key: Buffer, place: typeof linkSync | typeof renameSync): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, `${key.toString('base64')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    place(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const folder = openSync(path.dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** SHA-256 of an admin key that the operator chose, hex. */
export const adminKeyHash = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Makes and stores an admin key where there is none. Answers the key, to be shown this once; undefined where there is one. */
export async function firstAdminKey(
  adminKeys: Registry['adminKeys'],
  clock: Clock,
  newId: () => string,
): Promise<string | undefined> {
  const existing = await adminKeys.find({}, { limit: 1 });
  if (existing.length > 0) return undefined;
  const { secret, hash, hint } = issueCredential('rca');
  const now = clock();
  const record = { id: newId(), version: 1, createdAt: now, updatedAt: now, lastUsedAt: null };
  const reach = { scopes: ADMIN_SCOPES, organizationId: null, expiresAt: null };
  await adminKeys.insert({ ...record, ...reach, name: 'first start', hash, hint });
  return secret;
}

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adminKeyHash, firstAdminKey, storedEncryptionKey } from '../../../shared/config/secrets.js';
import { credentialHash } from '../../../shared/runtime/credentials.js';
import type { AdminKey, Registry } from '../../../shared/store/registry.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rollcall-secrets-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('the encryption key is made once, in a new folder too, and is the same ever after', () => {
  const data = path.join(folder, 'new', 'data');
  const key = storedEncryptionKey(data);
  expect(key).toHaveLength(32);
  expect(storedEncryptionKey(data)).toEqual(key);
  expect(readdirSync(data)).toEqual(['encryption.key']);
  expect(readFileSync(path.join(data, 'encryption.key'), 'utf8')).toBe(`${key.toString('base64')}\n`);
});

test('only its owner may read the key file', () => {
  storedEncryptionKey(folder);
  expect(statSync(path.join(folder, 'encryption.key')).mode & 0o777).toBe(0o600);
});

test('two folders have two keys', () => {
  expect(storedEncryptionKey(path.join(folder, 'a'))).not.toEqual(storedEncryptionKey(path.join(folder, 'b')));
});

test.each(['', 'short', Buffer.alloc(31).toString('base64')])(
  'a damaged key file (%j) is refused and left as it is',
  (text) => {
    const file = path.join(folder, 'encryption.key');
    writeFileSync(file, text);
    expect(() => storedEncryptionKey(folder)).toThrow(
      `${file}: not the base64 form of 32 bytes; restore it from a backup`,
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('an admin key of the operator has its SHA-256 as hash', () => {
  expect(adminKeyHash('a-key-of-the-operator')).toBe(
    createHash('sha256').update('a-key-of-the-operator').digest('hex'),
  );
});

test('the first admin key is made where there is none, and only its hash is stored', async () => {
  const stored: AdminKey[] = [];
  const adminKeys: Registry['adminKeys'] = {
    insert: async (key) => void stored.push(key),
    get: async (id) => stored.find((key) => key.id === id),
    find: async () => stored,
    replace: async () => false,
    delete: async () => false,
    revision: async () => '',
  };
  const made = await firstAdminKey(
    adminKeys,
    () => 5,
    () => 'id-1',
  );
  expect(stored).toEqual([
    {
      id: 'id-1',
      version: 1,
      createdAt: 5,
      updatedAt: 5,
      name: 'first start',
      scopes: ['read', 'write'],
      organizationId: null,
      expiresAt: null,
      lastUsedAt: null,
      hash: credentialHash('rca', made ?? ''),
      hint: made?.slice(-4),
    },
  ]);
  expect(JSON.stringify(stored)).not.toContain(made);
  expect(
    await firstAdminKey(
      adminKeys,
      () => 6,
      () => 'id-2',
    ),
  ).toBeUndefined();
  expect(stored).toHaveLength(1);
});

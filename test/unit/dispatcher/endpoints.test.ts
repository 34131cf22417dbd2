import { setImmediate as turn } from 'node:timers/promises';
import { createEndpoints } from '../../../services/dispatcher/endpoints.js';
import { createSealer } from '../../../shared/runtime/seal.js';
import type { Endpoint, EndpointSecret } from '../../../shared/store/registry.js';
import { createSecret, createSigner } from '../../../shared/webhooks/sign.js';
import { newEndpoint } from './rows.js';

const sealer = createSealer(Buffer.alloc(32, 3));
const BODY = Buffer.from('{}');

/** A table of endpoints that answers each read when it is told to. */
function openTable(...records: Endpoint[]) {
  const rows = new Map(records.map((record) => [record.id, record]));
  const reads: (() => void)[] = [];
  const clock = { now: 1000 };
  const table = {
    revision: async () => [...rows.values()].map(({ id, version }) => `${id} ${version}`).join(),
    get: async (id: string) => rows.get(id),
    find: () => new Promise<Endpoint[]>((resolve) => reads.push(() => resolve([...rows.values()]))),
    replace: async (record: Endpoint) => {
      if (rows.get(record.id)?.version !== record.version - 1) return false;
      rows.set(record.id, record);
      return true;
    },
  };
  const endpoints = createEndpoints(table, sealer, () => clock.now);
  const answer = async (): Promise<void> => {
    await turn();
    reads.shift()?.();
  };
  return { rows, reads, clock, table, endpoints, answer };
}

test('a read never answers with less than was there when it was asked for, and those who wait share one', async () => {
  const { rows, reads, endpoints, answer } = openTable(newEndpoint('a'));
  const first = endpoints.read();
  await turn();
  rows.set('b', newEndpoint('b'));
  const [second, third] = [endpoints.read(), endpoints.read()];
  await answer();
  await first;
  await answer();
  expect((await second).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(await third).toBe(await second);
  expect(reads).toEqual([]);
  expect(endpoints.known('b')).toBeDefined();
  await endpoints.refresh(); // young enough
  expect(reads).toEqual([]);
});

test('a table that has not changed is not read again, and one that changes while it is read is', async () => {
  const { rows, reads, endpoints, answer } = openTable(newEndpoint('a'));
  const first = endpoints.read();
  await turn();
  rows.set('a', newEndpoint('a', { version: 2 }));
  await answer();
  await first;
  const second = endpoints.read();
  await answer();
  await second;
  expect(await endpoints.read()).toBe(await second);
  expect(endpoints.known('a')?.version).toBe(2);
  expect(reads).toEqual([]);
});

test('disabling goes on top of a change that came between, and leaves another URL alone', async () => {
  const { rows, table, endpoints } = openTable(newEndpoint('a'));
  const replace = table.replace;
  table.replace = async (record) => {
    table.replace = replace;
    rows.set('a', newEndpoint('a', { version: 2, description: 'changed meanwhile' }));
    return replace(record);
  };
  await endpoints.disable('a', 'https://elsewhere.example/', 'gone', 'it is gone');
  expect(rows.get('a')?.enabled).toBe(true);
  await endpoints.disable('a', 'https://example.com/', 'gone', 'it is gone');
  const disabled = {
    enabled: false,
    disabledReason: 'it is gone',
    disabling: { at: 1000, reason: 'gone', requestId: null },
    version: 3,
    updatedAt: 1000,
    description: 'changed meanwhile',
  };
  expect(rows.get('a')).toMatchObject(disabled);
  await endpoints.disable('a', 'https://example.com/', 'failing', 'again');
  await endpoints.disable('nobody', 'https://example.com/', 'gone', 'it is gone');
  expect(rows.get('a')).toMatchObject(disabled);
});

test('every secret signs until it expires', () => {
  const { clock, endpoints } = openTable();
  const [former, current] = [createSecret(), createSecret()];
  const stored = (secret: string, expiresAt: number | null): EndpointSecret => ({
    sealed: sealer.seal(secret, newEndpoint('a', {})),
    createdAt: 0,
    expiresAt,
  });
  const rotating = newEndpoint('a', { secrets: [stored(current, null), stored(former, 2000)] });
  const signed = (): unknown => endpoints.signerOf(rotating)('id', 1, BODY);
  expect(signed()).toEqual(createSigner([current, former])('id', 1, BODY));
  clock.now = 2000;
  expect(signed()).toEqual(createSigner([current])('id', 1, BODY));
  expect(() => endpoints.signerOf(newEndpoint('b', { secrets: rotating.secrets }))).toThrow(
    'belongs to another record',
  );
});

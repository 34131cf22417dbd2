import { randomBytes } from 'node:crypto';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.js';

/** The server that tests may use; undefined where there is none. */
export const mongoServer = process.env['MONGODB_URI'];

/** `mongodb://[user:password@]host[:port][/database][?options]` */
const FORM = /^(mongodb:\/\/(?:[^@/]*@)?)([^,:/?]+)(?::(\d+))?(?:\/[^?]*)?(?:\?(.*))?$/;

/** An empty database of its own, and ways to it. */
export interface TestDatabase {
  readonly uri: string;
  /** The same database through a proxy of its own that can lose commands. */
  throughProxy(): Promise<{ readonly uri: string; readonly proxy: CuttingProxy }>;
  /** Drops it and stops the proxies. */
  drop(): Promise<void>;
}

/** A database of a random name on the server of MONGODB_URI. */
export function testDatabase(): TestDatabase {
  const parts = FORM.exec(mongoServer ?? '');
  if (parts === null) throw new Error('MONGODB_URI: the tests need the form mongodb://host:port, with one host');
  const [, start = '', host = '', port = '27017', options] = parts;
  const name = `rollcall-test-${randomBytes(6).toString('hex')}`;
  const uriOf = (address: string, ...more: string[]): string => {
    const query = [...(options === undefined ? [] : [options]), ...more].join('&');
    return `${start}${address}/${name}${query === '' ? '' : `?${query}`}`;
  };
  const uri = uriOf(`${host}:${port}`);
  const proxies: CuttingProxy[] = [];
  return {
    uri,
    async throughProxy() {
      const proxy = await startCuttingProxy(host, Number(port));
      proxies.push(proxy);
      return { uri: uriOf(`127.0.0.1:${proxy.port}`, 'directConnection=true'), proxy };
    },
    async drop() {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      const { createConnection } = await import('mongoose');
      const connection = await createConnection(uri).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

import request from 'supertest';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { serve } from '../../shared/runtime/serve.js';
import { silent, startIngest, type IngestHarness } from './ingest.js';
import { openSqlite, type OpenStore } from './stores.js';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const message = (name: string): string => `urn:ietf:params:scim:api:messages:2.0:${name}`;

type Directory = Awaited<ReturnType<IngestHarness['addDirectory']>>;
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A SCIM client of the ingest service, for the tests of one file; each test has a directory of its own. */
export function startScimClient(open: OpenStore = openSqlite) {
  let ingest: IngestHarness | undefined;
  let directory: Directory | undefined;
  let url = '';
  const stop = new AbortController();
  beforeAll(async () => {
    ingest = await startIngest(silent, open);
    const { port, adopt } = await serve(ingest.app, 0, stop.signal);
    adopt(ingest.app);
    url = `http://127.0.0.1:${port}`;
  });
  beforeEach(async () => {
    directory = await started().addDirectory();
  });
  afterAll(async () => {
    stop.abort();
    await started().store.close();
  });

  const started = (): IngestHarness => ingest ?? fail();
  const home = (): Directory => directory ?? fail();
  const call = (method: Method, path: string, body?: unknown, to = home()): request.Test => {
    const sent = request(url)
      [method](to.base + path)
      .set('authorization', `Bearer ${to.token}`);
    return body === undefined ? sent : sent.set('content-type', 'application/scim+json').send(JSON.stringify(body));
  };
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await call('post', path, body);
    expect(answer.status).toBe(201);
    return answer.body.id;
  };
  const members = (ids: readonly string[]): object[] => ids.map((value) => ({ value }));

  return {
    ingest: started,
    directory: home,
    url: () => url,
    /** From now on, a directory without anything in it. */
    async newHome(): Promise<void> {
      directory = await started().addDirectory();
    },
    call,
    get: (path: string) => call('get', path),
    patch: (path: string, ...Operations: object[]) =>
      call('patch', path, { schemas: [message('PatchOp')], Operations }),
    /** Answers the id. */
    createUser: (userName: string, more: object = {}) => create('/Users', { schemas: [USER], userName, ...more }),
    /** Answers the id. */
    createGroup: (displayName: string, ...ids: string[]) =>
      create('/Groups', { schemas: [GROUP], displayName, members: members(ids) }),
    members,
    memberIds: async (groupId: string): Promise<string[]> =>
      ((await call('get', `/Groups/${groupId}`)).body.members ?? []).map(({ value }: { value: string }) => value),
    find: (type: 'Users' | 'Groups', filter: string) => call('get', `/${type}?filter=${encodeURIComponent(filter)}`),
    async foundIds(type: 'Users' | 'Groups', filter: string): Promise<string[]> {
      const { status, body } = await this.find(type, filter);
      expect([filter, status, body.totalResults]).toEqual([filter, 200, body.Resources.length]);
      return body.Resources.map(({ id }: { id: string }) => id);
    },
    async events(): Promise<DirectoryEvent[]> {
      const stored = await started().store.events.ofDirectory(home().id, 0, 1000);
      return stored.map(({ body }): DirectoryEvent => JSON.parse(body));
    },
    /** A moment later. */
    tick: () => void (started().clock.now += 1000),
  };
}

function fail(): never {
  throw new Error('The client is used before its tests begin.');
}

/** Every refusal is a SCIM error (RFC 7644 section 3.12). */
export function expectRefusal(answer: request.Response, status: number, scimType?: string): void {
  expect([answer.status, answer.body.scimType]).toEqual([status, scimType]);
  expect(answer.headers['content-type']).toBe('application/scim+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    schemas: [message('Error')],
    status: String(status),
    detail: expect.any(String),
  });
}

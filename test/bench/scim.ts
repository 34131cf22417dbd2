import { Pool } from 'undici';
import type { Management } from '../../services/cli/demo/management.js';

/** A directory as its identity provider sees it. */
export interface ScimDirectory {
  /** Path of the SCIM base URL. */
  readonly base: string;
  readonly token: string;
}

export async function newDirectory(management: Management): Promise<ScimDirectory> {
  const organization = await management.createOrganization('Bench');
  const { scimBaseUrl, token } = await management.createDirectory(organization, 'Bench', 'okta');
  return { base: new URL(scimBaseUrl).pathname, token };
}

export interface Scim {
  /** Answers the body, an empty object where there is none. Throws when the answer is no 2xx. */
  send(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object | string): Promise<ScimBody>;
  close(): Promise<void>;
}

/** What is read of an answer. */
export interface ScimBody {
  readonly id?: string;
  readonly totalResults?: number;
  readonly nextCursor?: string;
  readonly Resources?: readonly { readonly id: string }[];
}

/** Requests over so many kept-alive connections. */
export function openScim(port: number, { base, token }: ScimDirectory, connections: number): Scim {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  return {
    async send(method, path, body) {
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const answer = await pool.request({ method, path: base + path, headers, ...sent });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode}: ${text}`);
      return text === '' ? {} : (JSON.parse(text) as ScimBody);
    },
    close: () => pool.close(),
  };
}

/** The id of what was created, or is there. */
export function idOf({ id }: { readonly id?: string }): string {
  if (id === undefined) throw new Error('an answer without an id');
  return id;
}

export const patchOf = (...operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

export const userNamed = (userName: string): string =>
  `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`;

/** Does the work for each number below `count`, so many at a time. */
export async function inLanes(count: number, lanes: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let number = (next += 1) - 1; number < count; number = (next += 1) - 1) await work(number);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

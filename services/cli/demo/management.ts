import * as z from 'zod';
import type { EventType } from '../../../shared/events/event.js';
import { openApi } from '../api/api.js';

/** The part of the management API that is needed to watch a directory. Every method throws when the answer is no 2xx. */
export interface Management {
  createOrganization(name: string): Promise<string>;
  createDirectory(organizationId: string, name: string, provider: string): Promise<NewDirectory>;
  /** Of every organization and, unless some are named, every event type. Answers the id and the signing secret. */
  createEndpoint(url: string, eventTypes?: readonly EventType[]): Promise<{ id: string; secret: string }>;
  /** Every event of the directory, body by body. */
  events(directoryId: string): Promise<string[]>;
}

export interface NewDirectory {
  readonly id: string;
  readonly scimBaseUrl: string;
  readonly token: string;
}

const EVENTS_PAGE = 100;

const organization = z.object({ id: z.string() });
const directory = z.object({ id: z.string(), scimBaseUrl: z.string(), token: z.string() });
const endpoint = z.object({ id: z.string(), secret: z.string() });
const eventPage = z.object({ data: z.array(z.unknown()), nextCursor: z.string(), hasMore: z.boolean() });

export function openManagement(url: string, adminKey: string): Management {
  const api = openApi({ url, key: adminKey });
  const call = async <T>(method: 'GET' | 'POST', path: string, shape: z.ZodType<T>, body?: object): Promise<T> =>
    shape.parse(await api.send(method, path, body === undefined ? {} : { body }));
  return {
    createOrganization: async (name) => (await call('POST', '/organizations', organization, { name })).id,
    createDirectory: (organizationId, name, provider) =>
      call('POST', '/directories', directory, { organizationId, name, provider }),
    createEndpoint: (target, eventTypes = []) => call('POST', '/endpoints', endpoint, { url: target, eventTypes }),
    async events(directoryId) {
      const bodies: string[] = [];
      let after = '';
      for (;;) {
        const path = `/events?directoryId=${directoryId}&limit=${EVENTS_PAGE}${after}`;
        const { data, nextCursor, hasMore } = await call('GET', path, eventPage);
        bodies.push(...data.map((event) => JSON.stringify(event)));
        if (!hasMore) return bodies;
        after = `&after=${encodeURIComponent(nextCursor)}`;
      }
    },
  };
}

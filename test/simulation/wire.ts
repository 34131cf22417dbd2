import type { Answer, Method, Wire } from '../../services/simulator/wire.js';
import type { Command } from '../../shared/directory/command.js';
import type { DirectoryRef } from '../../shared/directory/deletion.js';
import { ScimError } from '../../shared/scim/errors.js';
import { readResource } from '../../shared/scim/input.js';
import { readPatch } from '../../shared/scim/patch/read.js';
import { GROUP, USER } from '../../shared/scim/schemas/index.js';
import type { Service } from './service.js';
import type { Owner, VirtualTime } from './virtual-time.js';

/** A service that takes requests, and the process that it is. */
export interface Reachable {
  readonly service: Service;
  readonly owner: Owner;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

interface Line {
  readonly time: VirtualTime;
  readonly world: Owner;
  readonly directory: DirectoryRef;
  /** Undefined: nothing listens. */
  readonly reach: () => Reachable | undefined;
  readonly newId: () => string;
  /** How long one way takes. */
  readonly latency: () => number;
}

/** As Okta. */
const ANSWER_TIMEOUT_MS = 60_000;

/** SCIM requests to the process that is there when they arrive, over the simulated network, as commands. */
export function createWire({ time, world, directory, reach, newId, latency }: Line): Wire {
  return {
    send: (method, path, body) =>
      new Promise((resolve) => {
        const sentAt = time.now();
        const requestId = newId();
        const answer = (status: number | null, found: Answer['body'] = {}): void => {
          const error = status === null ? 'no answer' : null;
          const durationMs = time.now() - sentAt;
          resolve({
            status,
            body: found,
            requestId: status === null ? null : requestId,
            retryAfterMs: null,
            sentAt,
            durationMs,
            error,
          });
        };
        time.after(ANSWER_TIMEOUT_MS, world, () => answer(null));
        time.after(latency(), world, () => {
          const process = reach();
          if (process === undefined) return answer(null);
          void process.ended.then(() => time.after(latency(), world, () => answer(null)));
          // In its name, so that what it plans from here on ends with it. Its answer leaves it only while it lives.
          time.after(0, process.owner, () => {
            void handle(process.service, directory, { method, path, body, requestId }).then(([status, found]) => {
              if (!process.owner.isDead) time.after(latency(), world, () => answer(status, found));
            });
          });
        });
      }),
    close: async () => undefined,
  };
}

interface Request {
  readonly method: Method;
  readonly path: string;
  readonly body: object | undefined;
  readonly requestId: string;
}

async function handle(
  { submit, resources }: Service,
  directory: DirectoryRef,
  request: Request,
): Promise<[status: number, body?: Answer['body']]> {
  try {
    const [, collection = '', id = '', externalId] =
      /^\/(\w+)(?:\/([\w-]+))?(?:\?externalId=(.*))?$/.exec(request.path) ?? [];
    const type = collection === 'Users' ? USER : GROUP;
    if (request.method === 'GET') {
      const rows = await resources.list(directory.id, type.name, undefined, { limit: 1000 });
      const row = rows.find(({ attributes }) => attributes['externalId'] === externalId);
      return row === undefined ? [200] : [200, { id: row.id }];
    }
    const row = await submit(directory, commandOf(request, type, id === '' ? request.requestId : id));
    return row === undefined ? [204] : [200, { id: row.id }];
  } catch (error) {
    return [error instanceof ScimError ? error.status : 500];
  }
}

function commandOf({ method, body, requestId }: Request, type: typeof USER, id: string): Command {
  const common = { requestId, type, id, ifMatch: undefined, ifNoneMatch: undefined };
  switch (method) {
    case 'POST':
      return { kind: 'create', requestId, type, id, input: readResource(type, body) };
    case 'PUT':
      return { ...common, kind: 'replace', input: readResource(type, body) };
    case 'PATCH':
      return { ...common, kind: 'modify', operations: readPatch(type, body) };
    case 'DELETE':
    case 'GET':
      return { ...common, kind: 'delete' };
  }
}

import http from 'node:http';
import type { Webhook } from '../../../services/simulator/received.js';
import { asObject } from '../../../services/simulator/json.js';

/**
 * A tiny service provider that remembers every request, can be told to misbehave, and makes the documented events of what
 * changes. It understands just what the simulated providers send.
 */
export interface ServiceProvider {
  readonly baseUrl: string;
  readonly requests: readonly Received[];
  readonly webhooks: readonly Webhook[];
  close(): Promise<void>;
}

type Json = Readonly<Record<string, unknown>>;

export interface Received {
  readonly method: string;
  /** With the query, without the base path. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Empty of a request without one. */
  readonly body: Json;
}

/** `lost`: carried out, but the connection breaks before the answer. `dropped`: it breaks before anything happens. */
export type Fault = 'lost' | 'dropped' | { readonly status: number; readonly headers?: http.OutgoingHttpHeaders };

/** The directory whose events it makes. */
export const DIRECTORY = 'directory-1';

const BASE = '/scim/v2';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** `fault` is asked about each request, which carries its number from 1. */
export async function startServiceProvider(
  fault: (request: Received, number: number) => Fault | undefined = () => undefined,
): Promise<ServiceProvider> {
  const requests: Received[] = [];
  const directory = createDirectory();
  const answer = (req: http.IncomingMessage, body: string, res: http.ServerResponse): void => {
    const { method = '', url = '', headers } = req;
    const request = {
      method,
      path: url.slice(BASE.length),
      headers,
      body: asObject(JSON.parse(body === '' ? '{}' : body)),
    };
    requests.push(request);
    const requestId = `request-${requests.length}`;
    const planned = fault(request, requests.length);
    if (typeof planned === 'object') {
      res.writeHead(planned.status, { 'x-request-id': requestId, ...planned.headers }).end('{}');
      return;
    }
    const reply = planned === 'dropped' ? undefined : directory.handle(request, requestId);
    if (reply === undefined || planned === 'lost') {
      req.socket.destroy();
      return;
    }
    res.writeHead(reply.status, { 'content-type': 'application/scim+json', 'x-request-id': requestId });
    res.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  };
  const server = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => answer(req, Buffer.concat(chunks).toString(), res));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}${BASE}`,
    requests,
    webhooks: directory.webhooks,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Kind = 'User' | 'Group';

interface Resource {
  readonly kind: Kind;
  readonly id: string;
  /** Without members. */
  readonly attributes: Json;
  readonly members: readonly string[];
}

interface Reply {
  readonly status: number;
  readonly body?: Json;
}

function createDirectory() {
  const resources = new Map<string, Resource>();
  const journal = createJournal();
  let made = 0;

  const store = (resource: Resource, requestId: string): Reply => {
    journal.tell(resources.get(resource.id), resource, requestId);
    resources.set(resource.id, resource);
    return { status: 200, body: show(resource) };
  };
  const create = (kind: Kind, body: Json, requestId: string): Reply => {
    if (kind === 'User' && bearer(kind, body['userName']) !== undefined) return refusal(409, 'the userName is taken');
    made += 1;
    const id = `${kind.toLowerCase()}-${made}`;
    return { ...store({ kind, id, attributes: withoutReadOnly(body), members: [] }, requestId), status: 201 };
  };
  const remove = (resource: Resource, requestId: string): Reply => {
    resources.delete(resource.id);
    for (const one of resources.values()) {
      resources.set(one.id, { ...one, members: one.members.filter((member) => member !== resource.id) });
    }
    journal.tell(resource, undefined, requestId);
    return { status: 204 };
  };
  const bearer = (kind: Kind, name: unknown): Resource | undefined =>
    [...resources.values()].find(
      (one) => one.kind === kind && (one.attributes['userName'] ?? one.attributes['displayName']) === name,
    );
  const find = (kind: Kind, filter: string | null): Reply => {
    const wanted = /eq "(.*)"/.exec(filter ?? '')?.[1];
    const found = wanted === undefined ? undefined : bearer(kind, wanted);
    return {
      status: 200,
      body: { totalResults: found === undefined ? 0 : 1, Resources: found === undefined ? [] : [show(found)] },
    };
  };

  const handle = ({ method, path, body }: Received, requestId: string): Reply => {
    const url = new URL(path, 'http://localhost');
    const [, endpoint, id = ''] = url.pathname.split('/');
    const kind = endpoint === 'Users' ? 'User' : 'Group';
    journal.activate(requestId);
    if (method === 'POST') return create(kind, body, requestId);
    if (id === '') return find(kind, url.searchParams.get('filter'));
    const present = resources.get(id);
    if (present?.kind !== kind) return refusal(404, 'there is no such resource');
    if (method === 'DELETE') return remove(present, requestId);
    if (method === 'PUT') return store({ ...present, attributes: withoutReadOnly(body) }, requestId);
    if (method === 'PATCH') return store(list(body['Operations']).map(asObject).reduce(patch, present), requestId);
    return { status: 200, body: show(present) };
  };
  return { handle, webhooks: journal.webhooks };
}

const refusal = (status: number, detail: string): Reply => ({ status, body: { status: String(status), detail } });

const show = ({ kind, id, attributes, members }: Resource): Json => ({
  ...attributes,
  id,
  meta: { resourceType: kind },
  ...(kind === 'User' ? { groups: [] } : { members: members.map((value) => ({ value })) }),
});

const withoutReadOnly = ({
  id: _id,
  meta: _meta,
  groups: _groups,
  password: _password,
  members: _members,
  ...kept
}: Json): Json => kept;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function patch(resource: Resource, { op, path, value }: Json): Resource {
  const { members, attributes } = resource;
  const isRemoval = String(op).toLowerCase() === 'remove';
  const named = list(value).map((one) => String(asObject(one)['value']));
  const filtered = /^members\[value eq "(.*)"\]$/.exec(String(path))?.[1];
  if (filtered !== undefined) return { ...resource, members: members.filter((member) => member !== filtered) };
  if (path === 'members' && isRemoval)
    return { ...resource, members: members.filter((member) => !named.includes(member)) };
  if (path === 'members')
    return { ...resource, members: [...new Set(op === 'replace' ? named : [...members, ...named])] };
  const values = typeof path === 'string' ? { [path]: isRemoval ? undefined : value } : asObject(value);
  return { ...resource, attributes: Object.entries(values).reduce(assign, attributes) };
}

function assign(attributes: Json, [path, value]: [string, unknown]): Json {
  const within = (outer: string, inner: string, what: unknown): Json => ({
    ...attributes,
    [outer]: { ...asObject(attributes[outer]), [inner]: what },
  });
  if (path === 'id') return attributes;
  if (path === 'emails[type eq "work"].value')
    return { ...attributes, emails: [{ type: 'work', primary: true, value }] };
  if (path === `${ENTERPRISE}:manager`)
    return within(ENTERPRISE, 'manager', value === undefined ? undefined : { value });
  if (path.startsWith(`${ENTERPRISE}:`)) return within(ENTERPRISE, path.slice(ENTERPRISE.length + 1), value);
  if (path.startsWith('name.')) return within('name', path.slice('name.'.length), value);
  return { ...attributes, [path]: value === 'True' ? true : value === 'False' ? false : value };
}

function createJournal() {
  const webhooks: Webhook[] = [];
  const emit = (type: string, data: Json, requestId: string): void => {
    const seq = webhooks.length + 1;
    const id = `event-${seq}`;
    const body = JSON.stringify({ id, type, seq, directoryId: DIRECTORY, data, cause: { requestId } });
    webhooks.push({ id, body, isVerified: true });
  };
  return {
    webhooks,
    activate(requestId: string): void {
      if (webhooks.length === 0) emit('directory.activated', { id: DIRECTORY }, requestId);
    },
    /** Tells of everything that differs between two pictures of a resource. */
    tell(before: Resource | undefined, after: Resource | undefined, requestId: string): void {
      const resource = after ?? before;
      if (resource === undefined) return;
      const noun = resource.kind.toLowerCase();
      const data = { id: resource.id, ...dataOf(resource) };
      if (after === undefined) return emit(`${noun}.deleted`, data, requestId);
      if (before === undefined) emit(`${noun}.created`, data, requestId);
      else if (JSON.stringify(dataOf(before)) !== JSON.stringify(dataOf(after)))
        emit(`${noun}.updated`, data, requestId);
      const was = new Set(before?.members);
      const left = [...was].filter((member) => !after.members.includes(member)).map((id) => ({ id }));
      const joined = after.members.filter((member) => !was.has(member)).map((id) => ({ id }));
      if (left.length > 0) emit('group.members_removed', { group: data, members: left }, requestId);
      if (joined.length > 0) emit('group.members_added', { group: data, members: joined }, requestId);
    },
  };
}

function dataOf({ kind, attributes }: Resource): Json {
  const { externalId = null, displayName = null, userName, active, title = null } = attributes;
  if (kind === 'Group') return { externalId, displayName };
  const { givenName: given = null, familyName: family = null, formatted = null } = asObject(attributes['name']);
  const { department = null, employeeNumber = null, manager } = asObject(attributes[ENTERPRISE]);
  const email = asObject(list(attributes['emails'])[0])['value'] ?? null;
  const managerId = asObject(manager)['value'] ?? null;
  const name = { given, family, formatted };
  return { externalId, userName, active, email, name, displayName, title, department, employeeNumber, managerId };
}

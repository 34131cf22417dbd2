import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { openApi, type Api } from '../../services/cli/api/api.js';
import { createSimulator, type Provider } from '../../services/simulator/simulator.js';
import { eventually } from '../support/eventually.js';
import type { Stage } from './server.js';

/** What is seen in the pictures: Northwind, an application with a few customers, over a day and a half. */

/** When something was done, in hours before the pictures are taken; nobody works at night. */
export const HOURS = [27, 22, 21, 20, 19, 9, 8, 7, 5, 4, 2, 1, 0] as const;
/** From then on the receiver that counts seats fails. */
const BROKEN_SINCE = 4;
const MASS_DELETION_AT = 2;

const CUSTOMERS = [
  { organization: 'Meridian Health', name: 'Okta', provider: 'okta', users: 24, groups: 4, changes: 3 },
  { organization: 'Larkspur Energy', name: 'Entra ID', provider: 'entra', users: 31, groups: 5, changes: 2 },
  { organization: 'Halden Shipping', name: 'OneLogin', provider: 'onelogin', users: 12, groups: 2, changes: 1 },
  { organization: 'Pinecrest Schools', name: 'Okta', provider: 'okta', users: 18, groups: 3, changes: 1 },
  { organization: 'Tidewater Bank', name: 'PingFederate', provider: 'pingfederate', users: 9, groups: 1, changes: 1 },
  { organization: 'Corvid Labs', name: 'JumpCloud', provider: 'jumpcloud', users: 7, groups: 2, changes: 0 },
  { organization: 'Bluebird Robotics', name: 'Workforce', provider: null, users: 0, groups: 0, changes: 0 },
] as const;
type Customer = (typeof CUSTOMERS)[number];

const TITLES = ['Lead', 'Director', 'Principal Engineer', 'Head of Support', 'Analyst', 'Account Manager'] as const;

export interface Directory {
  readonly customer: Customer;
  readonly id: string;
  readonly scimBaseUrl: string;
  readonly token: string;
  /** In the order in which they came. */
  readonly users: string[];
}

export interface Company {
  readonly directories: readonly Directory[];
  readonly endpoints: { readonly well: string; readonly failing: string };
}

/** Customers, directories and endpoints, with everybody who works there. */
export async function found(stage: Stage): Promise<Company> {
  const api = openApi({ url: stage.url, key: stage.adminKey });
  const endpoint = async (path: string, body: object): Promise<string> =>
    String(
      (await api.send('POST', '/endpoints', { body: { url: `http://hooks.northwind.example${path}`, ...body } }))['id'],
    );
  const well = await endpoint('/accounts', { description: 'Accounts of the app' });
  const failing = await endpoint('/seats', { description: 'Seats for billing', eventTypes: ['user.*'] });
  await endpoint('/search', { description: 'Search index', eventTypes: ['user.*', 'group.*'], payload: 'ids' });
  await endpoint('/warehouse', { description: 'Data warehouse', ordering: 'directory' });
  await api.send('POST', '/admin-keys', { body: { name: 'Deploys', scopes: ['read', 'write'] } });
  await api.send('POST', '/admin-keys', { body: { name: 'Nightly report', scopes: ['read'] } });
  const directories: Directory[] = [];
  for (const customer of CUSTOMERS) directories.push(await join(api, stage.url, customer));
  return { directories, endpoints: { well, failing } };
}

async function join(api: Api, url: string, customer: Customer): Promise<Directory> {
  const { id: organizationId } = await api.send('POST', '/organizations', { body: { name: customer.organization } });
  const { name, provider, users, groups } = customer;
  const deletionGuard = { maxUsers: 5, windowMinutes: 60 };
  const made = await api.send('POST', '/directories', { body: { organizationId, name, provider, deletionGuard } });
  const { pathname } = new URL(String(made['scimBaseUrl']));
  const directory = {
    customer,
    id: String(made['id']),
    scimBaseUrl: url + pathname,
    token: String(made['token']),
    users: [],
  };
  if (users > 0) {
    const dialect: Provider = provider === 'entra' ? 'entra' : 'okta';
    const { failures } = await createSimulator({
      ...{ baseUrl: directory.scimBaseUrl, token: directory.token, provider: dialect },
      ...{ seed: users, users, groups, concurrency: 2 },
    }).run();
    if (failures.length > 0) throw new Error(failures.map(({ step, reason }) => `${step}: ${reason}`).join('\n'));
    const { data } = await api.send('GET', `/directories/${directory.id}/users`, { query: { limit: 100 } });
    return { ...directory, users: (data as readonly { readonly id: string }[]).map((user) => user.id) };
  }
  return directory;
}

/** What happens in an hour: some change their titles, a request goes wrong, many are removed at once. */
export async function work(stage: Stage, { directories, endpoints }: Company, hoursAgo: number): Promise<void> {
  for (const directory of directories) {
    const { customer, users } = directory;
    for (let n = 0; n < customer.changes * (1 + (hoursAgo % 4)); n += 1) {
      const user = users[(hoursAgo * 7 + n * 5) % users.length] ?? '';
      await change(directory, user, { title: TITLES[(hoursAgo + n) % TITLES.length] ?? '' });
    }
    if (customer.changes > 1 && hoursAgo % 5 === 2)
      await send(directory, 'POST', '/Users', { displayName: 'Without a user name' });
  }
  const [, , , pinecrest] = directories;
  if (hoursAgo === MASS_DELETION_AT && pinecrest !== undefined) {
    for (const user of pinecrest.users.slice(0, 9)) await send(pinecrest, 'DELETE', `/Users/${user}`);
  }
  await settled(openApi({ url: stage.url, key: stage.adminKey }), endpoints.well);
}

/** A user of Meridian Health is promoted: the change that the pictures follow. */
export async function promote([meridian]: readonly Directory[]): Promise<string> {
  const user = meridian?.users[3] ?? '';
  if (meridian !== undefined) await change(meridian, user, { title: 'Chief of Staff', userType: 'Employee' });
  return user;
}

const change = (directory: Directory, user: string, value: object): Promise<void> =>
  send(directory, 'PATCH', `/Users/${user}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', value }],
  });

async function send({ scimBaseUrl, token }: Directory, method: string, path: string, body?: object): Promise<void> {
  const answer = await fetch(scimBaseUrl + path, {
    method,
    headers: {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      'user-agent': 'Okta SCIM Client 1.0.0',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  await answer.text();
}

/** The endpoint has been told of all. */
export async function settled(api: Api, endpointId: string): Promise<void> {
  await eventually('all is sent', async () => {
    const open = await Promise.all(
      ['pending', 'sending'].map(async (status) =>
        api.send('GET', '/deliveries', { query: { status, endpointId, limit: 1 } }),
      ),
    );
    return open.every(({ data }) => (data as readonly unknown[]).length === 0);
  });
}

/** Northwind's receiver, whose part for seats fails in the end. */
export async function startNorthwind(): Promise<{
  port: number;
  breakSeats: (hoursAgo: number) => void;
  close: () => void;
}> {
  let isBroken = false;
  const server = http.createServer((req, res) => {
    req.resume().on('end', () => {
      if (isBroken && req.url === '/seats')
        res.writeHead(500).end('{"error":"cannot execute INSERT in a read-only transaction"}');
      else res.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    breakSeats: (hoursAgo) => void (isBroken = hoursAgo <= BROKEN_SINCE),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

import http from 'node:http';
import { Webhook } from 'svix';
import { openApi, type Api } from '../../services/cli/api/api.js';
import { createSimulator, type Provider } from '../../services/simulator/simulator.js';
import { eventually } from '../support/eventually.js';

/** So that what fails is parked at once. */
export const SCENE_ENV = { ROLLCALL_RETRY_SCHEDULE: '0s' };

/** What the receiver answers to each path. */
interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A few customers with their directories, and endpoints of which some fail. */
export interface Scene {
  readonly api: Api;
  readonly organizations: Readonly<Record<'meridian' | 'larkspur' | 'bluebird', string>>;
  readonly directories: Readonly<Record<'okta' | 'entra' | 'waiting', Directory>>;
  /** `well` gets everything; `failing` is answered 500, until `mend`; `disabled` is, by hand; at `closed` nothing listens. */
  readonly endpoints: Readonly<Record<'well' | 'failing' | 'disabled' | 'closed', string>>;
  /** The failing endpoint's receiver takes messages from now on. */
  mend(): void;
  /** Whether the latest message that the receiver got is signed with that secret. */
  readonly verifies: (secret: string) => boolean;
  close(): Promise<void>;
}

interface Directory {
  readonly id: string;
  readonly scimBaseUrl: string;
  readonly token: string;
}

const BROKEN: Answer = { status: 500, body: '{"error":"cannot execute INSERT in a read-only transaction"}' };

/** Sets the scene through the management API and SCIM; resolves when some of what fails is parked, and some waits behind it. */
export async function setScene({ url, adminKey }: { readonly url: string; readonly adminKey: string }): Promise<Scene> {
  const api = openApi({ url, key: adminKey });
  const receiver = await startReceiver();
  const made = async (path: string, body: object): Promise<string> =>
    String((await api.send('POST', path, { body }))['id']);
  const organizations = {
    meridian: await made('/organizations', { name: 'Meridian Health' }),
    larkspur: await made('/organizations', { name: 'Larkspur Energy' }),
    bluebird: await made('/organizations', { name: 'Bluebird Robotics' }),
  };
  const directories = {
    okta: await newDirectory(api, { organizationId: organizations.meridian, name: 'Okta', provider: 'okta' }),
    entra: await newDirectory(api, { organizationId: organizations.larkspur, name: 'Entra ID', provider: 'entra' }),
    waiting: await newDirectory(api, {
      organizationId: organizations.bluebird,
      name: 'JumpCloud',
      provider: 'jumpcloud',
    }),
  };
  const endpoints = {
    well: await made('/endpoints', { url: `${receiver.url}/accounts`, description: 'Accounts of the app' }),
    failing: await made('/endpoints', {
      url: `${receiver.url}/seats`,
      description: 'Seats for billing',
      eventTypes: ['user.*'],
      organizationId: organizations.meridian,
      rateLimit: { perSecond: 50 },
      headers: { 'x-api-key': 'a-secret-of-the-receiver' },
    }),
    disabled: await made('/endpoints', {
      url: `${receiver.url}/warehouse`,
      description: 'Data warehouse',
      payload: 'ids',
    }),
    closed: await made('/endpoints', {
      url: `http://127.0.0.1:${await closedPort()}/search`,
      description: 'Search index',
      eventTypes: ['group.*'],
      organizationId: organizations.larkspur,
    }),
  };
  await api.send('PATCH', `/endpoints/${endpoints.disabled}`, { body: { enabled: false } });
  await provision(directories.okta, 'okta', 16);
  await provision(directories.entra, 'entra', 10);
  await parked(api, endpoints.failing);
  return {
    ...{ api, organizations, directories, endpoints },
    mend: () => receiver.answers.delete('/seats'),
    verifies: receiver.verifies,
    close: receiver.close,
  };
}

async function newDirectory(api: Api, body: object): Promise<Directory> {
  const { id, scimBaseUrl, token } = await api.send('POST', '/directories', { body });
  return { id: String(id), scimBaseUrl: String(scimBaseUrl), token: String(token) };
}

async function provision({ scimBaseUrl, token }: Directory, provider: Provider, users: number): Promise<void> {
  const simulator = createSimulator({
    baseUrl: scimBaseUrl,
    token,
    provider,
    seed: 7,
    users,
    groups: 3,
    concurrency: 2,
  });
  const { failures } = await simulator.run();
  if (failures.length > 0) throw new Error(failures.map(({ step, reason }) => `${step}: ${reason}`).join('\n'));
}

/** Some of what goes to the endpoint is parked, and some waits behind it. */
async function parked(api: Api, endpointId: string): Promise<void> {
  await eventually('something is parked, and something waits behind it', async () => {
    const { deliveries } = await api.send('GET', `/endpoints/${endpointId}`);
    const { parked = 0, blocked = 0 } = deliveries as Readonly<Record<string, number>>;
    return parked > 0 && blocked > 0;
  });
}

/** A host application on loopback, with a path for each of its parts. */
async function startReceiver() {
  const answers = new Map<string, Answer>([['/seats', BROKEN]]);
  let latest = { body: '', headers: {} as http.IncomingHttpHeaders };
  const server = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      latest = { body: Buffer.concat(chunks).toString('utf8'), headers: req.headers };
      const { status, body } = answers.get(req.url ?? '') ?? { status: 200, body: 'ok' };
      res.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    answers,
    verifies: (secret: string): boolean => {
      try {
        new Webhook(secret).verify(latest.body, latest.headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One that nothing listens on: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = http.createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return address.port;
}

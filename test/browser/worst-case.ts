import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { openApi, type Api } from '../../services/cli/api/api.js';
import { eventually } from '../support/eventually.js';
import { GROUP, message } from '../support/scim-client.js';
import { newProvider, type Provider } from './provider.js';

/** What would run, on a page that took any of it for more than text. */
export const ATTACK =
  '"><img src=x onerror="globalThis.ran=1"><svg onload="globalThis.ran=1"><script>globalThis.ran=1</script>';
/** The same, as long as names may be, and without a place to break it at. */
export const WORST = `${ATTACK}${'W'.repeat(200 - ATTACK.length)}`;
/** In a page: whether any of it became more than text. */
export const RAN = `[globalThis.ran, document.querySelectorAll('img[src="x"], svg[onload], a[href^="javascript:"]').length]`;
const LINK = 'javascript:globalThis.ran=1';
const LONG_EMAIL = `${'w'.repeat(64)}@${'sub-domain.'.repeat(12)}example.com`;

/** An installation in which every name, text and answer is an attack, and as long as it may be. */
export interface WorstCase {
  readonly api: Api;
  readonly provider: Provider;
  readonly endpointId: string;
  readonly userId: string;
  readonly groupId: string;
  /** One that was refused. */
  readonly requestId: string;
  readonly eventId: string;
  /** One that is parked; others wait behind it. */
  readonly deliveryId: string;
  close(): Promise<void>;
}

export async function setWorstCase(rollcall: { readonly url: string; readonly adminKey: string }): Promise<WorstCase> {
  const api = openApi({ url: rollcall.url, key: rollcall.adminKey });
  const receiver = http.createServer((req, res) => req.resume().on('end', () => res.writeHead(500).end(WORST)));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/${'a-long-path-without-an-end'.repeat(8)}?${encodeURIComponent(ATTACK)}`;
  const endpoint = await api.send('POST', '/endpoints', {
    body: { url, description: WORST, headers: { 'x-long-header-name': LINK } },
  });
  await api.send('POST', '/admin-keys', { body: { name: WORST } });
  const guard = { deletionGuard: { maxUsers: 1, windowMinutes: 60 } };
  const provider = await newProvider(rollcall, WORST, { name: WORST, provider: ATTACK.slice(0, 50), ...guard });
  const { userId, groupId } = await provision(provider);
  for (const n of [1, 2, 3]) await provider.send('DELETE', `/Users/${await provider.hire(`${ATTACK}${n}`)}`);
  await api.send('POST', `/directories/${provider.id}/users/${await provider.hire(`${ATTACK}4`)}/erase`, { body: {} });
  const newest = async (path: string, query: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const { data } = await api.send('GET', path, { query: { limit: '1', ...query } });
    return (data as readonly { readonly id: string }[])[0]?.id;
  };
  return {
    ...{ api, provider, userId, groupId, endpointId: String(endpoint['id']) },
    requestId: await eventually('the refusal is in the request log', () =>
      newest(`/directories/${provider.id}/requests`, { status: '400' }),
    ),
    deliveryId: await eventually('the first delivery is parked', () =>
      newest('/deliveries', { status: 'parked', resourceId: userId }),
    ),
    eventId: await eventually('the user has changed', () =>
      newest('/events', { type: 'user.updated', resourceId: userId }),
    ),
    close: () =>
      new Promise((resolve) => {
        receiver.close(() => resolve());
        receiver.closeAllConnections();
      }),
  };
}

/** A user and a group, changed once, and a request that is refused. */
async function provision(provider: Provider): Promise<{ userId: string; groupId: string }> {
  const userId = await provider.hire(WORST, {
    ...{ displayName: WORST, title: WORST, externalId: WORST, profileUrl: LINK },
    name: { formatted: WORST, givenName: ATTACK, familyName: LINK },
    emails: [{ value: LONG_EMAIL, type: 'work', primary: true }],
    roles: [{ value: WORST, display: ATTACK }],
  });
  const members = [{ value: userId }];
  const group = await provider.send('POST', '/Groups', {
    schemas: [GROUP],
    displayName: WORST,
    externalId: WORST,
    members,
  });
  const Operations = [{ op: 'replace', value: { title: `${LINK}${WORST}` } }];
  await provider.send('PATCH', `/Users/${userId}`, { schemas: [message('PatchOp')], Operations });
  await provider.send(
    'POST',
    `/Users?${encodeURIComponent(ATTACK)}`,
    { schemas: [], [ATTACK]: 1 },
    { 'user-agent': WORST },
  );
  return { userId, groupId: String(group.body['id']) };
}

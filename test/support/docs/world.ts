import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { openManagement } from '../../../services/cli/demo/management.js';
import { eventually } from '../eventually.js';
import { startStandalone } from '../standalone.js';
import type { Values } from './values.js';

/** A Rollcall with one of each, for a page that begins where others have ended. */
export async function createWorld(): Promise<{
  readonly values: Values;
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
  stop(): Promise<void>;
}> {
  const receiver = http.createServer((req, res) => void req.resume().on('end', () => res.writeHead(204).end()));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const rollcall = await startStandalone();
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const organization = await management.createOrganization('Acme');
  const endpoint = await management.createEndpoint(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`);
  const directory = await management.createDirectory(organization, 'Okta', 'okta');
  const scim = async (path: string, resource: object): Promise<string> => {
    const headers = { authorization: `Bearer ${directory.token}`, 'content-type': 'application/scim+json' };
    const answer = await fetch(directory.scimBaseUrl + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(resource),
    });
    return ((await answer.json()) as { id: string }).id;
  };
  const user = await scim('/Users', { userName: 'zoe@acme.example', emails: [{ value: 'zoe@acme.example' }] });
  const group = await scim('/Groups', { displayName: 'Admins', members: [{ value: user }] });
  const delivery = await eventually('an event is delivered', async () => {
    const headers = { authorization: `Bearer ${rollcall.adminKey}` };
    const answer = await fetch(`${rollcall.url}/v1/deliveries?status=delivered`, { headers });
    return ((await answer.json()) as { data: { id: string; eventId: string }[] }).data[0];
  });
  return {
    values: new Map([
      ['rca_…', rollcall.adminKey],
      ['rcs_…', directory.token],
      ['whsec_…', endpoint.secret],
      ['<organization id>', organization],
      ['<directory id>', directory.id],
      ['<scimBaseUrl>', directory.scimBaseUrl],
      ['<endpoint id>', endpoint.id],
      ['<user id>', user],
      ['<group id>', group],
      ['<event id>', delivery.eventId],
      ['<delivery id>', delivery.id],
    ]),
    env: { ROLLCALL_PORT: new URL(rollcall.url).port, ROLLCALL_DATA_DIR: rollcall.dataDir },
    port: Number(new URL(rollcall.url).port),
    async stop() {
      await rollcall.kill('SIGTERM');
      receiver.close();
    },
  };
}

import { request } from 'undici';
import type { DirectoryEvent } from '../../shared/events/event.js';
import { ENTERPRISE_USER_URN } from '../../shared/scim/schemas/enterprise-user.js';
import { eventually } from '../support/eventually.js';
import { setStage } from '../support/provisioning.js';
import { startStandalone } from '../support/standalone.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:';

/** A mapping is saved, and the process is killed before anybody was told of it. */
test('webhooks tell of a new mapping after kill -9, and of a role right after the membership that gives it', async () => {
  const standalone = await startStandalone();
  const { url, adminKey } = standalone;
  const { receiver, directory } = await setStage(url, adminKey, 'okta');
  const send = async (bearer: string, method: 'POST' | 'PUT' | 'PATCH', to: string, body: object) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const answer = await request(to, { method, headers, body: JSON.stringify(body) });
    const text = await answer.body.text();
    expect([text, answer.statusCode < 300]).toEqual([text, true]);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
  const scim = (method: 'POST' | 'PATCH', path: string, body: object) =>
    send(directory.token, method, directory.scimBaseUrl + path, body);
  const told = (): DirectoryEvent[] =>
    [...new Set(receiver.arrivals.map(({ body }) => body))]
      .map((body) => JSON.parse(body) as DirectoryEvent)
      .toSorted((a, b) => a.seq - b.seq);

  const ada = await scim('POST', '/Users', {
    schemas: [`${CORE}User`, ENTERPRISE_USER_URN],
    userName: 'ada@acme.example',
    emails: [{ value: 'ada@work.example', type: 'work' }],
    [ENTERPRISE_USER_URN]: { costCenter: 'R&D' },
  });
  const group = await scim('POST', '/Groups', { schemas: [`${CORE}Group`], displayName: 'Cooks' });
  await send(adminKey, 'PUT', `${url}/v1/directories/${directory.id}/mapping`, {
    attributes: [
      { to: 'department', from: `${ENTERPRISE_USER_URN}:costCenter` },
      { to: 'custom.mail', from: 'emails[type eq "work"].value' },
    ],
    roles: [{ groupId: group['id'], role: 'cook' }],
  });
  await standalone.kill('SIGKILL');
  await standalone.start();
  await eventually('the mapping is told', () => told().some(({ type }) => type === 'user.updated'));
  await scim('PATCH', `/Groups/${String(group['id'])}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'add', path: 'members', value: [{ value: ada['id'] }] }],
  });
  await eventually('the role is told', () => told().filter(({ type }) => type === 'user.updated').length === 2);

  expect(told().map(({ type }) => type)).toEqual([
    'directory.activated',
    'user.created',
    'group.created',
    'user.updated',
    'group.members_added',
    'user.updated',
  ]);
  const [, , , mapped, , promoted] = told();
  const fields = { department: 'R&D', custom: { mail: 'ada@work.example' } };
  expect(mapped).toMatchObject({
    data: { id: ada['id'], ...fields, roles: [], version: 2 },
    previous: { department: null },
  });
  expect(promoted).toMatchObject({
    data: { id: ada['id'], ...fields, roles: [{ value: 'cook', type: 'group', primary: false }], version: 3 },
    previous: { roles: [] },
  });
  await receiver.close();
  expect(await standalone.kill('SIGTERM')).toBe(0);
}, 150_000);

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startScimClient } from '../support/scim-client.js';

/** Threat: who can set e-mail addresses in a directory takes over the account that the host application has of somebody else. */

const client = startScimClient();
const emails = (value: string) => ({ emails: [{ value, type: 'work', primary: true }] });

test('a change of an e-mail address, or of the userName, is told with what it was before', async () => {
  const id = await client.createUser('mallory', emails('mallory@example.com'));
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'emails[type eq "work"].value', value: 'ceo@example.com' });
  await client.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'ceo' });
  const updates = (await client.events()).filter(({ type }) => type === 'user.updated');
  expect(updates).toMatchObject([
    { data: { id, email: 'ceo@example.com' }, previous: { email: 'mallory@example.com' } },
    { data: { id, userName: 'ceo' }, previous: { userName: 'mallory' } },
  ]);
});

test('two users of one address stay two, told apart by their ids', async () => {
  const victim = await client.createUser('ceo', emails('ceo@example.com'));
  const thief = await client.createUser('mallory', emails('ceo@example.com'));
  const made = (await client.events()).filter(({ type }) => type === 'user.created');
  expect(made.map(({ data }) => (data as { id: string }).id)).toEqual([victim, thief]);
});

test('a password is dropped: no answer, event or row has it', async () => {
  const password = 'canary-password-1';
  const id = await client.createUser('ann', { password });
  const put = await client.call('put', `/Users/${id}`, { userName: 'ann', title: 'Cook', password });
  const patched = await client.patch(`/Users/${id}`, { op: 'add', path: 'password', value: password });
  const rows = await client.ingest().store.resources.list(client.directory().id, 'User', undefined, { limit: 10 });
  const found = await client.get(`/Users?attributes=password,userName`);
  const everything = JSON.stringify([put.text, patched.text, found.text, rows, await client.events()]);
  expect(everything).toContain('Cook');
  expect(everything).not.toContain(password);
  for (const filter of [`password eq "${password}"`, 'password pr', 'password sw "canary"'])
    expect((await client.find('Users', filter)).body.totalResults ?? 0).toBe(0);
});

test('the documentation says not to match accounts by e-mail address', () => {
  const page = readFileSync(path.join(__dirname, '../../docs/consuming-events.md'), 'utf8');
  expect(page).toMatch(/`data\.id`/);
  expect(page).toMatch(/e-mail address/);
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { onEveryStore } from '../support/stores.js';
import { startScimClient } from '../support/scim-client.js';

/** Threat: what a client sends becomes a part of a query to the store. */

const ROOT = path.join(__dirname, '../..');
const EVIL = [
  ...[
    "' OR '1'='1",
    "'; DROP TABLE resources; --",
    '" OR 1=1',
    '$where',
    '$gt',
    '{"$gt":""}',
    'a\0b',
    '*',
    '%',
    '{"$ne":null}',
  ],
  ...["'||(SELECT hash FROM tokens)||'", 'function(){return true}', '$$ROOT', 'a.$b'],
];

onEveryStore('query injection', (open) => {
  const client = startScimClient(open);

  test('a value is a value, wherever it stands', async () => {
    await client.createUser('victim', {
      externalId: 'victim',
      emails: [{ value: 'victim@example.com', type: 'work' }],
    });
    for (const text of EVIL) {
      for (const attribute of ['userName', 'externalId', 'emails.value', 'id', 'members.value', 'groups.value']) {
        const answer = await client.find('Users', `${attribute} eq ${JSON.stringify(text)}`);
        expect([text, attribute, answer.status, answer.body.totalResults ?? 0]).toEqual([
          text,
          attribute,
          answer.status,
          0,
        ]);
        expect(answer.status).toBeLessThan(500);
      }
      expect((await client.get(`/Users/${encodeURIComponent(text)}`)).status).toBe(404);
    }
    expect((await client.get('/Users')).body.totalResults).toBe(1);
  });

  test('what looks like an operator of a query is stored as text and found as such, or refused where a text is needed', async () => {
    const [text = ''] = EVIL;
    const id = await client.createUser(text, { title: '$set', externalId: '{"$gt":""}' });
    expect(await client.foundIds('Users', `userName eq ${JSON.stringify(text)}`)).toEqual([id]);
    expect(await client.foundIds('Users', `externalId eq ${JSON.stringify('{"$gt":""}')}`)).toEqual([id]);
    for (const shaped of [
      { $gt: '' },
      { $ne: null },
      { $where: 'sleep(1000)' },
      [{ $gt: '' }],
      ['x'],
      { toString: 'x' },
    ]) {
      const answers = [
        await client.call('post', '/Users', { userName: shaped }),
        await client.call('post', '/Users', { userName: 'x', externalId: shaped }),
        await client.call('put', `/Users/${id}`, { userName: shaped }),
        await client.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: shaped }),
        await client.call('post', '/Groups', { displayName: 'x', members: [{ value: shaped }] }),
        await client.call('post', '/.search', { schemas: [SEARCH], filter: shaped }),
      ];
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400));
    }
  });
});
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(ROOT, folder, file), 'utf8'));
}

test('no query to MongoDB has JavaScript in it', () => {
  const all = sources('shared/store/mongo');
  expect(all.length).toBeGreaterThan(20);
  for (const source of all) expect(source).not.toMatch(/\$where|\$function|\$accumulator|mapReduce/);
});

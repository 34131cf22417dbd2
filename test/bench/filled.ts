import type { Bench, Requests } from './bench.js';
import { userOf } from './create.js';
import { idOf, inLanes, newDirectory, openScim, patchOf, userNamed } from './scim.js';

/** What is asked most of a directory that has users: of 1 KB, as those that are created. */

const USERS = 2_000;
const FILL_CONNECTIONS = 32;
const PAGE = 100;

interface User {
  readonly id: string;
  readonly userName: string;
}

interface Asked {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly body?: object;
}

/** The request of each number, about the user of that number: one user after another. */
const KINDS: Readonly<Record<string, (user: User, number: number) => Asked>> = {
  get: ({ id }) => ({ method: 'GET', path: `/Users/${id}` }),
  filter: ({ userName }) => ({ method: 'GET', path: userNamed(userName) }),
  // A title that the user never had, so that each is a commit and an event.
  patch: ({ id }, number) => ({
    method: 'PATCH',
    path: `/Users/${id}`,
    body: patchOf({ op: 'replace', path: 'title', value: `Engineer ${number}` }),
  }),
  list: (_user, number) => ({
    method: 'GET',
    path: `/Users?startIndex=${1 + ((number * PAGE) % USERS)}&count=${PAGE}`,
  }),
};

const benchOf = (kind: string, title: string): Bench => ({
  title: `${title}, of ${USERS.toLocaleString('en-US')} users of 1 KB, on SQLite`,
  async open({ port, management }, load) {
    const directory = await newDirectory(management);
    const scim = openScim(port, directory, FILL_CONNECTIONS);
    const ids: string[] = [];
    await inLanes(USERS, FILL_CONNECTIONS, async (number) => {
      ids[number] = idOf(await scim.send('POST', '/Users', userOf(number)));
    });
    await scim.close();
    return load.against(port, __filename, { kind, path: directory.base, token: directory.token, ids: ids.join() });
  },
});

export const filled = {
  get: benchOf('get', 'GET /Users/:id'),
  filter: benchOf('filter', 'GET /Users?filter=userName eq'),
  patch: benchOf('patch', 'PATCH /Users/:id: one attribute, a durable change with its event'),
  list: benchOf('list', `GET /Users?startIndex&count=${PAGE}: a page`),
};

export const requests: Requests = ({ kind = '', path: base = '', token = '', ids = '' }) => {
  const users = ids.split(',').map((id, number) => ({ id, userName: userOf(number).userName }));
  const ask = KINDS[kind];
  return (number) => {
    const user = users[number % users.length];
    if (ask === undefined || user === undefined) throw new Error(`there is nothing to ask of ${kind}`);
    const { method, path, body } = ask(user, number);
    const text = body === undefined ? '' : JSON.stringify(body);
    const ofBody = text === '' ? [] : ['content-type: application/scim+json', `content-length: ${text.length}`];
    return [
      `${method} ${base}${path} HTTP/1.1`,
      'host: localhost',
      `authorization: Bearer ${token}`,
      ...ofBody,
      '',
      text,
    ].join('\r\n');
  };
};

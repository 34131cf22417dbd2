import { availableParallelism } from 'node:os';
import { Pool } from 'undici';
import { startRollcall } from './servers.js';

/** What single requests cost as a directory grows: the same in a small one and in a large one, in turn. */

export interface GrowthPlan {
  /** Users in the small directory and in the large one. */
  readonly small: number;
  readonly large: number;
  /** Members of the large group; the small one is empty. */
  readonly members: number;
  /** Requests of each kind, in each directory. */
  readonly requests: number;
}

interface Directory {
  readonly base: string;
  readonly token: string;
  readonly users: number;
}

const USERS = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PAGE = 1000;

export async function measureGrowth(plan: GrowthPlan, say: (text: string) => void): Promise<void> {
  const rollcall = await startRollcall();
  const pool = new Pool(`http://127.0.0.1:${rollcall.port}`, { connections: 32 });
  try {
    const organization = await rollcall.management.createOrganization('Bench');
    const make = async (users: number): Promise<Directory> => {
      const { scimBaseUrl, token } = await rollcall.management.createDirectory(organization, `${users} users`, 'okta');
      const directory = { base: new URL(scimBaseUrl).pathname, token, users };
      await fill(pool, directory, say);
      return directory;
    };
    const [small, large] = [await make(plan.small), await make(plan.large)];
    say(
      `\n${plan.requests} requests of each kind, one at a time, alternating. Milliseconds, median. ${availableParallelism()} cores.\n`,
    );
    say(`${''.padEnd(44)}${String(plan.small).padStart(10)}${String(plan.large).padStart(10)}     ratio`);
    for (const [name, query] of QUERIES) {
      const ask = (directory: Directory) => () => get(pool, directory, `/Users?${query(pick(directory.users))}`);
      report(say, name, await alternate(ask(small), ask(large), plan.requests));
    }
    await growGroup(pool, large, plan, say);
    await walk(pool, large, say);
  } finally {
    await pool.close();
    await rollcall.stop();
  }
}

const QUERIES: readonly [string, (number: number) => string][] = [
  ['filter=userName eq', (number) => filter(`userName eq "user-${number}@bench.example"`)],
  ['filter=externalId eq', (number) => filter(`externalId eq "00u${number}"`)],
  [
    'filter=emails[type eq "work"].value eq',
    (number) => filter(`emails[type eq "work"].value eq "user-${number}@bench.example"`),
  ],
];

const filter = (text: string): string => `filter=${encodeURIComponent(text)}`;
const pick = (below: number): number => Math.floor(Math.random() * below);

async function fill(pool: Pool, directory: Directory, say: (text: string) => void): Promise<void> {
  const start = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let number = (next += 1) - 1; number < directory.users; number = (next += 1) - 1) {
      const userName = `user-${number}@bench.example`;
      const emails = [{ value: userName, type: 'work', primary: true }];
      const body = { schemas: [USERS], userName, externalId: `00u${number}`, displayName: `User ${number}`, emails };
      await call(pool, directory, 'POST', '/Users', body);
      if (number > 0 && number % 20_000 === 0) say(`  ${number} users …`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, lane));
  say(`${directory.users} users in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Adding one member to a group of many, beside adding one to an empty group. */
async function growGroup(
  pool: Pool,
  directory: Directory,
  plan: GrowthPlan,
  say: (text: string) => void,
): Promise<void> {
  const ids = await userIds(pool, directory, plan.members + 2 * plan.requests);
  const crowd = await createGroup(pool, directory, 'Crowd');
  for (let from = 0; from < plan.members; from += PAGE) {
    await addMembers(pool, directory, crowd, ids.slice(from, Math.min(from + PAGE, plan.members)));
  }
  const fresh = ids.slice(plan.members);
  let next = 0;
  const addTo = (group: string) => () => addMembers(pool, directory, group, [fresh[(next += 1) - 1] ?? '']);
  const groups: string[] = [];
  for (let number = 0; number < plan.requests; number += 1)
    groups.push(await createGroup(pool, directory, `Empty ${number}`));
  const addToEmpty = () => addTo(groups.pop() ?? '')();
  report(
    say,
    `add a member: empty group | ${plan.members} members`,
    await alternate(addToEmpty, addTo(crowd), plan.requests),
  );
}

const createGroup = async (pool: Pool, directory: Directory, displayName: string): Promise<string> =>
  (await call(pool, directory, 'POST', '/Groups', { displayName }))['id'] as string;

async function addMembers(pool: Pool, directory: Directory, group: string, ids: readonly string[]): Promise<void> {
  const operation = { op: 'add', path: 'members', value: ids.map((value) => ({ value })) };
  await call(pool, directory, 'PATCH', `/Groups/${group}`, { schemas: [PATCH_OP], Operations: [operation] });
}

async function userIds(pool: Pool, directory: Directory, count: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: unknown = '';
  while (ids.length < count && typeof cursor === 'string') {
    const page = await get(pool, directory, `/Users?count=${PAGE}&attributes=id&cursor=${cursor}`);
    ids.push(...(page['Resources'] as { id: string }[]).map(({ id }) => id));
    cursor = page['nextCursor'];
  }
  return ids;
}

/** Cursor paging through everything: the pages of the first tenth beside those of the last. */
async function walk(pool: Pool, directory: Directory, say: (text: string) => void): Promise<void> {
  const durations: number[] = [];
  let cursor: unknown = '';
  let seen = 0;
  while (typeof cursor === 'string') {
    const start = performance.now();
    const page = await get(pool, directory, `/Users?count=100&cursor=${cursor}`);
    durations.push(performance.now() - start);
    seen += (page['Resources'] as unknown[]).length;
    cursor = page['nextCursor'];
  }
  const tenth = Math.ceil(durations.length / 10);
  const [first, last] = [median(durations.slice(1, tenth + 1)), median(durations.slice(-tenth))];
  report(say, `cursor paging, ${seen} users: first | last tenth`, { small: first, large: last });
}

interface Pair {
  readonly small: number;
  readonly large: number;
}

async function alternate(one: () => Promise<unknown>, other: () => Promise<unknown>, times: number): Promise<Pair> {
  const durations: [number[], number[]] = [[], []];
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  for (let time = 0; time < times; time += 1) {
    durations[0].push(await timed(one));
    durations[1].push(await timed(other));
  }
  return { small: median(durations[0]), large: median(durations[1]) };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function report(say: (text: string) => void, name: string, { small, large }: Pair): void {
  const figures = [small, large].map((value) => value.toFixed(2).padStart(10)).join('');
  say(`${name.padEnd(44)}${figures}${(large / small).toFixed(2).padStart(10)}`);
}

const get = (pool: Pool, directory: Directory, path: string) => call(pool, directory, 'GET', path);

async function call(
  pool: Pool,
  { base, token }: Directory,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await pool.request({ method, path: base + path, headers, ...sent });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode}: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

import { Pool } from 'undici';
import { openApi } from '../../services/cli/api/api.js';
import { displayNameOf, emailOf, fillFolder, PAST_MS, userNameOf, type Filling } from './console-fill.js';
import { keptFolder, type Say } from './fill.js';
import { cpuOf } from './process-use.js';
import { median, renderMachine } from './report.js';
import { startRollcall } from './servers.js';

/** How long the console waits for each thing that it shows, in a directory of many users with many deliveries. */

export interface ConsolePlan extends Filling {
  /** Of every event; each gets a delivery for each event. */
  readonly endpoints: number;
  /** Requests of each kind before those that count, and those. */
  readonly warmups: number;
  readonly repetitions: number;
}

/** Above that, people notice that they wait. */
const LIMIT_MS = 200;
/** Pages that are passed over before the one that is deep. */
const DEEP = 1000;
/** Nobody listens there: what is sent again while this measures is refused at once. */
const NOBODY = 'http://127.0.0.1:9/';

const HOUR_MS = 3_600_000;

export async function measureConsole(plan: ConsolePlan, say: Say): Promise<void> {
  const folder = await filledFolder(plan, say);
  const rollcall = await startRollcall(folder);
  const pool = new Pool(`http://127.0.0.1:${rollcall.port}`, { connections: 1 });
  const get = async (path: string): Promise<Answer> => {
    const answer = await pool.request({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${rollcall.adminKey}` },
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`GET ${path}: ${answer.statusCode}: ${text}`);
    return JSON.parse(text) as Answer;
  };
  try {
    const paths = await pathsOf(get, plan);
    say(
      `\n${plan.repetitions} requests of each kind after ${plan.warmups}, one at a time on one connection. ${renderMachine()}\n`,
    );
    say('| Request | Server’s CPU, ms | Median, ms | Max, ms | |');
    say('| --- | ---: | ---: | ---: | --- |');
    for (const [name, path] of paths) {
      for (let number = 0; number < plan.warmups; number += 1) await get(path);
      const [durations, before]: [number[], number] = [[], cpuOf(rollcall.pid)];
      for (let number = 0; number < plan.repetitions; number += 1) {
        const start = performance.now();
        await get(path);
        durations.push(performance.now() - start);
      }
      say(renderRow(name, ((cpuOf(rollcall.pid) - before) * 1000) / plan.repetitions, durations));
    }
  } finally {
    await pool.close();
    await rollcall.stop();
  }
}

function renderRow(name: string, cpu: number, durations: readonly number[]): string {
  const figures = [cpu, median(durations), Math.max(...durations)];
  const mark = figures.some((value) => value > LIMIT_MS) ? `above ${LIMIT_MS} ms` : '';
  return `| ${name} | ${figures.map((value) => value.toFixed(1)).join(' | ')} | ${mark} |`;
}

const filledFolder = (plan: ConsolePlan, say: Say): Promise<string> =>
  keptFolder(`bench-console-${plan.users}`, say, async (folder) => {
    const rollcall = await startRollcall(folder);
    const organization = await rollcall.management.createOrganization('Bench');
    await rollcall.management.createDirectory(organization, `${plan.users} users`, 'okta');
    const api = openApi({ url: `http://127.0.0.1:${rollcall.port}`, key: rollcall.adminKey });
    for (let number = 0; number < plan.endpoints; number += 1) {
      // What waits at the end is still waiting while it is measured.
      await api.send('POST', '/endpoints', { body: { url: `${NOBODY}${number}`, rateLimit: { perSecond: 1 } } });
    }
    await rollcall.stop();
    await fillFolder(folder, plan, say);
  });

interface Item {
  readonly id: string;
}

interface Answer {
  readonly data?: readonly Item[];
  readonly nextCursor?: string | null;
}

type Get = (path: string) => Promise<Answer>;
type Paths = [name: string, path: string][];

/** Every GET of the console, with ids that there are. */
async function pathsOf(get: Get, { users }: ConsolePlan): Promise<Paths> {
  const directory = await firstOf(get, '/v1/directories');
  const endpoint = await firstOf(get, '/v1/endpoints');
  const user = await firstOf(get, `/v1/directories/${directory}/users`);
  const deep: Deep = async (name, path) => [
    [name, path],
    [`${name}, ${DEEP} pages deep`, await deepPath(get, path)],
  ];
  return [
    ['organizations', '/v1/organizations'],
    ['directories', '/v1/directories'],
    ['directories, `q`', '/v1/directories?q=users'],
    ['directories, `q` without a match', '/v1/directories?q=nobody'],
    ['organizations, `q`', '/v1/organizations?q=Bench'],
    ...(await pathsOfDirectory(get, deep, { directory, user, someone: Math.floor(users / 2) })),
    ...(await pathsOfEvents(get, deep, { directory, user })),
    ...(await pathsOfDeliveries(get, deep, { directory, user, endpoint })),
    ['endpoints', '/v1/endpoints'],
    ['an endpoint', `/v1/endpoints/${endpoint}`],
    ['statistics of endpoints', '/v1/endpoints/statistics?hours=24'],
    ['statistics of endpoints, a week', '/v1/endpoints/statistics?hours=168'],
    ['statistics of directories', '/v1/directories/statistics?hours=24'],
    ['statistics of directories, a week', '/v1/directories/statistics?hours=168'],
    ['replays', `/v1/replays?endpointId=${endpoint}`],
    ['erasures', '/v1/erasures'],
    ['admin keys', '/v1/admin-keys'],
    ...(await deep('audit', '/v1/audit?limit=100')),
    ['audit, by action', '/v1/audit?action=token.created'],
    ['audit, by an action without any', '/v1/audit?action=endpoint.deleted'],
    ['audit, of a directory', `/v1/audit?directoryId=${directory}`],
    ['audit, of a key and by an action without any', '/v1/audit?actor=operator&action=endpoint.deleted'],
    ['audit, of an hour', `/v1/audit?${anHour()}`],
    ['system', '/v1/system'],
  ];
}

/** A request, and the same many pages on. */
type Deep = (name: string, path: string) => Promise<Paths>;

async function pathsOfDirectory(
  get: Get,
  deep: Deep,
  { directory, user, someone }: { readonly directory: string; readonly user: string; readonly someone: number },
): Promise<Paths> {
  const own = `/v1/directories/${directory}`;
  const group = await firstOf(get, `${own}/groups`);
  const request = await firstOf(get, `${own}/requests?method=PUT`);
  return [
    ['a directory', own],
    ['its tokens', `${own}/tokens`],
    ['its set-up links', `${own}/setup-links`],
    ['its mapping', `${own}/mapping`],
    ['its held events', `${own}/held`],
    ...(await deep('users', `${own}/users?limit=100`)),
    ['users, `q` = userName', `${own}/users?q=${userNameOf(someone)}`],
    ...(await deep('users, `q` = what all userNames begin with', `${own}/users?limit=100&q=user-`)),
    ['users, `q` = e-mail', `${own}/users?q=${emailOf(someone)}`],
    ['users, `q` = display name', `${own}/users?q=${encodeURIComponent(displayNameOf(someone))}`],
    ...(await deep('users, `q` = what all display names begin with', `${own}/users?limit=100&q=Ada`)),
    ['users, `q` without a match', `${own}/users?q=nobody`],
    ['a user', `${own}/users/${user}`],
    ['groups', `${own}/groups?limit=100`],
    ['groups, `q`', `${own}/groups?q=Group`],
    ['a group', `${own}/groups/${group}`],
    ...(await deep('members of a group, 5 on a page', `${own}/groups/${group}/members?limit=5`)),
    ...(await deep('requests', `${own}/requests?limit=100`)),
    ['requests, by a status without any', `${own}/requests?status=409`],
    ['requests, by method', `${own}/requests?method=POST`],
    ['requests, by a method without any', `${own}/requests?method=DELETE`],
    ['a request', `${own}/requests/${request}`],
  ];
}

async function pathsOfEvents(
  get: Get,
  deep: Deep,
  { directory, user }: { readonly directory: string; readonly user: string },
): Promise<Paths> {
  const newest = '/v1/events?order=desc&limit=100';
  const event = await firstOf(get, newest);
  const old = await firstOf(get, '/v1/events?type=user.created');
  return [
    ...(await deep('events, newest first', newest)),
    ...(await deep('events of the directory', `${newest}&directoryId=${directory}`)),
    ['events, by type', `${newest}&type=user.updated`],
    ['events, by a type without any', `${newest}&type=group.deleted`],
    ['events, by resource', `${newest}&resourceId=${user}`],
    ['events of the directory, by resource', `${newest}&directoryId=${directory}&resourceId=${user}`],
    ['events, of an hour', `${newest}&${anHour()}`],
    ['an event', `/v1/events/${event}`],
    ['its trace', `/v1/events/${event}/trace`],
    ['trace of an old event', `/v1/events/${old}/trace`],
  ];
}

async function pathsOfDeliveries(
  get: Get,
  deep: Deep,
  { directory, user, endpoint }: { readonly directory: string; readonly user: string; readonly endpoint: string },
): Promise<Paths> {
  const all = '/v1/deliveries?limit=100';
  const [event, delivery] = [
    await firstOf(get, '/v1/events?order=desc'),
    await firstOf(get, `${all}&status=delivered`),
  ];
  const statuses = ['pending', 'sending', 'parked', 'retrying', 'blocked', 'held', 'canceled'];
  return [
    ...(await deep('deliveries', all)),
    ...(await deep('deliveries, `delivered`', `${all}&status=delivered`)),
    ...statuses.map((status): [string, string] => [`deliveries, \`${status}\``, `${all}&status=${status}`]),
    ...(await deep('deliveries, of an endpoint', `${all}&endpointId=${endpoint}`)),
    ['deliveries, of an endpoint, `parked`', `${all}&endpointId=${endpoint}&status=parked`],
    ['deliveries, of an endpoint, `pending`', `${all}&endpointId=${endpoint}&status=pending`],
    ...(await deep('deliveries, of the directory', `${all}&directoryId=${directory}`)),
    ['deliveries, by type', `${all}&eventType=user.updated`],
    ['deliveries, by a type long past', `${all}&eventType=group.created`],
    ['deliveries, by resource', `${all}&resourceId=${user}`],
    ['deliveries, of an hour', `${all}&${anHour()}`],
    ['deliveries, of an event', `${all}&eventId=${event}`],
    ['a delivery', `/v1/deliveries/${delivery}`],
    ['its attempts', `/v1/deliveries/${delivery}/attempts`],
  ];
}

/** In the middle of the time that is filled. */
function anHour(): string {
  const start = Date.now() - PAST_MS / 2;
  return `since=${new Date(start).toISOString()}&until=${new Date(start + HOUR_MS).toISOString()}`;
}

async function firstOf(get: Get, path: string): Promise<string> {
  const [first] = (await get(path)).data ?? [];
  if (first === undefined) throw new Error(`GET ${path} has nothing`);
  return first.id;
}

/** The page so many pages on, or the last one that there is. */
async function deepPath(get: Get, path: string): Promise<string> {
  let found = path;
  for (let number = 0; number < DEEP; number += 1) {
    const { nextCursor } = await get(found);
    if (typeof nextCursor !== 'string') return found;
    found = `${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(nextCursor)}`;
  }
  return found;
}

import { ROUTES, SETUP_ROUTES } from '../../services/admin/app.js';
import { isPublic } from '../../services/admin/routes.js';
import type { Random } from '../../services/simulator/random.js';
import { ENTERPRISE_USER, message } from '../support/scim-client.js';
import type { Kind, World } from './two-worlds.js';

/** One request, as one world's client sends it. */
export interface Asked {
  readonly service: 'scim' | 'admin';
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body?: string;
  /** It bears a credential that opens nothing there. */
  readonly isRefused: boolean;
}

/** Who asks, whom it asks about, and the cursors that either was given. */
export interface Attack {
  readonly own: World;
  readonly other: World;
  readonly cursors: readonly string[];
  readonly random: Random;
}

/** Half of the other world's ids are tried; none of the rest is ever sent, so that an answer that has one gave it away. */
const guessable = <T>(list: readonly T[]): T[] => list.filter((_, index) => index % 2 === 0);

/** A request of one world's client, in which most of what can name something names something of the other world. */
export function drawRequest(attack: Attack): Asked {
  const { random } = attack;
  const draw = random.pick([drawScim, drawScim, drawScim, drawManagement, drawManagement, drawPage]) ?? drawScim;
  return draw(attack);
}

const anyOf = ({ random }: Attack, ...list: string[]): string => random.pick(list) ?? '';

/** An id of the kind: of either world, most often the other's. */
function id(attack: Attack, kind: Kind): string {
  const { own, other, random } = attack;
  const list = random.chance(0.3) ? own.ids[kind] : guessable(other.ids[kind]);
  return random.pick(list) ?? '00000000-0000-4000-8000-000000000000';
}

const anything = (attack: Attack): string => id(attack, attack.random.pick<Kind>(EVERY_KIND) ?? 'user');
const EVERY_KIND: readonly Kind[] = ['user', 'group', 'device', 'event', 'endpoint', 'delivery', 'directory', 'token'];

/** One that was given out, as it is or changed by one character. */
function cursor(attack: Attack): string {
  const { cursors, random } = attack;
  const given = random.pick(cursors) ?? 'WyJ4Il0';
  if (random.chance(0.6)) return given;
  const place = random.below(given.length);
  return given.slice(0, place) + anyOf(attack, 'A', 'z', '0', '_', '~', '.') + given.slice(place + 1);
}

// ── SCIM ──

function drawScim(attack: Attack): Asked {
  const { own, other, random } = attack;
  const type = anyOf(attack, 'Users', 'Groups', 'Users', 'Groups', 'Devices');
  const { method, path, body } = random.pick(SCIM)?.(attack, type) ?? { method: 'GET', path: '/Users' };
  const isElsewhere = random.chance(0.1);
  const bears = (token: string): string[] => ['authorization', `Bearer ${token}`];
  const credential = random.chance(0.95) ? bears(own.token) : [...bears(own.token), ...bears(other.token.slice(0, -1))];
  const isForeign = random.chance(0.03);
  const page = random.pick(own.pages);
  return {
    service: 'scim',
    method,
    path: (isElsewhere ? other : own).base + path,
    headers: [
      ...(isForeign ? (random.pick([bears(own.key), ['cookie', page?.cookie ?? '']]) ?? []) : credential),
      ...(body === undefined ? [] : ['content-type', 'application/scim+json']),
      ...(random.chance(0.2) ? [anyOf(attack, 'if-match', 'if-none-match'), anyOf(attack, '*', 'W/"1"', 'W/"2"')] : []),
    ],
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isRefused: isElsewhere || isForeign,
  };
}

type ScimDraw = (attack: Attack, type: string) => { method: string; path: string; body?: object };

const kindOf: Readonly<Record<string, Kind>> = { Users: 'user', Groups: 'group', Devices: 'device' };
const one = (attack: Attack, type: string): string =>
  `/${type}/${attack.random.chance(0.8) ? id(attack, kindOf[type] ?? 'user') : anything(attack)}`;
const member = (attack: Attack): object => {
  const value = anything(attack);
  return anyOf(attack, '', 'x') === ''
    ? { value }
    : { value, $ref: attack.other.base + `/Users/${value}`, type: 'User' };
};
const members = (attack: Attack): object[] => Array.from({ length: attack.random.below(3) }, () => member(attack));
const patch = (...Operations: object[]): object => ({ schemas: [message('PatchOp')], Operations });

/** A filter over names that both worlds have, and ids of either. */
function filter(attack: Attack): string {
  const value = JSON.stringify(anything(attack));
  return anyOf(
    attack,
    ...[`id eq ${value}`, `not (id eq ${value})`, `members.value eq ${value}`, `groups.value eq ${value}`],
    ...[`${ENTERPRISE_USER}:manager.value eq ${value}`, `members[value eq ${value}]`, `owner eq ${value}`],
    ...[`externalId eq "ext-${attack.random.below(8)}"`, `userName eq "user-${attack.random.below(8)}"`],
    ...['userName sw "user-"', 'displayName co "canary"', 'emails.value co "canary"', 'groups.display co "canary"'],
    ...[`meta.location co ${value}`, 'title pr', 'serial eq "S-1"', `externalId eq "ext-1" or id eq ${value}`],
  );
}

function question(attack: Attack): Record<string, string> {
  const { random } = attack;
  return {
    ...(random.chance(0.7) && { filter: filter(attack) }),
    ...(random.chance(0.3) && { count: String(random.below(5)) }),
    ...(random.chance(0.2) && { sortBy: anyOf(attack, 'userName', 'externalId', 'displayName', 'meta.created') }),
    ...(random.chance(0.3) && { cursor: random.chance(0.5) ? '' : cursor(attack) }),
  };
}

const SCIM: readonly ScimDraw[] = [
  (attack, type) => ({ method: 'GET', path: one(attack, type) }),
  (attack, type) => ({ method: 'GET', path: `/${type}?${new URLSearchParams(question(attack)).toString()}` }),
  (attack, type) => {
    const path = anyOf(attack, '/.search', `/${type}/.search`);
    return { method: 'POST', path, body: { schemas: [message('SearchRequest')], ...question(attack) } };
  },
  (attack) => ({ method: 'GET', path: `/${anyOf(attack, 'Schemas', 'ResourceTypes', 'ServiceProviderConfig', 'Me')}` }),
  (attack, type) => ({ method: 'DELETE', path: one({ ...attack, own: attack.other }, type) }),
  (attack) => {
    const manager = { value: anything(attack), $ref: `${attack.other.base}/Users/${anything(attack)}` };
    const body = { id: anything(attack), externalId: anything(attack), [ENTERPRISE_USER]: { manager } };
    const userName = `user-${attack.random.below(20)}`;
    if (attack.random.chance(0.5)) return { method: 'POST', path: '/Users', body: { userName, ...body } };
    return { method: 'PUT', path: one(attack, 'Users'), body: { userName, ...body } };
  },
  (attack) => {
    const body = { displayName: `group-${attack.random.below(20)}`, members: members(attack) };
    if (attack.random.chance(0.05)) return { method: 'POST', path: '/Groups', body };
    return { method: 'PUT', path: one(attack, 'Groups'), body };
  },
  (attack) => {
    const value = anything(attack);
    const operation = attack.random.pick<object>([
      { op: 'add', path: 'members', value: members(attack) },
      { op: 'replace', path: 'members', value: members(attack) },
      { op: 'remove', path: 'members', value: members(attack) },
      { op: 'remove', path: `members[value eq "${value}"]` },
      { op: 'add', path: `members[value eq "${value}"].display`, value: 'x' },
      { op: 'replace', value: { id: value, externalId: value } },
    ]);
    return { method: 'PATCH', path: one(attack, 'Groups'), body: patch(operation ?? {}) };
  },
  (attack) => {
    const value = anything(attack);
    const operation = attack.random.pick<object>([
      { op: 'replace', path: `${ENTERPRISE_USER}:manager`, value: { value } },
      { op: 'replace', path: 'groups', value: [{ value }] },
      { op: 'replace', path: 'meta.location', value: attack.other.base },
      { op: 'add', value: { externalId: value, 'name.givenName': 'x', id: value } },
    ]);
    return { method: 'PATCH', path: one(attack, 'Users'), body: patch(operation ?? {}) };
  },
  (attack) => {
    const to = (path: string): string => anyOf(attack, path, path, attack.other.base + path);
    const owner = attack.own.ids.user[0];
    const create = [
      { method: 'POST', path: '/Users', bulkId: 'u', data: { userName: `user-${attack.random.below(20)}` } },
      {
        ...{ method: 'POST', path: '/Groups', bulkId: 'g' },
        data: { displayName: 'g', members: [{ value: 'bulkId:u' }, member(attack)] },
      },
    ];
    const more = [
      {
        method: 'PATCH',
        path: to(one(attack, 'Groups')),
        data: patch({ op: 'add', path: 'members', value: [member(attack)] }),
      },
      {
        method: 'PATCH',
        path: to(one(attack, 'Groups')),
        data: patch({ op: 'add', path: 'members', value: [{ value: 'bulkId:u' }] }),
      },
      {
        method: 'PUT',
        path: to(one(attack, 'Users')),
        data: { userName: 'x', [ENTERPRISE_USER]: { manager: { value: 'bulkId:u' } } },
      },
      { method: 'DELETE', path: to(one({ ...attack, own: attack.other }, 'Users')), version: 'W/"1"' },
      { method: 'PATCH', path: `/Groups/bulkId:${anything(attack)}`, data: patch({ op: 'remove', path: 'members' }) },
      {
        method: 'PATCH',
        path: '/Groups/bulkId:g',
        data: patch({ op: 'add', path: 'members', value: [{ value: owner }, member(attack)] }),
      },
    ];
    // What is made here goes again, so that directories stay as small as they are.
    const Operations = [...create, ...attack.random.sample(more, 3), { method: 'DELETE', path: '/Groups/bulkId:g' }];
    return { method: 'POST', path: '/Bulk', body: { schemas: [message('BulkRequest')], Operations } };
  },
];

// ── The management API and the set-up page ──

/** What an `:id` in a path is of. */
const OWNERS: Readonly<Record<string, Kind>> = {
  ...{ organizations: 'organization', directories: 'directory', endpoints: 'endpoint', events: 'event' },
  ...{ deliveries: 'delivery', replays: 'replay', erasures: 'erasure', 'admin-keys': 'key' },
};
const PARAMETERS: Readonly<Record<string, Kind>> = {
  ...{ userId: 'user', groupId: 'group', tokenId: 'token', linkId: 'link', requestId: 'request' },
};

/** Answers that do not end are looked at elsewhere. */
const ends = ({ path }: { readonly path: string }): boolean => !path.endsWith('/stream');
const MANAGEMENT = ROUTES.filter((route) => !isPublic(route) && ends(route));
const PAGE = SETUP_ROUTES.filter(ends);

/** What a world would not survive is asked of the other one alone. */
const isFatal = (method: string, path: string): boolean =>
  method === 'DELETE' || path.endsWith('/erase') || path === '/setup/complete';

function drawManagement(attack: Attack): Asked {
  const { own, other, random } = attack;
  const { method, path } = random.pick(MANAGEMENT) ?? { method: 'GET', path: '/v1/directories' };
  const named = isFatal(method, path) ? { ...attack, own: other } : attack;
  const filled = path
    .replace(/^\/v1\/([\w-]+)\/:id/, (all, owner: string) => all.replace(':id', id(named, OWNERS[owner] ?? 'event')))
    .replace(/:(\w+Id)/g, (_, name: string) => id(named, PARAMETERS[name] ?? 'user'))
    .replace(':urn', 'urn:example:params:scim:schemas:Device')
    .replace(':name', anyOf(attack, 'Device', 'User'));
  const isForeign = random.chance(0.05);
  const page = random.pick(own.pages);
  const bears = ['authorization', `Bearer ${isForeign ? own.token : own.key}`];
  return {
    ...asked(attack, method, filled, path),
    headers: [
      ...(isForeign && random.chance(0.5)
        ? ['cookie', page?.cookie ?? '', 'x-rollcall-csrf', page?.csrf ?? '']
        : bears),
      ...JSON_TYPE,
      ...(random.chance(0.1) ? ['if-match', '"1"'] : []),
      ...(method === 'POST' && random.chance(0.1) ? ['idempotency-key', `key-${random.below(5)}`] : []),
    ],
    isRefused: isForeign,
  };
}

function drawPage(attack: Attack): Asked {
  const { own, random } = attack;
  const { method, path } = random.pick(
    PAGE.filter((route) => !isFatal(route.method, route.path) || route.path.includes(':')),
  ) ?? {
    ...{ method: 'GET', path: '/setup/directory' },
  };
  const theirs = { ...attack, own: attack.other };
  const filled = path.replace(/:(\w+Id)/g, (_, name: string) => id(theirs, PARAMETERS[name] ?? 'token'));
  const isForeign = random.chance(0.05);
  const page = random.pick(own.pages);
  return {
    ...asked(attack, method, filled, path),
    headers: [
      ...(isForeign ? ['authorization', `Bearer ${own.key}`] : ['cookie', page?.cookie ?? '']),
      ...['x-rollcall-csrf', page?.csrf ?? '', ...JSON_TYPE],
    ],
    isRefused: isForeign,
  };
}

const JSON_TYPE = ['content-type', 'application/json'];

function asked(
  attack: Attack,
  method: string,
  filled: string,
  path: string,
): Pick<Asked, 'service' | 'method' | 'path' | 'body'> {
  const query = method === 'GET' ? `?${new URLSearchParams(parameters(attack, path)).toString()}` : '';
  const body = method === 'GET' ? {} : { body: JSON.stringify(bodyFor(attack, `${method} ${path}`)) };
  return { service: 'admin', method, path: filled + query, ...body };
}

function parameters(attack: Attack, path: string): Record<string, string> {
  const { random } = attack;
  if (path.endsWith('/access-report'))
    return { at: '2030-01-01T00:00:00Z', ...some(attack, { directoryId: id(attack, 'directory') }) };
  return some(attack, {
    ...{
      organizationId: id(attack, 'organization'),
      directoryId: id(attack, 'directory'),
      endpointId: id(attack, 'endpoint'),
    },
    ...{ eventId: id(attack, 'event'), resourceId: anything(attack), ids: [anything(attack), anything(attack)].join() },
    ...{
      actor: id(attack, 'key'),
      after: cursor(attack),
      q: anyOf(attack, 'canary', 'user-1', 'ext-1', anything(attack)),
    },
    ...{ limit: String(1 + random.below(5)), order: anyOf(attack, 'asc', 'desc'), seq: '1', status: 'parked' },
  });
}

/** At most two of them: most routes know few. */
const some = ({ random }: Attack, all: Record<string, string>): Record<string, string> =>
  Object.fromEntries(random.sample(Object.entries(all), random.below(3)));

/** What lets the request get as far as it can. */
function bodyFor(attack: Attack, route: string): object {
  const { random } = attack;
  const scope = some(attack, { organizationId: id(attack, 'organization'), directoryId: id(attack, 'directory') });
  const mapping = {
    attributes: random.chance(0.5) ? [] : [{ to: 'custom.x', from: 'title' }],
    roles: [{ groupId: id(attack, 'group'), role: 'admin' }].slice(random.below(2)),
  };
  switch (route) {
    case 'POST /v1/organizations':
    case 'POST /v1/admin-keys':
      return { name: 'x', ...scope };
    case 'POST /v1/directories':
      return { name: 'x', organizationId: attack.other.organizationId };
    case 'PATCH /v1/organizations/:id':
      return { name: anyOf(attack, 'x', 'y') };
    case 'PATCH /v1/directories/:id':
      return { name: anyOf(attack, 'x', 'y'), ...some(attack, { organizationId: id(attack, 'organization') }) };
    case 'POST /v1/endpoints':
      return {
        url: 'http://127.0.0.1:9/x',
        organizationId: attack.other.organizationId,
        directoryId: id(attack, 'directory'),
      };
    case 'PATCH /v1/endpoints/:id':
      return { description: anyOf(attack, 'x', 'y'), ...(random.chance(0.2) && scope) };
    case 'POST /v1/endpoints/:id/replay':
      return random.chance(0.5)
        ? { since: '2020-01-01T00:00:00Z', ...some(attack, { directoryId: id(attack, 'directory') }) }
        : { eventId: id(attack, 'event') };
    case 'PUT /v1/directories/:id/mapping':
    case 'PUT /setup/mapping':
    case 'POST /v1/directories/:id/mapping/preview':
    case 'POST /setup/mapping/preview':
      return mapping;
    case 'PATCH /setup/directory':
      return { provider: anyOf(attack, 'okta', 'entra-id'), ...scope };
    case 'POST /v1/directories/:id/held/release':
    case 'POST /v1/directories/:id/held/discard':
      return scope;
    default:
      return {};
  }
}

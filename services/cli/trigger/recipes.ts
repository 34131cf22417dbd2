import { setTimeout as sleep } from 'node:timers/promises';
import { EVENT_TYPES, type EventType } from '../../../shared/events/event.js';
import { newId } from '../../../shared/runtime/ids.js';
import { GROUP, patchOf, USER } from '../../simulator/dialects/dialect.js';
import type { Api } from '../api/api.js';
import { listOf, type Json } from '../api/json.js';
import { Refused } from '../api/failures.js';
import type { Scim } from './scim.js';

/** What a recipe works with: a directory, by SCIM and by the management API. */
interface Kitchen {
  readonly api: Api;
  readonly scim: Scim;
  readonly directoryId: string;
}

/** Makes a change that an event of the type comes of; others may come of it too, before. */
export interface Recipe {
  /** In the demo directory, or in one that is made for it and deleted again. */
  readonly where: 'demo' | 'own';
  /** How such a directory is made. */
  readonly settings?: Json;
  readonly cook: (kitchen: Kitchen) => Promise<unknown>;
}

/** A type without a recipe: why it has none; or it is of no directory. */
type Other = { readonly excuse: string } | 'operational';

const change = (cook: Recipe['cook']): Recipe => ({ where: 'demo', cook });

/** The first removal is held. */
const GUARDED: Json = { deletionGuard: { maxUsers: 0, windowMinutes: 60 } };

export const RECIPES: Readonly<Record<EventType, Recipe | Other>> = {
  'user.created': change(createUser),
  'user.updated': change(async (kitchen) =>
    kitchen.scim.send(
      'PATCH',
      `/Users/${await someOne(kitchen, '/Users', createUser)}`,
      replace('title', `Title ${tag()}`),
    ),
  ),
  'user.deleted': change(async (kitchen) =>
    kitchen.scim.send('DELETE', `/Users/${await someOne(kitchen, '/Users', createUser)}`),
  ),
  'group.created': change(createGroup),
  'group.updated': change(async (kitchen) =>
    kitchen.scim.send(
      'PATCH',
      `/Groups/${await someOne(kitchen, '/Groups', createGroup)}`,
      replace('displayName', groupName()),
    ),
  ),
  'group.deleted': change(async (kitchen) =>
    kitchen.scim.send('DELETE', `/Groups/${await someOne(kitchen, '/Groups', createGroup)}`),
  ),
  'group.members_added': change(addMember),
  'group.members_removed': change(async (kitchen) => {
    const { group, user } = await addMember(kitchen);
    await kitchen.scim.send(
      'PATCH',
      `/Groups/${group}`,
      patchOf([{ op: 'remove', path: `members[value eq "${user}"]` }]),
    );
  }),
  'resource.created': change(createDevice),
  'resource.updated': change(async (kitchen) =>
    kitchen.scim.send('PATCH', `/Devices/${await createDevice(kitchen)}`, replace('colour', 'blue')),
  ),
  'resource.deleted': change(async (kitchen) => kitchen.scim.send('DELETE', `/Devices/${await createDevice(kitchen)}`)),
  'directory.activated': { where: 'own', cook: ({ scim }) => scim.send('GET', '/Users?count=1') },
  'directory.deleted': {
    where: 'own',
    cook: ({ api, directoryId }) => api.send('DELETE', `/directories/${directoryId}`),
  },
  'directory.held': { where: 'own', settings: GUARDED, cook: holdRemoval },
  'directory.released': { where: 'own', settings: GUARDED, cook: (kitchen) => endHold(kitchen, 'release') },
  'directory.discarded': { where: 'own', settings: GUARDED, cook: (kitchen) => endHold(kitchen, 'discard') },
  'directory.provisioning_failed': { excuse: 'it takes ten minutes of failed changes' },
  'endpoint.disabled': 'operational',
  'delivery.parked': { excuse: 'it takes a whole retry schedule without success' },
};

/** The types that can be caused. */
export const TRIGGERABLE = EVENT_TYPES.filter((type) => {
  const recipe = RECIPES[type];
  return recipe === 'operational' || !('excuse' in recipe);
});

/** Short, and never the same. */
const tag = (): string => newId().slice(-8);
const groupName = (): string => `Group ${tag()}`;
const replace = (path: string, value: string): object => patchOf([{ op: 'replace', path, value }]);
const idOf = (resource: Json): string => String(resource['id']);

async function createUser({ scim }: Kitchen): Promise<string> {
  const userName = `ann.${tag()}@demo.example`;
  const emails = [{ value: userName, type: 'work', primary: true }];
  const name = { givenName: 'Ann', familyName: 'Example' };
  return idOf(await scim.send('POST', '/Users', { schemas: [USER], userName, emails, name, active: true }));
}

async function createGroup({ scim }: Kitchen): Promise<string> {
  return idOf(await scim.send('POST', '/Groups', { schemas: [GROUP], displayName: groupName() }));
}

/** One that is there, else a new one. */
async function someOne(kitchen: Kitchen, path: string, create: (kitchen: Kitchen) => Promise<string>): Promise<string> {
  const { Resources: found } = await kitchen.scim.send('GET', `${path}?count=1&attributes=id`);
  const [first] = listOf({ data: found });
  return first === undefined ? create(kitchen) : idOf(first);
}

/** Of somebody new: whoever is a member already makes no event. */
async function addMember(kitchen: Kitchen): Promise<{ readonly group: string; readonly user: string }> {
  const [group, user] = [await someOne(kitchen, '/Groups', createGroup), await createUser(kitchen)];
  await kitchen.scim.send(
    'PATCH',
    `/Groups/${group}`,
    patchOf([{ op: 'add', path: 'members', value: [{ value: user }] }]),
  );
  return { group, user };
}

const DEVICE = 'urn:rollcall:demo:Device';
/** A declaration is in force everywhere within 5 s. */
const DECLARED_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** Of a resource type of the directory's own, which is declared where it is not yet. */
async function createDevice({ api, scim, directoryId }: Kitchen): Promise<string> {
  const path = `/directories/${directoryId}`;
  if (!(await exists(api, `${path}/resource-types/Device`))) {
    const attributes = [{ name: 'serial', required: true }, { name: 'colour' }];
    await api.send('PUT', `${path}/schemas/${DEVICE}`, { body: { name: 'Device', attributes } });
    await api.send('PUT', `${path}/resource-types/Device`, { body: { endpoint: '/Devices', schema: DEVICE } });
  }
  const until = Date.now() + DECLARED_MS;
  while ((await scim.ask('/Devices?count=1')).status === 404 && Date.now() < until) await sleep(LOOK_EVERY_MS);
  return idOf(await scim.send('POST', '/Devices', { schemas: [DEVICE], serial: `S-${tag()}`, colour: 'red' }));
}

async function exists(api: Api, path: string): Promise<boolean> {
  try {
    await api.send('GET', path);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return false;
    throw error;
  }
}

async function holdRemoval(kitchen: Kitchen): Promise<void> {
  await kitchen.scim.send('DELETE', `/Users/${await createUser(kitchen)}`);
}

async function endHold(kitchen: Kitchen, how: 'release' | 'discard'): Promise<void> {
  await holdRemoval(kitchen);
  await kitchen.api.send('POST', `/directories/${kitchen.directoryId}/held/${how}`);
}

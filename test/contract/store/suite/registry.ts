import type { Mapping } from '../../../../shared/directory/mapping.js';
import { newId } from '../../../../shared/runtime/ids.js';
import type { ResourceTypeDeclaration } from '../../../../shared/scim/declarations/declarations.js';
import type { Schema } from '../../../../shared/scim/schema.js';
import { attribute } from '../../../../shared/scim/schemas/define.js';
import {
  DuplicateId,
  type AdminKey,
  type Directory,
  type Endpoint,
  type Organization,
} from '../../../../shared/store/registry.js';
import { T0 } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

const record = () => ({ id: newId(), version: 1, createdAt: T0, updatedAt: T0 });

const organization = (name = 'Example'): Organization => ({ ...record(), name });

const directory = (organizationId: string): Directory => ({
  ...record(),
  organizationId,
  name: 'Staff',
  provider: null,
  partition: 3,
  deletedAt: null,
});

const schema: Schema = {
  id: 'urn:example:Device',
  name: 'Device',
  description: 'Dévices 🖥',
  attributes: [attribute('serial', 'Its number.', { uniqueness: 'server', canonicalValues: ['a.b', '$c'] })],
};

const resourceType: ResourceTypeDeclaration = {
  name: 'Device',
  endpoint: '/Devices',
  description: '',
  schema: schema.id,
  schemaExtensions: [{ schema: 'urn:example.com:Extra', required: true }],
};

const endpoint = (organizationId: string | null, directoryId: string | null): Endpoint => ({
  ...record(),
  url: 'https://app.example/webhooks',
  description: '',
  eventTypes: ['user.created'],
  filter: 'active eq true',
  payload: 'ids',
  headers: [{ name: 'x-key', sealed: 'v1.a.b.c' }],
  ordering: 'directory',
  rateLimit: { perSecond: 5 },
  failingSince: T0,
  organizationId,
  directoryId,
  enabled: true,
  disabledReason: null,
  disabling: { at: T0, reason: 'operator', requestId: newId() },
  secrets: [{ sealed: 'v1.a.b.c', createdAt: T0, expiresAt: null }],
});

const mapping: Mapping = {
  attributes: [{ to: 'custom.where', from: 'emails[type eq "wörk"].value' }],
  roles: [{ groupId: newId(), role: '$Chéf.' }],
};

/** Records are replaced only by who has seen their newest version. */
export function describeRegistry(harness: StoreHarness): void {
  describe(`${harness.name}: registry`, () => {
    const under = useStore(harness);

    test('a directory keeps its mapping, and how far that is told', async () => {
      const { directories } = under.store.registry;
      const remap = { before: mapping, requestId: newId(), since: T0, afterId: newId(), users: 512 };
      const made = { ...directory(newId()), mapping, remap };
      await directories.insert(made);
      expect(await directories.get(made.id)).toEqual(made);
      const told = { ...made, version: 2, remap: null };
      expect(await directories.replace(told)).toBe(true);
      expect(await directories.get(made.id)).toEqual(told);
    });

    test('a record is read back as it was inserted, by every handle', async () => {
      const made = endpoint(null, newId());
      await under.store.registry.endpoints.insert(made);
      expect(await under.store.registry.endpoints.get(made.id)).toEqual(made);
      expect(await under.other.registry.endpoints.get(made.id)).toEqual(made);
      expect(await under.store.registry.endpoints.get(newId())).toBeUndefined();
      expect(await under.store.registry.organizations.get(made.id)).toBeUndefined();
    });

    test('what a directory declares is kept, and a record from before there were declarations has none', async () => {
      const { directories } = under.store.registry;
      const made = directory(newId());
      await directories.insert(made);
      expect((await under.other.registry.directories.get(made.id))?.declarations).toBeUndefined();
      const declared = { ...made, version: 2, declarations: { schemas: [schema], resourceTypes: [resourceType] } };
      expect(await directories.replace(declared)).toBe(true);
      expect(await under.other.registry.directories.get(made.id)).toEqual(declared);
    });

    test('a record that was written before a field was there has its default', async () => {
      const { ordering: _, rateLimit: __, failingSince: ___, ...old } = endpoint(null, null);
      await under.store.registry.endpoints.insert(old as Endpoint);
      const expected = { ...old, ordering: 'resource', rateLimit: null, failingSince: null };
      expect(await under.store.registry.endpoints.get(old.id)).toEqual(expected);
      const found = await under.other.registry.endpoints.find({ organizationId: null }, { limit: 1000 });
      expect(found).toContainEqual(expected);
    });

    test('an id that is taken is refused and the record stays', async () => {
      const { organizations } = under.store.registry;
      const made = organization();
      await organizations.insert(made);
      await expect(organizations.insert({ ...made, name: 'Another' })).rejects.toThrow(DuplicateId);
      expect(await organizations.get(made.id)).toEqual(made);
    });

    test('a replacement needs the version after the stored one', async () => {
      const { organizations } = under.store.registry;
      const made = organization();
      await organizations.insert(made);
      const second = { ...made, version: 2, name: 'Second' };
      expect(await organizations.replace({ ...made, version: 3, name: 'Too new' })).toBe(false);
      expect(await organizations.replace({ ...made, name: 'Too old' })).toBe(false);
      expect(await organizations.replace(second)).toBe(true);
      expect(await organizations.replace({ ...second, name: 'Late' })).toBe(false);
      expect(await organizations.get(made.id)).toEqual(second);
      expect(await organizations.replace({ ...organization(), version: 2 })).toBe(false);
    });

    test('of replacements that race for a version exactly one wins', async () => {
      const made = organization();
      await under.store.registry.organizations.insert(made);
      const tries = Array.from({ length: 8 }, (_, index) => ({ ...made, version: 2, name: `Try ${index}` }));
      const won = await Promise.all(
        tries.map((one, index) => (index % 2 === 0 ? under.store : under.other).registry.organizations.replace(one)),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await under.store.registry.organizations.get(made.id)).toEqual(tries[won.indexOf(true)]);
    });

    test('of inserts that race for an id exactly one wins', async () => {
      const tries = Array.from({ length: 4 }, (_, index) => organization(`Try ${index}`)).map((one, _, all) => ({
        ...one,
        id: all[0]?.id ?? '',
      }));
      const results = await Promise.allSettled(
        tries.map((one, index) => (index % 2 === 0 ? under.store : under.other).registry.organizations.insert(one)),
      );
      const winner = results.findIndex(({ status }) => status === 'fulfilled');
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await under.store.registry.organizations.get(tries[0]?.id ?? '')).toEqual(tries[winner]);
    });

    test('records are found by their lookups, null among them, and by nothing else', async () => {
      const { endpoints } = under.store.registry;
      const [org, dir] = [newId(), newId()];
      const [everywhere, ofOrg, ofDir] = [endpoint(null, null), endpoint(org, null), endpoint(org, dir)];
      for (const one of [everywhere, ofOrg, ofDir]) await endpoints.insert(one);
      const page = { limit: 100 };
      expect(await endpoints.find({ organizationId: org }, page)).toEqual([ofOrg, ofDir]);
      expect(await endpoints.find({ organizationId: org, directoryId: null }, page)).toEqual([ofOrg]);
      expect(await endpoints.find({ directoryId: dir }, page)).toEqual([ofDir]);
      expect(await endpoints.find({ organizationId: newId() }, page)).toEqual([]);
      const unscoped = await endpoints.find({ organizationId: null }, page);
      expect(unscoped).toContainEqual(everywhere);
      expect(unscoped.every(({ organizationId }) => organizationId === null)).toBe(true);
      expect(await endpoints.find({}, page)).toEqual(expect.arrayContaining([everywhere, ofOrg, ofDir]));
    });

    test('the revision of a table is another one after each write, by whichever handle, and after no read', async () => {
      const [here, there] = [under.store.registry.endpoints, under.other.registry.endpoints];
      const [one, seen] = [endpoint(null, null), [await here.revision()]];
      const changed = { ...one, version: 2, description: 'changed' };
      await there.insert(one);
      seen.push(await here.revision());
      await there.replace(changed);
      seen.push(await here.revision());
      await here.find({}, { limit: 1 });
      await here.get(one.id);
      expect(await here.revision()).toBe(seen.at(-1));
      await there.delete(one.id);
      seen.push(await here.revision());
      await there.insert(endpoint(null, null));
      seen.push(await here.revision());
      // It may come back to a former one, as the table does.
      expect(seen.filter((revision, index) => revision === seen[index + 1])).toEqual([]);
    });

    test('a replaced record is found by its new lookups only', async () => {
      const { endpoints } = under.store.registry;
      const [before, after] = [newId(), newId()];
      const made = endpoint(before, null);
      await endpoints.insert(made);
      const moved = { ...made, version: 2, organizationId: after };
      await endpoints.replace(moved);
      expect(await endpoints.find({ organizationId: before }, { limit: 10 })).toEqual([]);
      expect(await endpoints.find({ organizationId: after }, { limit: 10 })).toEqual([moved]);
    });

    test('a token and an admin key are found by what they are looked up by', async () => {
      const { tokens, adminKeys } = under.store.registry;
      const directoryId = newId();
      const token = {
        ...record(),
        directoryId,
        hash: newId(),
        hint: 'abcd',
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
      };
      const old = { ...record(), name: 'Operator', hash: newId(), hint: 'abcd' };
      // As keys were before there were scopes.
      const key: AdminKey = {
        ...old,
        scopes: ['read', 'write'],
        organizationId: null,
        expiresAt: null,
        lastUsedAt: null,
      };
      await tokens.insert(token);
      await adminKeys.insert(old as AdminKey);
      expect(await tokens.find({ directoryId }, { limit: 10 })).toEqual([token]);
      expect(await adminKeys.find({ hash: key.hash }, { limit: 10 })).toEqual([key]);
      expect(await adminKeys.find({ hash: token.hash }, { limit: 10 })).toEqual([]);
    });

    test('a set-up link is found by its directory and by its hash', async () => {
      const { setupLinks } = under.store.registry;
      const times = { expiresAt: T0, openedAt: null, sessionUntil: null, revokedAt: null };
      const [one, two] = [newId(), newId()].map((hash) => ({ ...record(), directoryId: newId(), hash, ...times }));
      if (one === undefined || two === undefined) throw new Error('two were made');
      for (const link of [one, two]) await setupLinks.insert(link);
      expect(await under.other.registry.setupLinks.find({ hash: one.hash }, { limit: 2 })).toEqual([one]);
      expect(await setupLinks.find({ directoryId: two.directoryId }, { limit: 2 })).toEqual([two]);
      expect(await setupLinks.find({ directoryId: two.directoryId, hash: one.hash }, { limit: 2 })).toEqual([]);
    });

    test('pages are in the order of ids and go on after one', async () => {
      const { directories } = under.store.registry;
      const organizationId = newId();
      const made = Array.from({ length: 5 }, () => directory(organizationId)).sort((a, b) => (a.id < b.id ? -1 : 1));
      for (const one of made.toReversed()) await directories.insert(one);
      expect(await directories.find({ organizationId }, { limit: 2 })).toEqual(made.slice(0, 2));
      const afterId = made[1]?.id ?? '';
      expect(await directories.find({ organizationId }, { afterId, limit: 2 })).toEqual(made.slice(2, 4));
      expect(await directories.find({ organizationId }, { afterId: made[4]?.id ?? '', limit: 2 })).toEqual([]);
    });

    test('a deleted record is gone, and its id is free', async () => {
      const { organizations } = under.store.registry;
      const made = organization();
      await organizations.insert(made);
      expect(await organizations.delete(made.id)).toBe(true);
      expect(await organizations.delete(made.id)).toBe(false);
      expect(await organizations.get(made.id)).toBeUndefined();
      await organizations.insert(made);
    });

    test('text of any kind is kept', async () => {
      const { organizations } = under.store.registry;
      const made = organization(`a\0b "$where" 😀 ${'é'.repeat(10_000)}`);
      await organizations.insert(made);
      expect(await organizations.get(made.id)).toEqual(made);
    });
  });
}

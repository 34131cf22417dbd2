import * as z from 'zod';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { issueCredential } from '../../../shared/runtime/credentials.js';
import { newId } from '../../../shared/runtime/ids.js';
import { ADMIN_SCOPES, type AdminKey } from '../../../shared/store/registry.js';
import { refusePast } from '../expiry.js';
import { id, idOf, listOf, pathId, text, textOf, time, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { invalid, notFound } from '../problem.js';

const scopes = z
  .array(z.enum(ADMIN_SCOPES))
  .min(1)
  .refine((all) => new Set(all).size === all.length, 'must name each scope once')
  .meta({ uniqueItems: true, description: '`read`: GET; `write`: every other method', examples: [['read']] });

export const adminKey = z
  .object({
    id: idOf('Of the key'),
    name: textOf('What it is for', 'Nightly report'),
    hint: textOf('Its last four characters, to tell keys apart', 'x9Qa'),
    scopes: z.array(z.enum(ADMIN_SCOPES)),
    organizationId: idOf('The only organization that it reaches; null: every one').nullable(),
    expiresAt: timeOf('When it expires; null: never').nullable(),
    lastUsedAt: timeOf('When it was last used, give or take a minute; null: never').nullable(),
    createdAt: timeOf('When it was made'),
  })
  .meta({ id: 'AdminKey', description: 'A key of the management API, without its secret' });
const createdAdminKey = adminKey
  .extend({ key: textOf('The key itself, shown this once', 'rca_7Kd2…') })
  .meta({ id: 'CreatedAdminKey', description: 'A new key' });

const path = { id: pathId('admin key') };

export const create = operation({
  id: 'createAdminKey',
  summary: 'Make an admin key',
  description:
    'A key with an `organizationId` reaches that organization alone: for it, others are not there. Keys are made and revoked with keys that reach every organization.',
  body: z.strictObject({
    name: text(1, 200).meta({ description: 'What it is for: the audit log tells it', examples: ['Nightly report'] }),
    scopes: scopes.default([...ADMIN_SCOPES]),
    organizationId: id
      .nullable()
      .optional()
      .meta({ description: 'The only organization that it reaches; null, and left out: every one', examples: [null] }),
    expiresAt: time
      .nullable()
      .optional()
      .meta({ description: 'When it expires; null, and left out: never', examples: [null] }),
  }),
  answers: { 201: json(createdAdminKey, 'location') },
}).by(async ({ deps: { registry, clock }, body }) => {
  const { name, scopes, organizationId = null, expiresAt = null } = body;
  const now = clock();
  refusePast(expiresAt, now);
  if (organizationId !== null && (await registry.organizations.get(organizationId)) === undefined) {
    throw invalid({ field: 'organizationId', message: 'names no organization; create the organization first' });
  }
  const { secret, hash, hint } = issueCredential('rca');
  const record = { id: newId(), version: 1, createdAt: now, updatedAt: now, lastUsedAt: null };
  const key: AdminKey = { ...record, name, hash, hint, scopes, organizationId, expiresAt };
  await registry.adminKeys.insert(key);
  return { status: 201, body: { ...show(key), key: secret }, location: `/v1/admin-keys/${key.id}` };
});

export const list = operation({
  id: 'listAdminKeys',
  summary: 'List admin keys',
  query: pageParameters,
  answers: { 200: json(listOf(adminKey)) },
}).by(async ({ deps: { registry }, query }) => {
  const page = await pageOf(query, (slice) => registry.adminKeys.find({}, slice));
  return { status: 200, body: mapPage(page, show) };
});

export const get = operation({
  id: 'getAdminKey',
  summary: 'Read an admin key',
  path,
  answers: { 200: json(adminKey) },
}).by(async ({ deps: { registry }, path: { id } }) => {
  const key = await registry.adminKeys.get(id);
  if (key === undefined) throw notFound('admin key', id);
  return { status: 200, body: show(key) };
});

export const remove = operation({
  id: 'revokeAdminKey',
  summary: 'Revoke an admin key',
  description: 'It is refused at once; streams that it began end within 5 s.',
  path,
  answers: { 204: null },
}).by(async ({ deps: { registry }, path: { id } }) => {
  if (!(await registry.adminKeys.delete(id))) throw notFound('admin key', id);
  return { status: 204 };
});

const show = (key: AdminKey): View<typeof adminKey> => ({
  id: key.id,
  name: key.name,
  hint: key.hint,
  scopes: key.scopes,
  organizationId: key.organizationId,
  expiresAt: isoOrNull(key.expiresAt),
  lastUsedAt: isoOrNull(key.lastUsedAt),
  createdAt: iso(key.createdAt),
});

import { createHash } from 'node:crypto';
import * as z from 'zod';
import { scimBaseUrl } from '../../../shared/directory/base-url.js';
import { TOMBSTONE_LIFE_MS, type Head } from '../../../shared/directory/commit.js';
import { deletionCommit } from '../../../shared/directory/deletion.js';
import { parseThumbprint } from '../../../shared/runtime/thumbprint.js';
import { isCidr } from '../../../shared/runtime/address-ranges.js';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { findAll, type Directory } from '../../../shared/store/registry.js';
import { deletionGuard, holdView, showHold } from '../deletion-guard.js';
import type { AdminDeps } from '../deps.js';
import { knownDirectory, refuseDeleted } from '../directory.js';
import { id, idOf, listOf, pathId, text, textOf, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { pageOf, pageParameters, type Slice } from '../paging.js';
import { etagOf, ifMatch, refuseChanged } from '../precondition.js';
import { invalid } from '../problem.js';
import { createMatch, matching, matchingOrganizations, q } from '../search.js';
import { update } from '../update.js';
import { orderErasure } from './erasures.js';
import { newToken, revoke } from './tokens.js';

/**
 * `pending`: no authenticated SCIM request came yet. `active`: one did. `deleted`: it and its resources are gone; the rest of it
 * is being erased, down to a record that keeps its id from being used again.
 */
export const STATES = ['pending', 'active', 'deleted'] as const;

export const countsView = z
  .object({ users: z.int().min(0), groups: z.int().min(0) })
  .meta({ description: 'How many users and groups there are', examples: [{ users: 214, groups: 12 }] });

const CIDRS_MAX = 100;

const allowedCidrs = z
  .array(
    z
      .string()
      .max(50)
      .refine(isCidr, 'must be an address range in CIDR form, such as 203.0.113.0/24 or 2001:db8::/32')
      .meta({ examples: ['203.0.113.0/24'] }),
  )
  .max(CIDRS_MAX)
  .meta({ description: 'Address ranges that the identity provider may send from; none: every address' });

const CERTIFICATES_MAX = 10;

const clientCertificates = z
  .array(
    z
      .string()
      .max(100)
      .refine(
        (text) => parseThumbprint(text) !== undefined,
        'must be the SHA-256 thumbprint of a certificate: 64 hexadecimal digits, as `openssl x509 -noout -fingerprint -sha256` prints them, or 43 characters of base64url',
      )
      .meta({ examples: ['468ed3…'] }),
  )
  .max(CERTIFICATES_MAX)
  .meta({
    description:
      'SHA-256 thumbprints of certificates, one of which the identity provider has to present to the gateway; none: no certificate is asked for',
  });

export const directoryView = z
  .object({
    id: idOf('Of the directory'),
    organizationId: idOf('Organization that it belongs to'),
    organizationName: textOf('Its name; null: it is deleted, as the directory is', 'Acme').nullable(),
    name: textOf('For people', 'Okta'),
    provider: z
      .string()
      .nullable()
      .meta({ description: 'Which provider’s dialect to expect; null when unknown', examples: ['okta'] }),
    state: z.enum(STATES).meta({
      description:
        '`pending`: no authenticated SCIM request came yet; `active`: one did; `deleted`: it is being erased',
    }),
    enabled: z.boolean().meta({ description: 'False: the identity provider is answered 403' }),
    deletionGuard,
    allowedCidrs,
    clientCertificates,
    hold: holdView,
    counts: countsView,
    scimBaseUrl: z.string().meta({
      description: 'What the identity provider is given',
      examples: ['https://directory.example.com/scim/01970c5e-7d3a-7c41-9f0e-2b6d1c8a4e55/v2'],
    }),
    setUpAt: timeOf('When the customer’s admin said in the set-up page that it is done; null: not yet').nullable(),
    createdAt: timeOf('When it was created'),
    updatedAt: timeOf('When it was last changed'),
  })
  .meta({ id: 'Directory', description: 'One identity provider’s connection of an organization' });
const createdDirectory = directoryView
  .extend({
    token: z.string().meta({
      description: 'Bearer token for the identity provider, shown this once',
      examples: ['rcs_2N8v…'],
    }),
  })
  .meta({ id: 'CreatedDirectory', description: 'A new directory with its first token' });

const name = text(1, 200).meta({ description: 'For people', examples: ['Okta'] });
const settings = {
  provider: text(1, 50)
    .nullable()
    .optional()
    .meta({ description: 'Which provider’s dialect to expect, such as `okta` or `entra`', examples: ['okta'] }),
  deletionGuard: deletionGuard.optional(),
  allowedCidrs: allowedCidrs.optional(),
  clientCertificates: clientCertificates.optional(),
};
const path = { id: pathId('directory') };

export const create = operation({
  id: 'createDirectory',
  summary: 'Create a directory, with a first token',
  body: z.strictObject({
    organizationId: id.meta({ description: 'Organization that it belongs to' }),
    name,
    ...settings,
  }),
  answers: { 201: json(createdDirectory, 'location', 'etag') },
}).by(async ({ deps, body }) => {
  const { registry, clock } = deps;
  if ((await registry.organizations.get(body.organizationId)) === undefined) {
    throw invalid({ field: 'organizationId', message: 'names no organization; create the organization first' });
  }
  const created = newDirectory(body, deps);
  const token = newToken(created.id, null, clock());
  await registry.directories.insert(created);
  await registry.tokens.insert(token.record);
  const shown = { ...(await show(created, deps)), token: token.secret };
  return { status: 201, body: shown, location: `/v1/directories/${created.id}`, etag: etagOf(created) };
});

export const list = operation({
  id: 'listDirectories',
  summary: 'List directories',
  query: {
    ...pageParameters,
    organizationId: id.exactOptional().meta({ description: 'Only those of this organization' }),
    q: q.meta({ description: 'Only those with this in their name or their organization’s, or with this id' }),
  },
  answers: { 200: json(listOf(directoryView)) },
}).by(async ({ deps, query: { after, limit, q, ...where } }) => {
  const read = (slice: Slice) => deps.registry.directories.find(where, slice);
  const page = await (q === undefined
    ? pageOf({ after, limit }, read)
    : matching(read, { after, limit }, await matchOf(q, deps)));
  const data = await Promise.all(page.data.map((found) => show(found, deps)));
  return { status: 200, body: { ...page, data } };
});

export const get = operation({
  id: 'getDirectory',
  summary: 'Read a directory',
  path,
  answers: { 200: json(directoryView, 'etag') },
}).by(async ({ deps, path: { id } }) => {
  const found = await knownDirectory(id, deps);
  return { status: 200, body: await show(found, deps), etag: etagOf(found) };
});

export const modify = operation({
  id: 'modifyDirectory',
  summary: 'Change a directory',
  description:
    'What is left out stays as it is. `{"enabled": false}` answers the identity provider 403 within 5 s, while events are still delivered.',
  path,
  headers: ifMatch,
  body: z.strictObject({
    name: name.optional(),
    ...settings,
    enabled: z.boolean().optional().meta({ description: 'False: the identity provider is answered 403' }),
  }),
  answers: { 200: json(directoryView, 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps, path: { id }, headers, body }) => {
  const { name, provider, deletionGuard, allowedCidrs, clientCertificates, enabled } = body;
  const condition = { now: deps.clock(), ifMatch: headers['if-match'] };
  const changed = await update(deps.registry.directories, 'directory', id, condition, (old) => {
    refuseDeleted(old);
    return {
      name: name ?? old.name,
      provider: provider === undefined ? old.provider : provider,
      disabled: enabled === undefined ? old.disabled === true : !enabled,
      deletionGuard: deletionGuard === undefined ? (old.deletionGuard ?? null) : deletionGuard,
      allowedCidrs: allowedCidrs ?? old.allowedCidrs ?? [],
      clientCertificates: clientCertificates?.flatMap(asThumbprint) ?? old.clientCertificates ?? [],
    };
  });
  return { status: 200, body: await show(changed, deps), etag: etagOf(changed) };
});

export const remove = operation({
  id: 'deleteDirectory',
  summary: 'Delete a directory with all that is in it',
  description:
    'It ends with the event `directory.deleted`, and everything of it is erased. Repeating it changes nothing.',
  path,
  headers: ifMatch,
  answers: { 204: null },
}).by(async ({ deps, requestId, path: { id }, headers }) => {
  const found = await knownDirectory(id, deps);
  if (found.deletedAt === null) {
    refuseChanged(headers['if-match'], found);
    await end(found, deps, requestId);
  }
  return { status: 204 };
});

/** By the names of directories and of their organizations. */
async function matchOf(asked: string, { registry }: AdminDeps): Promise<(directory: Directory) => boolean> {
  const matches = createMatch(asked);
  const organizations = await matchingOrganizations(registry.organizations, matches);
  return (directory) => matches(directory) || organizations.has(directory.organizationId);
}

/** The mark in the registry comes last: whoever repeats a deletion that was cut short does the rest of it. */
async function end(directory: Directory, { registry, commits, clock }: AdminDeps, requestId: string): Promise<void> {
  let head = await commits.head(directory.id);
  while (!head.deleted) {
    await commits.commit(deletionCommit(head, directory, clock(), newId, requestId));
    head = await commits.head(directory.id);
  }
  const now = clock();
  const tokens = await findAll(registry.tokens, { directoryId: directory.id });
  for (const { id } of tokens) await revoke(registry, id, now);
  await orderErasure(registry, { directoryId: directory.id, userId: null }, now + TOMBSTONE_LIFE_MS, now);
  await update(registry.directories, 'directory', directory.id, { now }, (old) => ({
    deletedAt: old.deletedAt ?? now,
  }));
}

function newDirectory(
  body: Pick<Directory, 'organizationId' | 'name'> & {
    [Setting in keyof typeof settings]?: z.output<(typeof settings)[Setting]>;
  },
  { clock, partitions }: AdminDeps,
): Directory {
  const [id, now] = [newId(), clock()];
  const partition = createHash('sha256').update(id).digest().readUInt32BE(0) % partitions;
  const { organizationId, name, provider = null, deletionGuard = null, allowedCidrs = [] } = body;
  const clientCertificates = (body.clientCertificates ?? []).flatMap(asThumbprint);
  const times = { createdAt: now, updatedAt: now, deletedAt: null };
  return {
    id,
    version: 1,
    organizationId,
    name,
    provider,
    deletionGuard,
    allowedCidrs,
    clientCertificates,
    partition,
    ...times,
  };
}

/** In the one form in which they are kept and compared. */
const asThumbprint = (text: string): readonly string[] => {
  const thumbprint = parseThumbprint(text);
  return thumbprint === undefined ? [] : [thumbprint];
};

export function stateOf(directory: Directory, head: Head): (typeof STATES)[number] {
  if (directory.deletedAt !== null || head.deleted) return 'deleted';
  return head.number === 0 ? 'pending' : 'active';
}

/** Of its live resources. */
export const countsOf = ({ counts }: Pick<Head, 'counts'>): View<typeof countsView> => ({
  users: counts['User'] ?? 0,
  groups: counts['Group'] ?? 0,
});

async function show(directory: Directory, deps: AdminDeps): Promise<View<typeof directoryView>> {
  const { id, organizationId, name, provider } = directory;
  const [head, organization] = await Promise.all([
    deps.commits.head(id),
    deps.registry.organizations.get(organizationId),
  ]);
  return {
    id,
    organizationId,
    organizationName: organization?.name ?? null,
    name,
    provider,
    state: stateOf(directory, head),
    enabled: directory.disabled !== true,
    deletionGuard: directory.deletionGuard ?? null,
    allowedCidrs: [...(directory.allowedCidrs ?? [])],
    clientCertificates: [...(directory.clientCertificates ?? [])],
    hold: showHold(head.guard),
    counts: countsOf(head),
    scimBaseUrl: scimBaseUrl(deps.publicUrl, id),
    setUpAt: isoOrNull(directory.setUpAt ?? null),
    createdAt: iso(directory.createdAt),
    updatedAt: iso(directory.updatedAt),
  };
}

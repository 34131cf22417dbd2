import * as z from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { findAll, type Organization, type Registry } from '../../../shared/store/registry.js';
import { idOf, listOf, pathId, text, textOf, timeOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { mapPage, pageOf, pageParameters, type Slice } from '../paging.js';
import { etagOf, ifMatch, refuseChanged } from '../precondition.js';
import { notFound, Problem } from '../problem.js';
import { createMatch, matching, q } from '../search.js';
import { update } from '../update.js';

const organization = z
  .object({
    id: idOf('Of the organization'),
    name: textOf('For people', 'Acme'),
    createdAt: timeOf('When it was created'),
    updatedAt: timeOf('When it was last changed'),
  })
  .meta({ id: 'Organization', description: 'A customer of yours' });

const name = text(1, 200).meta({ description: 'For people', examples: ['Acme'] });
const path = { id: pathId('organization') };

export const create = operation({
  id: 'createOrganization',
  summary: 'Create an organization',
  body: z.strictObject({ name }),
  answers: { 201: json(organization, 'location', 'etag') },
}).by(async ({ deps: { registry, clock }, body }) => {
  const now = clock();
  const created: Organization = { id: newId(), version: 1, createdAt: now, updatedAt: now, name: body.name };
  await registry.organizations.insert(created);
  const location = `/v1/organizations/${created.id}`;
  return { status: 201, body: show(created), location, etag: etagOf(created) };
});

export const list = operation({
  id: 'listOrganizations',
  summary: 'List organizations',
  query: { ...pageParameters, q: q.meta({ description: 'Only those with this in their name, or with this id' }) },
  answers: { 200: json(listOf(organization)) },
}).by(async ({ deps: { registry }, query: { q, ...request } }) => {
  const read = (slice: Slice) => registry.organizations.find({}, slice);
  const page = await (q === undefined ? pageOf(request, read) : matching(read, request, createMatch(q)));
  return { status: 200, body: mapPage(page, show) };
});

export const get = operation({
  id: 'getOrganization',
  summary: 'Read an organization',
  path,
  answers: { 200: json(organization, 'etag') },
}).by(async ({ deps: { registry }, path: { id } }) => {
  const found = await registry.organizations.get(id);
  if (found === undefined) throw notFound('organization', id);
  return { status: 200, body: show(found), etag: etagOf(found) };
});

export const modify = operation({
  id: 'modifyOrganization',
  summary: 'Rename an organization',
  path,
  headers: ifMatch,
  body: z.strictObject({ name: name.optional() }),
  answers: { 200: json(organization, 'etag') },
  refusals: ['conflict'],
}).by(async ({ deps: { registry, clock }, path: { id }, headers, body }) => {
  const condition = { now: clock(), ifMatch: headers['if-match'] };
  const changed = await update(registry.organizations, 'organization', id, condition, (old) => ({
    name: body.name ?? old.name,
  }));
  return { status: 200, body: show(changed), etag: etagOf(changed) };
});

export const remove = operation({
  id: 'deleteOrganization',
  summary: 'Delete an organization that has neither directories nor endpoints',
  path,
  headers: ifMatch,
  answers: { 204: null },
  refusals: ['conflict'],
}).by(async ({ deps: { registry }, path: { id }, headers }) => {
  await refuseInUse(registry, id);
  const found = await registry.organizations.get(id);
  if (found === undefined) throw notFound('organization', id);
  refuseChanged(headers['if-match'], found);
  if (!(await registry.organizations.delete(id))) throw notFound('organization', id);
  return { status: 204 };
});

const show = ({ id, name, createdAt, updatedAt }: Organization): View<typeof organization> => ({
  id,
  name,
  createdAt: iso(createdAt),
  updatedAt: iso(updatedAt),
});

async function refuseInUse({ directories, endpoints }: Registry, organizationId: string): Promise<void> {
  const directory = (await findAll(directories, { organizationId })).find(({ deletedAt }) => deletedAt === null);
  if (directory !== undefined) {
    throw new Problem('conflict', `The organization has the directory ${directory.id}; delete its directories first.`);
  }
  const [endpoint] = await endpoints.find({ organizationId }, { limit: 1 });
  if (endpoint !== undefined) {
    throw new Problem('conflict', `The organization has the endpoint ${endpoint.id}; delete its endpoints first.`);
  }
}

import type { RequestHandler } from 'express';
import { z } from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import { newId } from '../../../shared/runtime/ids.js';
import { findAll, type Organization, type Registry } from '../../../shared/store/registry.js';
import type { AdminDeps } from '../deps.js';
import { mapPage, pageOf, pageParameters } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { bodyOf, pathId, queryOf, text } from '../request.js';
import { update } from '../update.js';

const creation = z.strictObject({ name: text(1, 200) });
const change = z.strictObject({ name: text(1, 200).optional() });
const listing = z.strictObject(pageParameters);

export function organizations({ registry, clock }: AdminDeps) {
  const create: RequestHandler = async (req, res) => {
    const { name } = bodyOf(req, creation);
    const now = clock();
    const organization: Organization = { id: newId(), version: 1, createdAt: now, updatedAt: now, name };
    await registry.organizations.insert(organization);
    res.status(201).location(`/v1/organizations/${organization.id}`).json(show(organization));
  };

  const list: RequestHandler = async (req, res) => {
    const page = await pageOf(queryOf(req, listing), (slice) => registry.organizations.find({}, slice));
    res.json(mapPage(page, show));
  };

  const get: RequestHandler = async (req, res) => {
    const id = pathId(req, 'organization');
    const organization = await registry.organizations.get(id);
    if (organization === undefined) throw notFound('organization', id);
    res.json(show(organization));
  };

  const modify: RequestHandler = async (req, res) => {
    const { name } = bodyOf(req, change);
    const id = pathId(req, 'organization');
    const changed = await update(registry.organizations, 'organization', id, clock(), (old) => ({
      name: name ?? old.name,
    }));
    res.json(show(changed));
  };

  const remove: RequestHandler = async (req, res) => {
    const id = pathId(req, 'organization');
    await refuseInUse(registry, id);
    if (!(await registry.organizations.delete(id))) throw notFound('organization', id);
    res.status(204).end();
  };

  return { create, list, get, modify, remove };
}

const show = ({ id, name, createdAt, updatedAt }: Organization) => ({
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

import * as discovery from '../../../shared/scim/discovery.js';
import { NotFound } from '../../../shared/scim/errors.js';
import type { Operation } from '../call.js';

/** GET /ServiceProviderConfig (RFC 7644 section 4, RFC 7643 section 5). */
export const serviceProviderConfig: Operation = async ({ baseUrl }) => ({
  status: 200,
  body: discovery.serviceProviderConfig(baseUrl),
});

/** GET /ResourceTypes */
export const resourceTypes: Operation = async ({ baseUrl }) => ({
  status: 200,
  body: discovery.resourceTypes(baseUrl),
});

/** GET /ResourceTypes/:id */
export const resourceType: Operation = async ({ baseUrl, id }) => ({
  status: 200,
  body: discovery.resourceType(id, baseUrl) ?? notFound('resource type', id),
});

/** GET /Schemas */
export const schemas: Operation = async ({ baseUrl }) => ({ status: 200, body: discovery.schemas(baseUrl) });

/** GET /Schemas/:id */
export const schema: Operation = async ({ baseUrl, id }) => ({
  status: 200,
  body: discovery.schema(id, baseUrl) ?? notFound('schema', id),
});

function notFound(what: string, id: string): never {
  throw new NotFound(`There is no ${what} "${id}".`);
}

import * as discovery from '../../../shared/scim/discovery.js';
import { Forbidden, NotFound } from '../../../shared/scim/errors.js';
import type { Call, Operation } from '../call.js';

/** What the service provider can do: paging and sorting are ignored here, a filter is refused (RFC 7644 section 4). */
const discover =
  (what: string, read: (call: Call) => object | undefined): Operation =>
  async (call) => {
    if (call.query['filter'] !== undefined) throw new Forbidden('filter: discovery endpoints take none. Leave it out.');
    const body = read(call);
    if (body === undefined)
      throw new NotFound(`There is no ${what} "${call.id}". The list, without an id, has them all.`);
    return { status: 200, body };
  };

/** GET /ServiceProviderConfig (RFC 7643 section 5). */
export const serviceProviderConfig = discover('configuration', ({ baseUrl }) =>
  discovery.serviceProviderConfig(baseUrl),
);

/** GET /ResourceTypes (RFC 7643 section 6). */
export const resourceTypes = discover('resource type', ({ types, baseUrl }) =>
  discovery.resourceTypes(types.all, baseUrl),
);

/** GET /ResourceTypes/:id */
export const resourceType = discover('resource type', ({ types, baseUrl, id }) =>
  discovery.resourceType(types.all, id, baseUrl),
);

/** GET /Schemas (RFC 7643 section 7). */
export const schemas = discover('schema', ({ types, baseUrl }) => discovery.schemas(types.all, baseUrl));

/** GET /Schemas/:id */
export const schema = discover('schema', ({ types, baseUrl, id }) => discovery.schema(types.all, id, baseUrl));

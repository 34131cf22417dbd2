import { etagMatches } from '../../../shared/scim/messages.js';
import { readProjection } from '../../../shared/scim/projection.js';
import type { IngestDeps } from '../app.js';
import type { TypeOperation } from '../call.js';
import { noSuchResource } from '../../../shared/directory/decide.js';
import { renderOne, resourceHeaders } from '../render.js';

/** GET /Users/:id, GET /Groups/:id … (RFC 7644 section 3.4.1). */
export const getResource =
  ({ resources }: Pick<IngestDeps, 'resources'>): TypeOperation =>
  async (call, type) => {
    const projection = readProjection(type, call.query);
    const row = await resources.getStored(call.directory.id, type.name, call.id);
    if (row === undefined) throw noSuchResource(type, call.id);
    const headers = resourceHeaders(call, type, row);
    if (call.ifNoneMatch !== undefined && etagMatches(call.ifNoneMatch, row.version)) return { status: 304, headers };
    return { status: 200, headers, body: await renderOne(resources, call, type, row, projection) };
  };

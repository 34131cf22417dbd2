import type { ResourceType } from '../../../shared/scim/schema.js';
import type { IngestDeps } from '../app.js';
import type { Operation } from '../call.js';

/** DELETE /Users/:id, DELETE /Groups/:id (RFC 7644 section 3.6). Memberships go with it. */
export const deleteResource =
  ({ writer }: Pick<IngestDeps, 'writer'>, type: ResourceType): Operation =>
  async ({ directory, requestId, id, ifMatch }) => {
    await writer.submit(directory, { kind: 'delete', requestId, type, id, ifMatch });
    return { status: 204 };
  };

import type { IngestDeps } from '../app.js';
import type { TypeOperation } from '../call.js';

/** DELETE /Users/:id, DELETE /Groups/:id … (RFC 7644 section 3.6). Memberships go with it. */
export const deleteResource =
  ({ writer }: Pick<IngestDeps, 'writer'>): TypeOperation =>
  async ({ directory, requestId, traceparent, id, ifMatch, ifNoneMatch }, type) => {
    await writer.submit(directory, { kind: 'delete', requestId, traceparent, type, id, ifMatch, ifNoneMatch });
    return { status: 204 };
  };

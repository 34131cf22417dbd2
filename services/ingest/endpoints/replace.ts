import type { Command } from '../../../shared/directory/command.js';
import { readResource } from '../../../shared/scim/input.js';
import { readProjection } from '../../../shared/scim/projection.js';
import type { IngestDeps } from '../app.js';
import type { TypeOperation } from '../call.js';
import { renderOne, resourceHeaders } from '../render.js';
import { committed } from '../writer.js';

/** PUT /Users/:id, PUT /Groups/:id …: replaces, never creates (RFC 7644 section 3.5.1). */
export const replaceResource =
  ({ writer, resources }: Pick<IngestDeps, 'writer' | 'resources'>): TypeOperation =>
  async (call, type) => {
    const projection = readProjection(type, call.query);
    const input = readResource(type, call.body);
    const { directory, requestId, traceparent, id, ifMatch, ifNoneMatch } = call;
    const command: Command = { kind: 'replace', requestId, traceparent, type, id, input, ifMatch, ifNoneMatch };
    const row = committed(await writer.submit(directory, command));
    return {
      status: 200,
      headers: resourceHeaders(call, type, row),
      body: await renderOne(resources, call, type, row, projection),
    };
  };

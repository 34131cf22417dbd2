import type { Command } from '../../../shared/directory/command.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { readProjection } from '../../../shared/scim/projection.js';
import type { IngestDeps } from '../app.js';
import type { TypeOperation } from '../call.js';
import { renderOne, resourceHeaders } from '../render.js';
import { committed } from '../writer.js';

/**
 * PATCH /Users/:id, PATCH /Groups/:id … (RFC 7644 section 3.5.2). Answers 200 with the resource; where that may be long, because
 * the type has members, 204 unless the client names the `attributes` it wants.
 */
export const modifyResource =
  ({ writer, resources }: Pick<IngestDeps, 'writer' | 'resources'>): TypeOperation =>
  async (call, type) => {
    const projection = readProjection(type, call.query);
    const operations = readPatch(type, call.body);
    const { directory, requestId, traceparent, id, ifMatch, ifNoneMatch } = call;
    const command: Command = { kind: 'modify', requestId, traceparent, type, id, operations, ifMatch, ifNoneMatch };
    const row = committed(await writer.submit(directory, command));
    const headers = resourceHeaders(call, type, row);
    const mayBeLong = type.schema.attributes.some(({ relation }) => relation === 'members');
    if (mayBeLong && call.query['attributes'] === undefined) return { status: 204, headers };
    return { status: 200, headers, body: await renderOne(resources, call, type, row, projection) };
  };

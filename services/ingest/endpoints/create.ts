import type { Command } from '../../../shared/directory/command.js';
import { readResource } from '../../../shared/scim/input.js';
import { readProjection } from '../../../shared/scim/projection.js';
import type { IngestDeps } from '../app.js';
import type { TypeOperation } from '../call.js';
import { renderOne, resourceHeaders } from '../render.js';
import { committed } from '../writer.js';

/** POST /Users, POST /Groups … (RFC 7644 section 3.3). */
export const createResource = ({
  writer,
  resources,
  newId,
}: Pick<IngestDeps, 'writer' | 'resources' | 'newId'>): TypeOperation => {
  // What is new is in no group: nothing to look up.
  const relations = { ...resources, groupsOf: async () => [] };
  return async (call, type) => {
    const projection = readProjection(type, call.query);
    const input = readResource(type, call.body);
    const { directory, requestId, traceparent } = call;
    const id = call.id === '' ? newId() : call.id;
    const command: Command = { kind: 'create', requestId, traceparent, type, id, input };
    const row = committed(await writer.submit(directory, command));
    return {
      status: 201,
      headers: resourceHeaders(call, type, row),
      body: await renderOne(relations, call, type, row, projection),
    };
  };
};

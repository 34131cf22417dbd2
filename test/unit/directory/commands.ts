import type { Command } from '../../../shared/directory/command.js';
import { readResource } from '../../../shared/scim/input.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const typeOf = (kind: 'User' | 'Group') => (kind === 'User' ? USER : GROUP);

/** Commands as the SCIM endpoints make them of a body. */
export const create = (kind: 'User' | 'Group', id: string, body: object): Command => ({
  kind: 'create',
  requestId: `create ${id}`,
  type: typeOf(kind),
  id,
  input: readResource(typeOf(kind), { schemas: [CORE + kind], ...body }),
});

export const replace = (kind: 'User' | 'Group', id: string, body: object, ifMatch?: string): Command => ({
  kind: 'replace',
  requestId: `replace ${id}`,
  type: typeOf(kind),
  id,
  input: readResource(typeOf(kind), { schemas: [CORE + kind], ...body }),
  ifMatch,
  ifNoneMatch: undefined,
});

export const modify = (kind: 'User' | 'Group', id: string, ...operations: object[]): Command => ({
  kind: 'modify',
  requestId: `modify ${id}`,
  type: typeOf(kind),
  id,
  operations: readPatch(typeOf(kind), { schemas: [PATCH_OP], Operations: operations }),
  ifMatch: undefined,
  ifNoneMatch: undefined,
});

export const remove = (kind: 'User' | 'Group', id: string): Command => ({
  kind: 'delete',
  requestId: `delete ${id}`,
  type: typeOf(kind),
  id,
  ifMatch: undefined,
  ifNoneMatch: undefined,
});

export const addMembers = (groupId: string, ...ids: string[]): Command =>
  modify('Group', groupId, { op: 'add', path: 'members', value: ids.map((value) => ({ value })) });

export const removeMembers = (groupId: string, ...ids: string[]): Command =>
  modify('Group', groupId, { op: 'remove', path: 'members', value: ids.map((value) => ({ value })) });

import type { Attributes } from '../../../shared/scim/attributes.js';
import { applyPatch, type Patched } from '../../../shared/scim/patch/apply.js';
import { readPatch } from '../../../shared/scim/patch/read.js';
import { GROUP, USER } from '../../../shared/scim/schemas/index.js';

export const patchOp = (...operations: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

/** The attributes of a user after a PATCH. */
export const patchUser = (before: Attributes, ...operations: unknown[]): Attributes =>
  applyPatch(USER, before, readPatch(USER, patchOp(...operations))).attributes;

/** What a PATCH does to a group called Staff. */
export const patchGroup = (...operations: unknown[]): Patched =>
  applyPatch(GROUP, { displayName: 'Staff' }, readPatch(GROUP, patchOp(...operations)));

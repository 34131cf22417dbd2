import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SCIMMY from 'scimmy';
import { readResource } from '../../../shared/scim/input.js';
import { renderResource, type RelatedFacts } from '../../../shared/scim/messages.js';
import { USER } from '../../../shared/scim/schemas/index.js';
import { userOf } from '../create.js';

export const BASE_URL = 'https://scim.example';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

SCIMMY.Schemas.User.definition.extend(SCIMMY.Schemas.EnterpriseUser.definition);

/** A user in both forms: as Rollcall keeps it, and as it is sent, which is what the packages work on. */
export interface User {
  readonly facts: RelatedFacts;
  readonly sent: Readonly<Record<string, unknown>>;
}

export function user(id: string, body: object, at = Date.UTC(2026, 0, 31)): User {
  const { attributes } = readResource(USER, body);
  const facts: RelatedFacts = { id, version: 1, createdAt: at, updatedAt: at, attributes };
  return { facts, sent: renderResource(USER, facts, BASE_URL) };
}

/** 1 KB, as Okta would send it. */
export const KILOBYTE = userOf(1);

interface Example {
  readonly given: readonly { readonly body: object; readonly at?: string }[];
  readonly exchanges: readonly { readonly request: { readonly body: Patch } }[];
  readonly filters: readonly { readonly filter: string }[];
  readonly representation: object;
}

export interface Patch {
  readonly schemas: readonly string[];
  readonly Operations: readonly { readonly op: string; readonly path?: string; readonly value?: unknown }[];
}

/** An example of an RFC, from its file. Read from the folder of the repository, in which benches run. */
export const example = (name: string): Example =>
  JSON.parse(readFileSync(join('test/fixtures/rfc', `${name}.json`), 'utf8')) as Example;

export const patchOf = (...operations: Patch['Operations']): Patch => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});

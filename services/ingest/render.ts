import { setImmediate as othersTurn } from 'node:timers/promises';
import { attributesOf, type StoredResource } from '../../shared/directory/resource.js';
import { TooMany } from '../../shared/scim/errors.js';
import { etag, renderResource, type Relations } from '../../shared/scim/messages.js';
import { project, wants, type Projection } from '../../shared/scim/projection.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import { resourceText } from '../../shared/scim/resource-text.js';
import type { ResourceReader } from '../../shared/store/port.js';
import type { Call } from './call.js';
import { everyMember, groupsByMember } from './relations.js';

type RelationReader = Pick<ResourceReader, 'membersOf' | 'groupsOf' | 'getMany'>;

/** The JSON of resources as the client asked to see them: relations are read only where they will be shown. */
export async function render(
  resources: RelationReader,
  { directory, baseUrl }: Pick<Call, 'directory' | 'baseUrl'>,
  type: ResourceType,
  rows: readonly StoredResource[],
  projection: Projection,
): Promise<string[]> {
  const shows = (kind: 'members' | 'groups'): boolean =>
    type.schema.attributes.some(({ name, relation }) => relation === kind && wants(projection, name));
  const rendered: string[] = [];
  let groups: Awaited<ReturnType<typeof groupsByMember>> | undefined;
  let shown = 0;
  // One after another: many large groups at once would fill the memory before they fill the answer.
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_PER_TURN === 0) {
      if (index > 0) await othersTurn();
      const some = rows.slice(index, index + ROWS_PER_TURN);
      groups = shows('groups') ? await groupsByMember(resources, directory.id, some) : undefined;
    }
    const members = shows('members') ? await everyMember(resources, directory.id, row.id) : undefined;
    shown += members?.length ?? 0;
    if (shown > SHOWN_MEMBERS_MAX) throw tooManyMembers();
    const relations = { ...(members && { members }), ...(groups && { groups: groups.get(row.id) ?? [] }) };
    rendered.push(textOf(type, row, relations, baseUrl, projection));
  }
  return rendered;
}

function textOf(
  type: ResourceType,
  row: StoredResource,
  relations: Relations,
  baseUrl: string,
  projection: Projection,
): string {
  const text =
    'json' in row && projection.kind === 'default' ? resourceText(type, { ...row, ...relations }, baseUrl) : undefined;
  if (text !== undefined) return text;
  const facts = { ...row, ...relations, attributes: attributesOf(row) };
  return JSON.stringify(project(type, renderResource(type, facts, baseUrl), projection));
}

/** Resources that are rendered before it is the others' turn. */
const ROWS_PER_TURN = 100;

/** Most members in one answer: some 20 MB of JSON. */
const SHOWN_MEMBERS_MAX = 200_000;

const tooManyMembers = (): TooMany =>
  new TooMany(
    `The answer would have more than ${SHOWN_MEMBERS_MAX} members. Ask for fewer groups with "count", or leave them out with "excludedAttributes=members".`,
  );

export async function renderOne(
  resources: RelationReader,
  call: Pick<Call, 'directory' | 'baseUrl'>,
  type: ResourceType,
  row: StoredResource,
  projection: Projection,
): Promise<string> {
  const [rendered = '{}'] = await render(resources, call, type, [row], projection);
  return rendered;
}

/** What the headers say of a resource: its version, and where it is, as `meta.location` does (RFC 7643 section 3.1). */
export function resourceHeaders(
  { baseUrl }: Pick<Call, 'baseUrl'>,
  type: ResourceType,
  { id, version }: Pick<StoredResource, 'id' | 'version'>,
): Record<string, string> {
  const location = `${baseUrl}${type.endpoint}/${id}`;
  return { etag: etag(version), location, 'content-location': location };
}

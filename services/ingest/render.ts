import type { ResourceRow } from '../../shared/directory/resource.js';
import { renderResource } from '../../shared/scim/messages.js';
import { project, wants, type Projection } from '../../shared/scim/projection.js';
import type { ResourceType } from '../../shared/scim/schema.js';
import type { ResourceReader } from '../../shared/store/port.js';
import type { Call } from './call.js';
import { everyMember, groupsByMember } from './relations.js';

type Relations = Pick<ResourceReader, 'membersOf' | 'groupsOf' | 'getMany'>;

/** Resources as the client asked to see them: relations are read only where they will be shown. */
export async function render(
  resources: Relations,
  { directory, baseUrl }: Pick<Call, 'directory' | 'baseUrl'>,
  type: ResourceType,
  rows: readonly ResourceRow[],
  projection: Projection,
): Promise<Record<string, unknown>[]> {
  const shows = (kind: 'members' | 'groups'): boolean =>
    type.schema.attributes.some(({ name, relation }) => relation === kind && wants(projection, name));
  const groups = shows('groups') ? await groupsByMember(resources, directory.id, rows) : undefined;
  return Promise.all(
    rows.map(async (row) => {
      const rendered = renderResource(
        type,
        {
          ...row,
          ...(shows('members') ? { members: await everyMember(resources, directory.id, row.id) } : {}),
          ...(groups === undefined ? {} : { groups: groups.get(row.id) ?? [] }),
        },
        baseUrl,
      );
      return project(type, rendered, projection);
    }),
  );
}

export async function renderOne(
  resources: Relations,
  call: Pick<Call, 'directory' | 'baseUrl'>,
  type: ResourceType,
  row: ResourceRow,
  projection: Projection,
): Promise<Record<string, unknown>> {
  const [rendered] = await render(resources, call, type, [row], projection);
  return rendered ?? {};
}

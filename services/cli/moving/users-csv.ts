import { userData } from '../../../shared/directory/normalize.js';
import type { ResourceRow } from '../../../shared/directory/resource.js';
import type { UserData } from '../../../shared/events/event.js';
import { rulesOf } from '../../../shared/store/mapping-rules.js';
import { TransferRefused, type ExportSource } from '../../../shared/store/transfer.js';
import { csvLine } from '../../admin/csv.js';
import { pages } from './pages.js';

const USERS_PER_PAGE = 500;

const values = (contacts: UserData['emails']): string => contacts.map(({ value }) => value).join('; ');

/** A column for each attribute that an event tells of a user. */
const COLUMNS: readonly (readonly [name: string, of: (user: UserData) => string | number | boolean | null])[] = [
  ['id', ({ id }) => id],
  ['externalId', ({ externalId }) => externalId],
  ['userName', ({ userName }) => userName],
  ['active', ({ active }) => active],
  ['email', ({ email }) => email],
  ['emails', ({ emails }) => values(emails)],
  ['name.given', ({ name }) => name.given],
  ['name.family', ({ name }) => name.family],
  ['name.formatted', ({ name }) => name.formatted],
  ['displayName', ({ displayName }) => displayName],
  ['title', ({ title }) => title],
  ['department', ({ department }) => department],
  ['employeeNumber', ({ employeeNumber }) => employeeNumber],
  ['managerId', ({ managerId }) => managerId],
  ['locale', ({ locale }) => locale],
  ['timezone', ({ timezone }) => timezone],
  ['phoneNumbers', ({ phoneNumbers }) => values(phoneNumbers)],
  ['roles', ({ roles }) => values(roles)],
  ['custom', ({ custom }) => (Object.keys(custom).length === 0 ? null : JSON.stringify(custom))],
  ['version', ({ version }) => version],
  ['createdAt', ({ createdAt }) => createdAt],
  ['updatedAt', ({ updatedAt }) => updatedAt],
];

/** A directory's users as a table for people (RFC 4180), in the order of their ids. Throws `TransferRefused` without such a directory. */
export async function* usersCsv(
  { store }: Pick<ExportSource, 'store'>,
  directoryId: string,
): AsyncGenerator<string, void> {
  const { registry, resources } = store;
  const directory = await registry.directories.get(directoryId);
  if (directory === undefined) {
    throw new TransferRefused(`--directory: there is no directory ${directoryId}; GET /v1/directories lists them`);
  }
  const rules = rulesOf(directory);
  const scope = { directoryId, organizationId: directory.organizationId };
  yield csvLine(COLUMNS.map(([name]) => name));
  for await (const row of pages<ResourceRow>(USERS_PER_PAGE, (after, limit) =>
    resources.list(directoryId, 'User', undefined, { limit, ...(after === undefined ? {} : { afterId: after.id }) }),
  )) {
    const groupIds = (await resources.groupsOf(directoryId, [row.id])).map(({ groupId }) => groupId);
    const user = userData(row, scope, { rules, groupIds });
    yield csvLine(COLUMNS.map(([, of]) => of(user)));
  }
}

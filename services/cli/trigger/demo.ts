import type { Api, Query } from '../api/api.js';
import { listOf, type Json } from '../api/json.js';
import { keep, readKept } from '../folder.js';
import type { Session } from '../session.js';
import { openScim } from './scim.js';

/** The organization and, of each, the directory in which commands make real changes. */
const NAME = 'Rollcall demo';

export interface DemoDirectory {
  readonly id: string;
  readonly scimBaseUrl: string;
  readonly token: string;
}

/** Finds the organization, or makes it. Answers its id. */
export async function demoOrganization(api: Api): Promise<string> {
  const found = await find(api, '/organizations', {}, ({ name }) => name === NAME);
  return String((found ?? (await api.send('POST', '/organizations', { body: { name: NAME } })))['id']);
}

/** Finds the demo directory of a provider, or makes it. Its SCIM token is the one that was kept, or a new one. */
export async function demoDirectory({ api, dataDir }: Session, provider: string): Promise<DemoDirectory> {
  const organizationId = await demoOrganization(api);
  const isDemo = (one: Json): boolean =>
    one['name'] === NAME && one['provider'] === provider && one['state'] !== 'deleted';
  const found = await find(api, '/directories', { organizationId }, isDemo);
  if (found === undefined) {
    const made = await newDirectory(api, organizationId, { provider });
    keepToken(dataDir, made);
    return made;
  }
  const [id, scimBaseUrl] = [String(found['id']), String(found['scimBaseUrl'])];
  const kept = readKept(dataDir).tokens[id];
  if (kept !== undefined && (await isAccepted(scimBaseUrl, kept))) return { id, scimBaseUrl, token: kept };
  const directory = { id, scimBaseUrl, token: await newToken(api, id) };
  keepToken(dataDir, directory);
  return directory;
}

/** A directory of the demo organization. */
export async function newDirectory(api: Api, organizationId: string, settings: Json): Promise<DemoDirectory> {
  const made = await api.send('POST', '/directories', { body: { organizationId, name: NAME, ...settings } });
  return { id: String(made['id']), scimBaseUrl: String(made['scimBaseUrl']), token: String(made['token']) };
}

const keepToken = (dataDir: string, { id, token }: DemoDirectory): void =>
  keep(dataDir, (old) => ({ ...old, tokens: { ...old.tokens, [id]: token } }));

async function isAccepted(scimBaseUrl: string, token: string): Promise<boolean> {
  const scim = openScim(scimBaseUrl, token);
  try {
    return (await scim.ask('/ServiceProviderConfig')).status !== 401;
  } finally {
    await scim.close();
  }
}

/** There may be two live ones: of those that somebody else keeps, the oldest ends. */
async function newToken(api: Api, directoryId: string): Promise<string> {
  const path = `/directories/${directoryId}/tokens`;
  const live = listOf(await api.send('GET', path)).filter(({ revokedAt }) => revokedAt === null);
  const [oldest, second] = live.map(({ id }) => String(id)).sort();
  if (oldest !== undefined && second !== undefined) await api.send('DELETE', `${path}/${oldest}`);
  return String((await api.send('POST', path))['token']);
}

async function find(api: Api, path: string, query: Query, isIt: (item: Json) => boolean): Promise<Json | undefined> {
  for (let after: string | undefined; ;) {
    const page = await api.send('GET', path, { query: { ...query, after, limit: 100 } });
    const found = listOf(page).find(isIt);
    if (found !== undefined || typeof page['nextCursor'] !== 'string') return found;
    after = page['nextCursor'];
  }
}

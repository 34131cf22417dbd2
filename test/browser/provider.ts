import { openApi, type Api } from '../../services/cli/api/api.js';
import { USER } from '../support/scim-client.js';

/** A directory, and the identity provider that speaks to it. */
export interface Provider {
  readonly id: string;
  readonly organizationId: string;
  readonly scimBaseUrl: string;
  readonly token: string;
  /** Sends a SCIM request, and answers what came, whatever it is. */
  send(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Creates a user; answers its id. */
  hire(userName: string, more?: object): Promise<string>;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A new directory of a new organization; `settings` such as a deletion guard. */
export async function newProvider(
  { url, adminKey }: { readonly url: string; readonly adminKey: string },
  organization: string,
  settings: object = {},
): Promise<Provider> {
  const api: Api = openApi({ url, key: adminKey });
  const { id: organizationId } = await api.send('POST', '/organizations', { body: { name: organization } });
  const body = { organizationId, name: 'Okta', provider: 'okta', ...settings };
  const made = await api.send('POST', '/directories', { body });
  const [scimBaseUrl, token] = [String(made['scimBaseUrl']), String(made['token'])];
  const send: Provider['send'] = async (method, path, content, headers = {}) => {
    const answer = await fetch(scimBaseUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', ...headers },
      ...(content !== undefined && { body: JSON.stringify(content) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
  };
  return {
    id: String(made['id']),
    organizationId: String(organizationId),
    scimBaseUrl,
    token,
    send,
    async hire(userName, more = {}) {
      const { status, body: user } = await send('POST', '/Users', { schemas: [USER], userName, active: true, ...more });
      expect(status).toBe(201);
      return String(user['id']);
    },
  };
}

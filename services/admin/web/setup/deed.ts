/** A SCIM request as the log has it: without anybody's values. */
export interface LoggedRequest {
  readonly id: string;
  readonly at: string;
  readonly method: string;
  /** Behind the SCIM base URL: `/Users?filter=userName eq "…"`. */
  readonly path: string;
  readonly status: number;
  readonly scimType: string | null;
  readonly detail: string | null;
  readonly attributes: readonly string[];
}

/** What a request is about, for whoever does not know SCIM. */
export interface Deed {
  readonly act: 'create' | 'change' | 'remove' | 'search' | 'read' | 'discover' | 'bulk';
  readonly of: 'user' | 'group' | 'other';
}

const DISCOVERY = /^\/(ServiceProviderConfig|ResourceTypes|Schemas)\b/i;
const BULK = /^\/Bulk\b/i;
const KINDS: Readonly<Record<string, Deed['of']>> = { users: 'user', groups: 'group' };

export function deedOf({ method, path }: Pick<LoggedRequest, 'method' | 'path'>): Deed {
  const [, endpoint = '', id] = (path.split('?')[0] ?? '').split('/');
  const of = KINDS[endpoint.toLowerCase()] ?? 'other';
  if (DISCOVERY.test(path)) return { act: 'discover', of };
  if (BULK.test(path)) return { act: 'bulk', of };
  switch (method) {
    case 'POST':
      return { act: id === '.search' || endpoint === '.search' ? 'search' : 'create', of };
    case 'PUT':
    case 'PATCH':
      return { act: 'change', of };
    case 'DELETE':
      return { act: 'remove', of };
    default:
      return { act: id === undefined || id === '' ? 'search' : 'read', of };
  }
}

export const isAccepted = ({ status }: Pick<LoggedRequest, 'status'>): boolean => status < 400;

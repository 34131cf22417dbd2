import type { ProblemBody } from '../problem.js';

/** A refusal of the API, or of the network. `message` says what is wrong and how to mend it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    message: string,
    readonly errors: NonNullable<ProblemBody['errors']> = [],
    readonly requestId?: string,
  ) {
    super(message);
  }
}

/** What is wrong with a field, or with a part of it, as a sentence; undefined: nothing is. */
export function errorAt(problem: ApiProblem | undefined, field: string): string | undefined {
  const found = problem?.errors.find(
    ({ field: of }) => of === field || of.startsWith(`${field}.`) || of.startsWith(`${field}[`),
  );
  return found && `It ${found.message}.`;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Options {
  readonly method?: Method;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** For `If-Match`. */
  readonly ifMatch?: string | undefined;
}

/** The session's proof that a change is asked for by this page; see `CSRF_HEADER`. */
let csrf = '';
export const proveBy = (token: string): void => void (csrf = token);

const CSRF_HEADER = 'x-rollcall-csrf';
const NO_CONNECTION = 'The server did not answer. Check that it runs and that you are online; nothing was changed.';

/** Asks the API; JSON in, JSON out, undefined where there is no body. Throws `ApiProblem`. */
export async function api<T>(path: string, { method = 'GET', body, signal, ifMatch }: Options = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') headers[CSRF_HEADER] = csrf;
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (ifMatch !== undefined) headers['if-match'] = ifMatch;
  const response = await fetch(path, {
    method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw signal?.aborted === true ? error : new ApiProblem(0, NO_CONNECTION);
  });
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody>;
  const message = body.detail ?? `The server answered ${response.status} ${response.statusText}.`;
  return new ApiProblem(response.status, message, body.errors, body.requestId);
}

/** A list's path with what it is filtered by; empty values are left out. */
export function pathWith(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
  return search === '' ? path : `${path}?${search}`;
}

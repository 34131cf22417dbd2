import type { Readable } from 'node:stream';
import { request } from 'undici';
import { pause } from '../../../shared/runtime/pause.js';
import { EXIT_UNAVAILABLE } from '../exit-codes.js';
import { jsonOf } from '../../simulator/json.js';
import { CommandFailed, refusal, ApiUnreachable } from './failures.js';
import type { Json } from './json.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
/** Undefined is left out, a list is repeated. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The management API of a running Rollcall. Every method throws `Refused` or `ApiUnreachable`. */
export interface Api {
  readonly url: string;
  /** `path` is what comes after `/v1`. Answers the body; an empty object where there is none. */
  send(method: Method, path: string, more?: { readonly query?: Query; readonly body?: object }): Promise<Json>;
  /** An answer that goes on, byte by byte; after the event whose id is given. Ends with the signal. */
  stream(path: string, query: Query, lastEventId: string | undefined, signal: AbortSignal): Promise<Readable>;
}

/** Tries of a request that Rollcall is too busy for, and the longest pause that is obeyed. */
const TRIES = 5;
const RETRY_AFTER_MAX_MS = 30_000;
/** Heartbeats come every 15 s; without them the connection is dead, whatever TCP says. */
const SILENCE_MS = 45_000;

type Options = NonNullable<Parameters<typeof request>[1]>;
type Answer = Awaited<ReturnType<typeof request>>;

const never = new AbortController().signal;

export function openApi({ url, key }: { readonly url: string; readonly key: string }): Api {
  const authorization = `Bearer ${key}`;

  const once = async (path: string, options: Options): Promise<Answer> => {
    try {
      return await request(`${url}/v1${path}`, options);
    } catch (error) {
      throw new ApiUnreachable(url, error);
    }
  };
  const textOf = async ({ body }: Answer): Promise<string> => {
    try {
      return await body.text();
    } catch (error) {
      throw new ApiUnreachable(url, error);
    }
  };
  /** Obeys Retry-After; what is refused so was not carried out. */
  const patiently = async (path: string, options: Options): Promise<Answer> => {
    for (let number = 1; ; number += 1) {
      const answer = await once(path, options);
      const waitMs = Number(answer.headers['retry-after'] ?? NaN) * 1000;
      const isBusy = answer.statusCode === 429 || answer.statusCode === 503;
      if (!isBusy || !(waitMs <= RETRY_AFTER_MAX_MS) || number === TRIES) return answer;
      await textOf(answer);
      await pause(waitMs, never);
    }
  };

  return {
    url,
    async send(method, path, { query = {}, body } = {}) {
      const headers = { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await patiently(path + queryString(query), { method, headers, ...sent });
      const text = await textOf(answer);
      if (answer.statusCode >= 300) throw refusal(answer.statusCode, text, `${method} ${url}/v1${path}`);
      return text === '' ? {} : jsonObject(text, `${method} ${url}/v1${path}`);
    },
    async stream(path, query, lastEventId, signal) {
      const headers = { authorization, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
      const answer = await once(path + queryString(query), { headers, signal, bodyTimeout: SILENCE_MS });
      if (answer.statusCode >= 300) throw refusal(answer.statusCode, await textOf(answer), `GET ${url}/v1${path}`);
      return answer.body;
    },
  };
}

function jsonObject(text: string, what: string): Json {
  const json = jsonOf(text);
  if (typeof json === 'object' && json !== null) return json as Json;
  throw new CommandFailed(`${what} was answered by something that is no Rollcall`, EXIT_UNAVAILABLE);
}

function queryString(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [value].flat().map((one) => [name, String(one)]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

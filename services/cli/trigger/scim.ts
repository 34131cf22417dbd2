import { openWire, type Answer, type Method } from '../../simulator/wire.js';
import type { Json } from '../api/json.js';
import { CommandFailed } from '../api/failures.js';
import { EXIT_FAILED, EXIT_UNAVAILABLE } from '../exit-codes.js';

/** SCIM to one directory. Every method throws `CommandFailed` when the answer is no 2xx, but `ask`. */
export interface Scim {
  /** Answers the body. */
  send(method: Method, path: string, body?: object): Promise<Json>;
  /** Whatever the answer is. */
  ask(path: string): Promise<Answer>;
  close(): Promise<void>;
}

export function openScim(baseUrl: string, token: string): Scim {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  const wire = openWire(baseUrl, headers, 1);
  const send = async (method: Method, path: string, body?: object): Promise<Answer> => {
    const answer = await wire.send(method, path, body);
    if (answer.status !== null) return answer;
    throw new CommandFailed(`SCIM cannot be reached at ${baseUrl}: ${String(answer.error)}`, EXIT_UNAVAILABLE);
  };
  return {
    async send(method, path, body) {
      const { status, body: answer } = await send(method, path, body);
      if (status !== null && status < 300) return answer;
      const detail = typeof answer['detail'] === 'string' ? answer['detail'] : 'no reason given';
      throw new CommandFailed(`${method} ${baseUrl}${path} was answered ${String(status)}: ${detail}`, EXIT_FAILED);
    },
    ask: (path) => send('GET', path),
    close: () => wire.close(),
  };
}

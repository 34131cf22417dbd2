import http from 'node:http';
import { Webhook as Verifier } from 'svix';
import type { Webhook } from '../../simulator/received.js';

/** A webhook and when it was in hand, milliseconds since the epoch. */
export interface Arrival extends Webhook {
  readonly at: number;
  /** The `webhook-timestamp` header, milliseconds since the epoch; NaN where it is none. */
  readonly signedAt: number;
  /** What it was answered; null: nothing, the connection was cut. */
  readonly status: number | null;
}

export type Reply = (res: http.ServerResponse, status: Arrival['status']) => void;

export interface Receiver {
  readonly url: string;
  /** In order of arrival. */
  readonly arrivals: readonly Arrival[];
  /** The secret that signatures are checked with from now on. */
  trust(secret: string): void;
  close(): Promise<void>;
}

/**
 * A host application on loopback: verifies each webhook as the documentation of the `svix` package says, and remembers it.
 * `answer`: of each webhook that verifies; 204 unless it fails for a test's sake. `reply` gives it, for a test's sake late or in part.
 */
export async function startReceiver(
  onArrival: (arrival: Arrival) => void,
  answer: () => Arrival['status'] = () => 204,
  reply: Reply = replyAtOnce,
): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  let verifier: Verifier | undefined;
  const server = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const headers = textHeaders(req.headers);
      const isVerified = verify(verifier, body, headers);
      const status = isVerified ? answer() : 401;
      const signedAt = Number(headers['webhook-timestamp']) * 1000;
      const arrival = { id: headers['webhook-id'] ?? '', body, isVerified, at: Date.now(), signedAt, status };
      arrivals.push(arrival);
      reply(res, status);
      onArrival(arrival);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}/webhooks`,
    arrivals,
    trust: (secret) => void (verifier = new Verifier(secret)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const replyAtOnce: Reply = (res, status) => {
  if (status === null) res.destroy();
  else res.writeHead(status).end();
};

function verify(verifier: Verifier | undefined, body: string, headers: Record<string, string>): boolean {
  try {
    verifier?.verify(body, headers);
    return verifier !== undefined;
  } catch {
    return false;
  }
}

const textHeaders = (headers: http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

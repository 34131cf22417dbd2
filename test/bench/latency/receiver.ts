import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { now, type Arrival } from './moments.js';

/** Ports of two receivers that answer at once, one that takes requests and never answers, and one where nobody listens. */
export interface Ports {
  /** What comes here is counted. */
  readonly counts: number;
  readonly answers: number;
  readonly hangs: number;
  readonly refuses: number;
}

/** `hang up`: cut what waits for an answer. */
export type Order = 'count' | 'take' | 'hang up';

/** Answered to each order. */
export interface Taken {
  readonly count: number;
  /** What came since they were last taken; none unless asked to take them. */
  readonly arrivals: readonly Arrival[];
}

let arrivals: Arrival[] = [];
const hanging = new Set<Socket>();

/** Reads a request to its end and answers it; calls back with its body and when it had come. */
const answering =
  (onBody: (body: string, at: number) => void): RequestListener =>
  (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const at = now();
      res.writeHead(204).end();
      onBody(Buffer.concat(chunks).toString('latin1'), at);
    });
  };

const note = (body: string, at: number): void => {
  arrivals.push({ number: Number(/"user-(\d+)@/.exec(body)?.[1]), at });
};

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

async function open(): Promise<Ports> {
  const [counts, answers] = [await listen(answering(note)), await listen(answering(() => undefined))];
  const [hangs, refuses] = [await listen(() => undefined), await listen(() => undefined)];
  hangs.server.on('connection', (socket) => {
    hanging.add(socket);
    socket.on('close', () => hanging.delete(socket));
  });
  await new Promise((resolve) => refuses.server.close(resolve));
  return { counts: counts.port, answers: answers.port, hangs: hangs.port, refuses: refuses.port };
}

process.on('message', (order: Order) => {
  if (order === 'hang up') for (const socket of hanging) socket.destroy();
  const taken: Taken = { count: arrivals.length, arrivals: order === 'take' ? arrivals : [] };
  if (order === 'take') arrivals = [];
  process.send?.(taken);
});
process.on('disconnect', () => process.exit());

void open().then((ports) => process.send?.(ports));

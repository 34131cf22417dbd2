import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { percentile } from '../../services/cli/demo/summary.js';
import { ASIDE, type Arrivals, type Question } from './receivers-process.js';

/** Receivers of webhooks, good and bad, in a process of their own that its parent asks what has arrived. */

/** Milliseconds from the commit of each event to its arrival at the good receiver. */
let latencies: number[] = [];
const events = new Set<string>();
let lastAt = 0;

const good: RequestListener = (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    res.writeHead(204).end();
    if (req.url === ASIDE) return;
    lastAt = Date.now();
    const { id, timestamp } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: string; timestamp?: string };
    latencies.push(timestamp === undefined ? 0 : lastAt - Date.parse(timestamp));
    if (id !== undefined) events.add(id);
  });
};

const BAD: Readonly<Record<string, RequestListener>> = {
  hangs: () => undefined,
  drips: (_req, res) => {
    res.writeHead(200);
    const timer = setInterval(() => res.write('.'), 1000);
    res.on('close', () => clearInterval(timer));
  },
  fails: (_req, res) => res.writeHead(500).end(),
  redirects: (_req, res) => res.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
  'asks for a pause': (_req, res) => res.writeHead(429, { 'retry-after': '1' }).end(),
  'cuts off': (_req, res) => res.writeHead(200, { 'content-length': 100 }).write('half', () => res.destroy()),
};

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

function arrivals(): Arrivals {
  const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
  return { count: latencies.length, distinct: events.size, p50, p99, lastAt };
}

process.on('message', (question: Question) => {
  if (question === 'forget') {
    latencies = [];
    events.clear();
  }
  process.send?.(arrivals());
});
process.on('disconnect', () => process.exit());

void Promise.all([listen(good), ...Object.values(BAD).map(listen)]).then(([goodPort, ...bad]) =>
  process.send?.({ good: goodPort, bad }),
);

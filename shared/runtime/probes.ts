import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { version } from './version.js';

const READY_TIMEOUT_MS = 5_000;

export interface ProbesOptions {
  /** Rejects while the role cannot do its work. */
  readonly ready: () => Promise<void>;
  readonly metrics: Registry;
}

/** Answers /healthz (alive), /readyz (ready, asked within 5 s) and /metrics (Prometheus text); says whether it did. */
export type Probes = (req: IncomingMessage, res: ServerResponse) => boolean;

/** A registry of the role's own metrics, with those of the process (memory, event loop, garbage collection) in it. */
export function createMetrics(role: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  // How often the delay of the event loop is looked at: the library's 10 ms take a hundredth of a core of a process at rest.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const info = new Gauge({
    name: 'rollcall_build_info',
    help: 'Always 1; its labels are what runs.',
    labelNames: ['version'],
    registers: [registry],
  });
  info.set({ version }, 1);
  return registry;
}

/** Probes carry no credentials, so their answers say that something is wrong, never what: the log does. */
export function createProbes({ ready, metrics }: ProbesOptions): Probes {
  const probes: Readonly<Record<string, (res: ServerResponse) => Promise<void>>> = {
    '/healthz': async (res) => sendStatus(res, 200, 'ok'),
    '/readyz': async (res) => {
      const isReady = await resolvesInTime(ready);
      sendStatus(res, isReady ? 200 : 503, isReady ? 'ready' : 'unavailable');
    },
    '/metrics': async (res) => send(res, 200, metrics.contentType, await metrics.metrics()),
  };
  return (req, res) => {
    const path = (req.url ?? '').split('?', 1)[0] ?? '';
    const probe = Object.hasOwn(probes, path) ? probes[path] : undefined;
    if (probe === undefined) return false;
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    (isRead ? probe : refuseMethod)(res).catch(() => sendStatus(res, 500, 'error'));
    return true;
  };
}

async function refuseMethod(res: ServerResponse): Promise<void> {
  res.setHeader('allow', 'GET, HEAD');
  sendStatus(res, 405, 'there is only GET');
}

/** Answers the probes itself and leaves everything else to `next`; without one, there is nothing else. */
export const behindProbes =
  (probes: Probes, next: RequestListener = notFound): RequestListener =>
  (req, res) => {
    if (!probes(req, res)) next(req, res);
  };

const notFound: RequestListener = (_req, res) => sendStatus(res, 404, 'there is nothing here');

async function resolvesInTime(ready: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_TIMEOUT_MS);
  });
  const answered = Promise.resolve()
    .then(ready)
    .then(
      () => true,
      () => false,
    );
  const isReady = await Promise.race([answered, late]);
  clearTimeout(timer);
  return isReady;
}

const sendStatus = (res: ServerResponse, status: number, text: string): void =>
  send(res, status, 'application/json', JSON.stringify({ status: text }));

function send(res: ServerResponse, status: number, contentType: string, body: string): void {
  res.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  res.end(body);
}

import http from 'node:http';
import { createExpressMessages, type ExpressMessages } from './express-messages.js';
import { letNurseryGrow } from './heap.js';

/** How long requests under way may take once the server stops; then their connections are cut. */
const DRAIN_TIMEOUT_MS = 10_000;
/** How soon a kept-alive connection is noticed as idle while the server stops. */
const IDLE_SWEEP_MS = 50;
/** Longer than the idle time of common load balancers (60 s): they, not we, must be the ones to close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** A server that listens. `closed` resolves once it has drained after the abort, and never rejects. */
export interface Serving {
  readonly port: number;
  /** Makes an Express app's requests cheap; for the one that has most of them. */
  readonly adopt: ExpressMessages['adopt'];
  readonly closed: Promise<void>;
}

/**
 * Serves HTTP on all interfaces until `signal` aborts; then takes no new connection, finishes the requests under way and closes.
 * Port 0 picks a free one. Rejects when the port cannot be listened on.
 */
export async function serve(handler: http.RequestListener, port: number, signal: AbortSignal): Promise<Serving> {
  const { adopt, ...messages } = createExpressMessages();
  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, ...messages }, handler);
  await listen(server, port);
  letNurseryGrow();
  const serving = {
    port: boundPort(server),
    adopt,
    closed: new Promise<void>((resolve) => server.once('close', resolve)),
  };
  const stop = (): void => drain(server);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return serving;
}

async function listen(server: http.Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(port, error)));
    server.listen(port, resolve);
  });
}

function refusal(port: number, error: NodeJS.ErrnoException): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(
      `port ${port}: another process listens on it; stop that one or choose another port with ROLLCALL_PORT`,
    );
  }
  if (error.code === 'EACCES') {
    return new Error(`port ${port}: not permitted; choose one above 1023 with ROLLCALL_PORT`);
  }
  return error;
}

function boundPort(server: http.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

function drain(server: http.Server): void {
  // close() cuts the connections that are idle now; those with a request under way become idle later.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
  server.close(() => {
    clearInterval(sweep);
    clearTimeout(cut);
  });
}

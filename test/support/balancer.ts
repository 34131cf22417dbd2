import http from 'node:http';

/** What stands before several processes of a role, as a Kubernetes Service does. */
export interface Balancer {
  readonly url: string;
  /** Requests go to those that are there now, in turn; what is under way to another one goes on. */
  readonly targets: Set<number>;
  close(): Promise<void>;
}

/** Longer than any test is silent: a connection that is closed just as its client writes to it would look like a lost request. */
const KEEP_ALIVE_TIMEOUT_MS = 600_000;
/** Balances over processes on ports of loopback. A target that breaks off is not tried again elsewhere: its client gets 502. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const targets = new Set(ports);
  const agent = new http.Agent({ keepAlive: true });
  let turn = 0;
  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, (req, res) => {
    const port = [...targets][(turn += 1) % targets.size];
    const { method, url: path, headers } = req;
    const onward = http.request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
      // Those of one connection are not passed on (RFC 9110 section 7.6.1): the target's time limit is not ours.
      const { connection: _, 'keep-alive': _keepAlive, ...passedOn } = answer.headers;
      res.writeHead(answer.statusCode ?? 502, passedOn);
      answer.pipe(res);
    });
    onward.once('error', (error) => (res.headersSent ? res.destroy() : res.writeHead(502).end(error.message)));
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server that listens has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    targets,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

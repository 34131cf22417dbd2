import express from 'express';
import type { Requests } from './bench.js';

/** The measure of all benches: Express 5 as it comes, with one route. Run by itself, this file is that server. */
if (require.main === module) {
  const app = express();
  app.get('/', (_req, res) => {
    res.send('hello');
  });
  const server = app.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) process.stdout.write(`http://localhost:${address.port}\n`);
  });
}

export const requests: Requests = () => () => 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n';

import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { serve } from '../../../shared/runtime/serve.js';

const stops: AbortController[] = [];

function stopper(): AbortController {
  const controller = new AbortController();
  stops.push(controller);
  return controller;
}

afterEach(() => {
  for (const controller of stops.splice(0)) controller.abort();
});

async function read(port: number, agent?: http.Agent): Promise<string> {
  const [answer] = (await once(http.get({ port, agent }), 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}

test('port 0 picks a free port and tells which', async () => {
  const { port } = await serve((_req, res) => res.end('hello'), 0, stopper().signal);
  expect(port).toBeGreaterThan(0);
  expect(await read(port)).toBe('hello');
});

test('a request under way at the abort is answered, and only then is the server closed', async () => {
  const stop = stopper();
  const arrived = deferred();
  const mayAnswer = deferred();
  const { port, closed } = await serve(
    (_req, res) => {
      arrived.resolve();
      void mayAnswer.promise.then(() => res.end('late but whole'));
    },
    0,
    stop.signal,
  );
  let isClosed = false;
  void closed.then(() => (isClosed = true));
  const agent = new http.Agent({ keepAlive: true });
  const answer = read(port, agent);
  await arrived.promise;
  stop.abort();
  await expect(read(port)).rejects.toThrow('ECONNREFUSED');
  expect(isClosed).toBe(false);
  mayAnswer.resolve();
  expect(await answer).toBe('late but whole');
  await closed;
  agent.destroy();
});

test('an idle kept-alive connection does not keep the server open', async () => {
  const stop = stopper();
  const { port, closed } = await serve((_req, res) => res.end('hello'), 0, stop.signal);
  const agent = new http.Agent({ keepAlive: true });
  await read(port, agent);
  stop.abort();
  await closed;
  agent.destroy();
});

test('a signal that was aborted before the start closes the server at once', async () => {
  const { closed } = await serve(() => undefined, 0, AbortSignal.abort());
  await closed;
});

test('a port that another process listens on is named, with what to do', async () => {
  const { port } = await serve(() => undefined, 0, stopper().signal);
  await expect(serve(() => undefined, port, stopper().signal)).rejects.toThrow(
    `port ${port}: another process listens on it; stop that one or choose another port with ROLLCALL_PORT`,
  );
});

test('the port is free again after the close', async () => {
  const stop = stopper();
  const { port, closed } = await serve(() => undefined, 0, stop.signal);
  stop.abort();
  await closed;
  const other = net.createServer().listen(port);
  await once(other, 'listening');
  other.close();
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

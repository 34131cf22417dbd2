import { connect, type Socket } from 'node:net';

export interface Response {
  readonly status: number;
  /** The beginning of the body, as latin1. */
  readonly excerpt: string;
}

/** One kept-alive connection with one request under way at a time: as little work per request as a generator can do. */
export interface Connection {
  /** Rejects when the connection breaks. */
  send(request: string): Promise<Response>;
  close(): void;
}

const EXCERPT_BYTES = 300;
const HEAD_END = Buffer.from('\r\n\r\n');

export async function openConnection(port: number): Promise<Connection> {
  const socket = await connected(port);
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve: (response: Response) => void; reject: (error: Error) => void } | undefined;
  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      const whole = parse(received);
      if (whole === undefined) return;
      received = received.subarray(whole.length);
      waiting?.resolve(whole.response);
      waiting = undefined;
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
      socket.destroy();
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed the connection')));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (socket.destroyed) fail(new Error('the connection is closed'));
        else socket.write(request, 'latin1');
      }),
    close: () => socket.destroy(),
  };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Undefined while the response is incomplete. Knows Content-Length only: the servers measured here send nothing else. */
function parse(bytes: Buffer): { response: Response; length: number } | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  const contentLength = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (contentLength === undefined && status !== 204) throw new Error(`a response without Content-Length: ${head}`);
  const bodyStart = headEnd + HEAD_END.length;
  const length = bodyStart + Number(contentLength ?? 0);
  if (bytes.length < length) return undefined;
  const excerpt = status >= 300 ? bytes.toString('latin1', bodyStart, Math.min(length, bodyStart + EXCERPT_BYTES)) : '';
  return { response: { status, excerpt }, length };
}

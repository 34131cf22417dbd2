import { createServer, type AddressInfo } from 'node:net';

/** The last request that came, as it was received, latin1. */
export interface Received {
  readonly count: number;
  readonly last: string;
}

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const HEAD_END = Buffer.from('\r\n\r\n');

let count = 0;
let last: Buffer = Buffer.alloc(0);

/** Answers each request with a 204 at as little cost as there can be, so that the sender is what is measured. Run by itself. */
const server = createServer({ noDelay: true }, (socket) => {
  let received: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (;;) {
      const headEnd = received.indexOf(HEAD_END);
      if (headEnd === -1) return;
      const bodyBytes = Number(/\r\ncontent-length: *(\d+)/i.exec(received.toString('latin1', 0, headEnd))?.[1] ?? 0);
      const length = headEnd + HEAD_END.length + bodyBytes;
      if (received.length < length) return;
      last = received.subarray(0, length);
      received = received.subarray(length);
      count += 1;
      socket.write(ANSWER);
    }
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => process.send?.({ count, last: last.toString('latin1') } satisfies Received));
process.on('disconnect', () => process.exit());

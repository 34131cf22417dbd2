import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Which side of a command gets lost: it never reaches the server, or its answer never reaches the client. */
export type Lost = 'request' | 'answer';

/** A TCP proxy before a server of MongoDB's wire protocol, or of Kafka's, which loses a command when told to. */
export interface CuttingProxy {
  readonly port: number;
  /** Cuts the connection of the next command that the condition names; those after it pass again. */
  cutNext(lost: Lost, isMeant: (message: Buffer) => boolean): void;
  /** Lets nothing through any more, or again; what is under way is lost without a word. */
  setStalled(isStalled: boolean): void;
  /** Holds each message up for so long, in their order. */
  setDelay(ms: number): void;
  close(): Promise<void>;
}

/** Length of a message, in bytes, by its first four. */
export type Framing = (start: Buffer) => number;

const MONGO: Framing = (start) => start.readInt32LE(0);
/** Its length does not count itself. */
export const KAFKA: Framing = (start) => 4 + start.readInt32BE(0);

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startCuttingProxy(host: string, port: number, framing = MONGO): Promise<CuttingProxy> {
  let cut: { readonly lost: Lost; readonly isMeant: (message: Buffer) => boolean } | undefined;
  let isStalled = false;
  let delayMs = 0;
  const pass = (to: Socket, message: Buffer): void => {
    if (delayMs === 0) to.write(message);
    else setTimeout(() => to.write(message), delayMs);
  };
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(port, host);
    const destroyBoth = (): void => {
      client.destroy();
      server.destroy();
    };
    let isAnswerLost = false;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', destroyBoth);
      socket.on('close', () => {
        sockets.delete(socket);
        destroyBoth();
      });
    }
    onMessage(client, framing, (message) => {
      if (isStalled) return;
      if (cut?.isMeant(message) === true) {
        const { lost } = cut;
        cut = undefined;
        if (lost === 'request') {
          destroyBoth();
          return;
        }
        isAnswerLost = true;
      }
      pass(server, message);
    });
    onMessage(server, framing, (message) => {
      if (isStalled) return;
      if (isAnswerLost) destroyBoth();
      else pass(client, message);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    cutNext(lost, isMeant) {
      cut = { lost, isMeant };
    },
    setStalled(stalled) {
      isStalled = stalled;
    },
    setDelay(ms) {
      delayMs = ms;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => proxy.close(() => resolve()));
    },
  };
}

/** Calls back with each whole message. */
function onMessage(socket: Socket, framing: Framing, receive: (message: Buffer) => void): void {
  let buffered: Buffer = Buffer.alloc(0);
  socket.on('data', (data) => {
    buffered = Buffer.concat([buffered, data]);
    while (buffered.length >= 4 && buffered.length >= framing(buffered)) {
      const length = framing(buffered);
      receive(buffered.subarray(0, length));
      buffered = buffered.subarray(length);
    }
  });
}

/** Whether a message is a command on a collection, as `{insert: 'commits', …}`: in OP_MSG the first field follows 26 bytes. */
export function isCommand(name: string, collection: string): (message: Buffer) => boolean {
  const length = Buffer.alloc(4);
  length.writeInt32LE(collection.length + 1);
  const field = Buffer.concat([Buffer.from(`${name}\0`), length, Buffer.from(`${collection}\0`)]);
  return (message) => message.subarray(26, 26 + field.length).equals(field);
}

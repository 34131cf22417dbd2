import { spawnSync } from 'node:child_process';
import { openDispatcherBench, startReceiver, userDraft, type Received } from '../service/dispatcher-support.js';
import { eventually } from '../support/eventually.js';

/** How far a receiver lets a timestamp be from its own time, and more. */
const TOO_LONG_MS = 6 * 60_000;

/** What the dispatcher has sent to a real receiver, and the secrets that its endpoint had. */
interface Recorded {
  readonly secret: string;
  readonly before: Received;
  /** The secret after the rotation, and what was sent while both sign. */
  readonly rotated: string;
  readonly during: Received;
  /** Signed so long ago that nobody believes it. */
  readonly old: Received;
}

export async function recordMessages(): Promise<Recorded> {
  const bench = await openDispatcherBench();
  const receiver = await startReceiver();
  const { id, secret } = await bench.addEndpoint(receiver.url);
  bench.start();
  const directory = bench.addDirectory();
  const deliver = async (): Promise<Received> => {
    const count = receiver.messages.length + 1;
    await directory.emit(userDraft('Zoë 🙂'));
    await eventually('delivered', () => receiver.messages.length === count);
    const sent = receiver.messages.at(-1);
    if (sent === undefined) throw new Error('A message was received.');
    return sent;
  };
  const before = await deliver();
  const { body } = await bench.admin.post(`/v1/endpoints/${id}/secret/rotate`).send({}).expect(200);
  const during = await deliver();
  bench.ahead = -TOO_LONG_MS;
  return { secret, before, rotated: body.secret, during, old: await deliver() };
}

/** The headers of a message that its signature is in. */
export const signatureHeaders = ({ headers }: Pick<Received, 'headers'>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => /^(webhook|svix)-/.test(entry[0])),
  );

/** A body with one byte changed; it stays UTF-8. */
export function withByteChanged(raw: Buffer, index: number): Buffer {
  const changed = Buffer.from(raw);
  changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
  return changed;
}

/** A Python that has the packages: the one that is named, or the usual one. */
export function pythonWithPackages(): string | undefined {
  const named = process.env['ROLLCALL_TEST_PYTHON'];
  if (named !== undefined) return named;
  const found = spawnSync('python3', ['-c', 'import standardwebhooks, svix']);
  return found.status === 0 ? 'python3' : undefined;
}

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createSecret } from '../../shared/webhooks/sign.js';
import { openDispatcherBench, startReceiver, userDraft, type Received } from '../service/dispatcher-support.js';
import { eventually } from '../support/eventually.js';
import { skipSuite } from '../support/skip-suite.js';

/** What the dispatcher has sent to a real receiver is verified by the packages that host applications in Python use. */

const SCRIPT = join(__dirname, 'python/verify.py');
/** How far a receiver lets a timestamp be from its own time, and more. */
const TOO_LONG_MS = 6 * 60_000;

interface Message {
  readonly secret: string;
  readonly headers: Record<string, string>;
  /** In base64. */
  readonly body: string;
}

/** One process for all messages: the id of the event, or null of a message that is refused, by each package. */
function verifiedInPython(python: string, messages: readonly Message[]): unknown[] {
  const { status, stdout, stderr } = spawnSync(python, [SCRIPT], { input: JSON.stringify(messages), encoding: 'utf8' });
  if (status !== 0) throw new Error(`${python}: ${stderr}`);
  return JSON.parse(stdout) as unknown[];
}

const message = (secret: string, { headers, raw }: Pick<Received, 'headers' | 'raw'>): Message => ({
  secret,
  headers: Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => /^(webhook|svix)-/.test(entry[0])),
  ),
  body: raw.toString('base64'),
});

/** The message with one byte of its body changed, for each of them; it stays UTF-8. */
const changed = (secret: string, sent: Received): Message[] =>
  [...sent.raw.keys()].map((index) => {
    const raw = Buffer.from(sent.raw);
    raw.writeUInt8(raw.readUInt8(index) ^ 1, index);
    return message(secret, { headers: sent.headers, raw });
  });

/** An interpreter that has the packages: the one that is named, or the usual one. */
function interpreter(): string | undefined {
  const named = process.env['ROLLCALL_TEST_PYTHON'];
  if (named !== undefined) return named;
  const found = spawnSync('python3', ['-c', 'import standardwebhooks, svix']);
  return found.status === 0 ? 'python3' : undefined;
}

const python = interpreter();
if (python === undefined) {
  skipSuite('webhooks verified in Python', 'there is no python3 with the packages svix and standardwebhooks');
} else {
  test('what was delivered, in a rotation too, verifies in Python; changed, old or with another secret it does not', async () => {
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
    const rotated: string = body.secret;
    const during = await deliver();
    bench.ahead = -TOO_LONG_MS;
    const old = await deliver();
    expect(String(during.headers['webhook-signature']).split(' ')).toHaveLength(2);

    const good = [message(secret, before), message(secret, during), message(rotated, during)];
    const bad = [
      ...changed(secret, before),
      ...changed(rotated, during),
      message(secret, old),
      message(rotated, old),
      message(rotated, before),
      message(createSecret(), during),
    ];
    const answers = verifiedInPython(python, [...good, ...bad]);
    expect(answers.slice(0, good.length)).toEqual(
      [before, during, during].map(({ event }) => ({ svix: event.id, standardwebhooks: event.id })),
    );
    expect(answers.slice(good.length)).toEqual(bad.map(() => ({ svix: null, standardwebhooks: null })));
  });
}

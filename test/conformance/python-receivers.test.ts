import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createSecret } from '../../shared/webhooks/sign.js';
import type { Received } from '../service/dispatcher-support.js';
import { skipSuite } from '../support/skip-suite.js';
import { pythonWithPackages, recordMessages, signatureHeaders, withByteChanged } from './recorded.js';

/** What the dispatcher has sent to a real receiver is verified by the packages that host applications in Python use. */

const SCRIPT = join(__dirname, 'python/verify.py');
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

const message = (secret: string, sent: Pick<Received, 'headers' | 'raw'>): Message => ({
  secret,
  headers: signatureHeaders(sent),
  body: sent.raw.toString('base64'),
});

/** The message with one byte of its body changed, for each of them. */
const changed = (secret: string, { headers, raw }: Received): Message[] =>
  [...raw.keys()].map((index) => message(secret, { headers, raw: withByteChanged(raw, index) }));

const python = pythonWithPackages();
if (python === undefined) {
  skipSuite('webhooks verified in Python', 'there is no python3 with the packages svix and standardwebhooks');
} else {
  test('what was delivered, in a rotation too, verifies in Python; changed, old or with another secret it does not', async () => {
    const { secret, before, rotated, during, old } = await recordMessages();
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

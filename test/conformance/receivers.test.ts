import { existsSync } from 'node:fs';
import path from 'node:path';
import { createSecret } from '../../shared/webhooks/sign.js';
import type { Received } from '../service/dispatcher-support.js';
import { freePort } from '../support/free-port.js';
import { startProcess } from '../support/process.js';
import { skipSuite } from '../support/skip-suite.js';
import { pythonWithPackages, recordMessages, signatureHeaders, withByteChanged } from './recorded.js';

/** The receivers of docs/receivers.md, each with the library of its language: what the dispatcher has sent, and what it has not. */

const EXAMPLES = path.join(__dirname, '../../docs/examples/receivers');
/** Where `.ci/receivers` has built them. */
const built = process.env['ROLLCALL_TEST_RECEIVERS'];
const inBuilt = (name: string): string | undefined =>
  built !== undefined && existsSync(path.join(built, name)) ? path.join(built, name) : undefined;

/** How each is started; undefined where it cannot be. */
const LANGUAGES: Readonly<Record<string, () => readonly [string, ...string[]] | undefined>> = {
  Python: () => {
    const python = pythonWithPackages();
    return python === undefined ? undefined : [python, path.join(EXAMPLES, 'python/receiver.py')];
  },
  Go: () => {
    const program = inBuilt('go');
    return program === undefined ? undefined : [program];
  },
  Java: () => {
    const libraries = inBuilt('java');
    return libraries === undefined
      ? undefined
      : ['java', '-cp', `${libraries}/*`, path.join(EXAMPLES, 'java/Receiver.java')];
  },
  Rust: () => {
    const program = inBuilt('rust');
    return program === undefined ? undefined : [program];
  },
};

/** Once for all languages, and not where there are none. */
let recording: ReturnType<typeof recordMessages> | undefined;

for (const [language, start] of Object.entries(LANGUAGES)) {
  const command = start();
  if (command === undefined) {
    skipSuite(`the receiver in ${language}`, 'its packages are not here: see CONTRIBUTING.md');
    continue;
  }
  test(`${language}: what was delivered is believed; changed, old or signed with another secret it is not`, async () => {
    const { secret, before, rotated, during, old } = await (recording ??= recordMessages());
    const receive = async (key: string): Promise<(sent: Pick<Received, 'headers' | 'raw'>) => Promise<number>> => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/webhooks`;
      const [program, ...args] = command;
      const receiver = startProcess(program, args, { WEBHOOK_SECRET: key, PORT: String(port) });
      await receiver.until(
        'it listens',
        async () => (await fetch(url, { method: 'POST' }).catch(() => undefined))?.status,
      );
      return async (sent) => {
        const headers = { 'content-type': 'application/json', ...signatureHeaders(sent) };
        return (await fetch(url, { method: 'POST', headers, body: new Uint8Array(sent.raw) })).status;
      };
    };
    const send = await receive(secret);
    expect(await send(before)).toBe(204);
    expect(await send(during)).toBe(204);
    const refused = [0, before.raw.length >> 1, before.raw.length - 2].map((index) => ({
      headers: before.headers,
      raw: withByteChanged(before.raw, index),
    }));
    for (const sent of [...refused, old, { headers: {}, raw: before.raw }]) expect(await send(sent)).toBe(400);

    const sendAfter = await receive(rotated);
    expect(await sendAfter(during)).toBe(204);
    expect(await sendAfter(before)).toBe(400);
    const sendToAnother = await receive(createSecret());
    expect(await sendToAnother(before)).toBe(400);
  });
}

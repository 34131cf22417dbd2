import http from 'node:http';
import { openManagement } from '../../services/cli/demo/management.js';
import { startReceiver, type Arrival } from '../../services/cli/demo/receiver.js';
import { createSecret } from '../../shared/webhooks/sign.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import type { TestProcess } from '../support/process.js';
import { play } from '../support/provisioning.js';
import { startRollcall } from '../support/rollcall.js';
import { startStandalone } from '../support/standalone.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { commit, KEY, newDirectory as benchDirectory, openBench, publish } from './admin-support.js';

/** `rollcall listen` as a developer runs it: processes, a real standalone, and an application on loopback. */

async function setUp() {
  const rollcall = await startStandalone();
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const organization = await management.createOrganization('Acme');
  const directory = await management.createDirectory(organization, 'Directory', 'okta');
  const env = {
    ROLLCALL_URL: rollcall.url,
    ROLLCALL_ADMIN_KEY: rollcall.adminKey,
    ROLLCALL_DATA_DIR: temporaryFolder(),
  };
  const hire = (users: number, seed = 1) =>
    play(directory, { provider: 'okta', users, groups: 1, seed, concurrency: 2, tries: 30 });
  return { rollcall, management, directory, env, hire };
}

const listening = (args: readonly string[], env: Record<string, string>): TestProcess =>
  startRollcall(['listen', ...args], env);

/** An application that answers what it is told to, and counts. */
async function startApp(port: number, statuses: readonly number[] = []) {
  const bodies: string[] = [];
  const server = http.createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      bodies.push(body);
      const status = statuses[bodies.length - 1] ?? 204;
      res.writeHead(status).end(status === 204 ? undefined : 'no\u001b[2J thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

const idsOf = (bodies: readonly string[]): string[] => bodies.map((body) => (JSON.parse(body) as { id: string }).id);

test('the server is killed, stopped and started again under load: every event is forwarded once, verified, in order', async () => {
  const { rollcall, management, directory, env } = await setUp();
  const secret = createSecret();
  const arrivals: Arrival[] = [];
  const receiver = await startReceiver((arrival) => void arrivals.push(arrival));
  receiver.trust(secret);
  const listener = listening(['--forward-to', receiver.url, '--secret', secret], env);
  await listener.saw(/Signing secret: whsec_/);

  const load = play(directory, {
    ...{ provider: 'entra', users: 60, groups: 6, seed: 7, concurrency: 4, paceMs: 15, tries: 60 },
  });
  for (const [round, signal] of (['SIGKILL', 'SIGTERM', 'SIGKILL'] as const).entries()) {
    const before = arrivals.length;
    await eventually('more is forwarded', () => arrivals.length > before + 15);
    await rollcall.kill(signal);
    await rollcall.start();
    await eventually('the listener is back', () => listener.stderr().split('there again').length === round + 2);
  }
  const { failures } = await load;
  expect(failures).toEqual([]);

  const events = await management.events(directory.id);
  await eventually('the last event is forwarded', () => arrivals.at(-1)?.body === events.at(-1));
  expect(arrivals.map(({ body }) => body)).toEqual(events);
  expect(arrivals.every(({ isVerified }) => isVerified)).toBe(true);
  expect(listener.stderr().split('is lost; waiting for Rollcall')).toHaveLength(4);
  expect(await listener.kill('SIGINT')).toBe(0);
  expect(listener.stdout().match(/→ 204/g)).toHaveLength(events.length);
  await receiver.close();
  await rollcall.kill('SIGTERM');
});

test('an application that is away is waited for; one that refuses is shown, and not asked again', async () => {
  const { rollcall, management, directory, env, hire } = await setUp();
  const port = await freePort();
  const listener = listening(['--forward-to', `127.0.0.1:${port}/hooks`], env);
  await listener.saw(/Signing secret/);
  await hire(2);
  await eventually('it says that nothing listens', () => listener.stderr().includes('waiting for it, with this event'));
  expect(listener.stderr()).toContain('refused the connection; nothing listens there');

  const app = await startApp(port, [204, 500]);
  const events = await management.events(directory.id);
  await eventually('all is forwarded', () => app.bodies.length === events.length);
  expect(app.bodies).toEqual(events);
  const lines = await eventually('all is told', () => {
    const told = listener.stdout().trim().split('\n').slice(2);
    return told.length === events.length && told;
  });
  expect(lines[1]).toMatch(/→ 500 {2}\d+ ms {2}the receiver answered 500: no \[2J thanks$/);
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}directory\.activated .* → 204 {2}\d+ ms$/);
  // Where nobody sees colours there are none.
  expect(listener.stdout() + listener.stderr()).not.toContain('\u001b');
  expect(await listener.kill('SIGINT')).toBe(0);
  await app.close();
  await rollcall.kill('SIGTERM');
});

test('from now on, or since a time; some types of some directory; the same secret each time', async () => {
  const { rollcall, management, directory, env, hire } = await setUp();
  const port = await freePort();
  const [app, url] = [await startApp(port), `http://127.0.0.1:${port}`];
  await hire(2);
  const other = await management.createDirectory(await management.createOrganization('Other'), 'Other', 'okta');
  await play(other, { provider: 'okta', users: 1, groups: 1, seed: 1 });
  const fromNow = listening(['--forward-to', url, '--json'], env);
  const since = listening(
    ['--forward-to', url, '--since', '1h', '--directory', other.id, '--types', 'user.*,group.created', '--json'],
    env,
  );
  await eventually('both listen', () => [fromNow, since].every((one) => one.stderr().includes('Signing secret')));
  const secrets = [fromNow, since].map((one) => /whsec_\S+/.exec(one.stderr())?.[0]);
  expect(secrets[0]).toBe(secrets[1]);

  const before = await management.events(directory.id);
  await hire(3, 2);
  const after = (await management.events(directory.id)).slice(before.length);
  const told = (one: TestProcess): { id: string; type: string; status: number; seq: number }[] =>
    one.stdout() === ''
      ? []
      : one
          .stdout()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as never);
  await eventually('what is new is told', () => told(fromNow).length === after.length);
  expect(told(fromNow).map(({ id }) => id)).toEqual(idsOf(after));
  const others = (await management.events(other.id)).filter((body) => /"type":"(user\.|group\.created)/.test(body));
  await eventually('what was is told', () => told(since).length === others.length);
  expect(told(since).map(({ id }) => id)).toEqual(idsOf(others));
  expect(told(since).every(({ status }) => status === 204)).toBe(true);
  for (const one of [fromNow, since]) expect(await one.kill('SIGINT')).toBe(0);
  await app.close();
  await rollcall.kill('SIGTERM');
});

test('a Rollcall that is not there, or refuses the key, is told at once', async () => {
  const rollcall = await startStandalone();
  const url = `http://localhost:${await freePort()}`;
  const [absent, refused, keyless] = [
    listening(['--forward-to', 'localhost:4000', '--url', url, '--key', 'k'], {}),
    listening(['--forward-to', 'localhost:4000', '--url', rollcall.url, '--key', 'wrong-key'], {}),
    listening(['--forward-to', 'localhost:4000', '--url', rollcall.url], {}),
  ];
  expect(await absent.exited).toBe(69);
  expect(absent.stderr()).toContain(`Rollcall cannot be reached at ${url}: nothing listens there; start it`);
  expect(await refused.exited).toBe(77);
  expect(refused.stderr()).toContain('The admin key is not valid');
  expect(await keyless.exited).toBe(77);
  expect(keyless.stderr()).toContain('there is no admin key; give one with --key, or set ROLLCALL_ADMIN_KEY');
  await rollcall.kill('SIGTERM');
});

test('events that were purged while Rollcall was away are told, and end it', async () => {
  const bench = await openBench();
  const directory = await benchDirectory(bench);
  const add = async (): Promise<void> => {
    await commit(bench, directory, { types: ['user.created'] });
    await publish(bench.store);
    bench.feed.wake();
  };
  const port = await freePort();
  const serve = async (): Promise<() => Promise<unknown>> => {
    const server = http.createServer(bench.app);
    await new Promise<void>((resolve) => server.listen(port, resolve));
    return () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    };
  };
  const stop = await serve();
  const appPort = await freePort();
  const app = await startApp(appPort);
  const listener = listening(['--forward-to', `127.0.0.1:${appPort}`, '--directory', directory.id], {
    ...{ ROLLCALL_URL: `http://localhost:${port}`, ROLLCALL_ADMIN_KEY: KEY, ROLLCALL_DATA_DIR: temporaryFolder() },
  });
  await listener.saw(/Signing secret/);
  await add();
  await listener.saw(/user\.created/);
  await stop();
  for (let round = 0; round < 3; round += 1) await add();
  const { retention, deliveries } = bench.store;
  await deliveries.insert([], [{ directoryId: directory.id, seq: 4 }]);
  const cutoffs = { now: bench.now + 100 * 86_400_000, events: bench.now + 1, attempts: bench.now + 1 };
  expect(await retention.shortenLog(directory.partition, cutoffs, 10)).toBe(3);
  expect(await retention.purgeEvents(directory.id, cutoffs, 100)).toBe(3);
  const stopAgain = await serve();
  expect(await listener.exited).toBe(3);
  expect(listener.stderr()).toMatch(/not kept any more; the oldest of the directory is seq 4.* Begin anew with/s);
  expect(app.bodies).toHaveLength(1);
  await Promise.all([stopAgain(), app.close()]);
  await bench.close();
});

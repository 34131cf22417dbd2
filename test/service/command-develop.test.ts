import { openManagement } from '../../services/cli/demo/management.js';
import { startReceiver, type Receiver } from '../../services/cli/demo/receiver.js';
import { TRIGGERABLE } from '../../services/cli/trigger/recipes.js';
import { EVENT_TYPES } from '../../shared/events/event.js';
import { startRollcall } from '../support/rollcall.js';
import { startStandalone } from '../support/standalone.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** `rollcall trigger`, `replay` and `simulate` against a real standalone, and an endpoint that gets every event. */

let rollcall: Awaited<ReturnType<typeof startStandalone>>;
let env: Record<string, string>;
let receiver: Receiver;
let endpointId: string;

beforeAll(async () => {
  rollcall = await startStandalone();
  env = {
    ...{ ROLLCALL_URL: rollcall.url, ROLLCALL_ADMIN_KEY: rollcall.adminKey, ROLLCALL_DATA_DIR: temporaryFolder() },
  };
  receiver = await startReceiver(() => undefined);
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const { id, secret } = await management.createEndpoint(receiver.url, [
    ...EVENT_TYPES.filter((type) => !type.startsWith('delivery.')),
  ]);
  receiver.trust(secret);
  endpointId = id;
});
afterAll(async () => {
  await receiver.close();
  await rollcall.kill('SIGTERM');
});

async function run(args: readonly string[], more: Record<string, string> = {}) {
  const command = startRollcall(args, { ...env, ...more });
  const code = await command.exited;
  return { code, out: command.stdout(), err: command.stderr() };
}

/** What a trigger says of its event and deliveries. */
interface Triggered {
  readonly event: { readonly id: string; readonly type: string; readonly directoryId: string };
  readonly deliveries: readonly { readonly status: string; readonly url: string; readonly eventId: string }[];
}

async function trigger(type: string, more: Record<string, string> = {}): Promise<Triggered> {
  const { code, out, err } = await run(['trigger', type, '--json'], more);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Triggered;
}

test.each(TRIGGERABLE)('trigger %s makes a real event, which is delivered and verified', async (type) => {
  const { event, deliveries } = await trigger(type);
  expect(event.type).toBe(type);
  expect(deliveries).toEqual([
    expect.objectContaining({ eventId: event.id, eventType: type, status: 'delivered', url: receiver.url }),
  ]);
  const arrival = receiver.arrivals.find(({ id }) => id === event.id);
  expect(arrival?.isVerified).toBe(true);
  if (type !== 'endpoint.disabled') expect(JSON.parse(arrival?.body ?? '')).toEqual(event);
});

test('what cannot be caused is said, with what sends an example', async () => {
  for (const type of EVENT_TYPES.filter((one) => !TRIGGERABLE.includes(one))) {
    const { code, err } = await run(['trigger', type]);
    expect(code).toBe(2);
    expect(err).toContain(`"rollcall endpoints test <id> --type ${type}" sends an example of it`);
  }
});

test('the demo directory is found again, and its token made anew where it is not kept', async () => {
  const first = await trigger('user.created');
  const folders = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  for (const folder of folders) {
    const again = await trigger('user.updated', { ROLLCALL_DATA_DIR: folder });
    expect(again.event.directoryId).toBe(first.event.directoryId);
  }
  // The first token was the oldest of three, and is made anew.
  expect((await trigger('user.updated')).event.directoryId).toBe(first.event.directoryId);
});

test('a folder with a file that is none of ours is told, and left alone', async () => {
  const { code, err } = await run(['trigger', 'user.created'], { ROLLCALL_DATA_DIR: __filename });
  expect([code, err]).toEqual([1, expect.stringContaining('developer.json')]);
});

test('replay sends one event again, to all endpoints or one, and says what became of it', async () => {
  const { event } = await trigger('group.created');
  const { code, out } = await run(['replay', event.id]);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^delivered {2}\\S+ {2}endpoint ${endpointId}\\n$`));
  const toOne = await run(['replay', event.id, '--endpoint', endpointId, '--json']);
  expect(JSON.parse(toOne.out)).toMatchObject({
    deliveries: [{ status: 'delivered', eventId: event.id }],
    skipped: [],
  });
  const same = receiver.arrivals.filter(({ id }) => id === event.id);
  expect(same).toHaveLength(3);
  expect(new Set(same.map(({ body }) => body)).size).toBe(1);
});

test('replay of a time goes on until it is done', async () => {
  const before = receiver.arrivals.length;
  const args = ['--endpoint', endpointId, '--since', '1h', '--types', 'group.created'];
  const { code, out } = await run(['replay', ...args]);
  expect(code).toBe(0);
  const [, count] = /^Replay \S+ is done: (\d+) sent again, 0 not kept any more\.\n$/.exec(out) ?? [];
  expect(Number(count)).toBeGreaterThan(0);
  // It is done when all is pending again.
  await eventually('all sent again', () => receiver.arrivals.length >= before + Number(count));
  const { data } = JSON.parse((await run(['replays', 'list', '--json'])).out) as { data: { state: string }[] };
  expect(data.map(({ state }) => state)).toEqual(['done']);
});

test('replay of nothing in particular, and of what there is not', async () => {
  for (const args of [[], ['--endpoint', endpointId], ['x', '--since', '1h']]) {
    const { code, err } = await run(['replay', ...args]);
    expect([code, err]).toEqual([2, expect.stringContaining('give the id of an event, or --endpoint and --since')]);
  }
  const { code, err } = await run(['replay', '01900000-0000-7000-8000-000000000000']);
  expect([code, err]).toEqual([3, expect.stringContaining('No endpoint has a delivery of that event')]);
});

test.each(['okta', 'entra'])(
  'simulate plays %s in a demo directory of its own, each time the same',
  async (provider) => {
    const play = () =>
      run(['simulate', '--provider', provider, '--users', '4', '--groups', '1', '--seed', '3', '--json']);
    const first = await play();
    expect(first.err).toMatch(/^Provisioning into directory \S+\n$/);
    expect(JSON.parse(first.out)).toMatchObject({ failures: [], users: expect.any(Number), groups: 1 });
    const second = await play();
    expect(second.err).toBe(first.err);
    expect(JSON.parse(second.out)).toMatchObject({ failures: [], groups: 1 });
  },
);

test('simulate plays against any SCIM base URL with a token; a step that fails is told', async () => {
  const management = openManagement(rollcall.url, rollcall.adminKey);
  const { scimBaseUrl, token } = await management.createDirectory(
    await management.createOrganization('A'),
    'A',
    'okta',
  );
  const story = ['simulate', '--url', scimBaseUrl, '--users', '2', '--groups', '1'];
  const good = await run([...story, '--token', token]);
  expect([good.code, good.err]).toEqual([0, '']);
  expect(good.out).toMatch(/ is hired: POST \/Users 201 in \d+ ms\n/);
  expect(good.out).toMatch(
    /\n\d+ requests, \d+ writes acknowledged, 0 steps failed in \S+ m?s; \d+ users and 1 groups now\.\n$/,
  );
  const bad = await run([...story, '--token', 'wrong']);
  expect([bad.code, bad.out]).toEqual([1, expect.stringContaining('failed: the directory is connected: GET /Users')]);
});

import { Webhook as Signer } from 'svix';
import { request } from 'undici';
import { createPaint } from '../../../services/cli/paint.js';
import { startReceiver, type Arrival } from '../../../services/cli/demo/receiver.js';
import { percentile, renderSummary } from '../../../services/cli/demo/summary.js';
import { createTimeline } from '../../../services/cli/demo/timeline.js';
import { check } from '../../../services/simulator/check.js';
import { createSimulator, type Run } from '../../../services/simulator/simulator.js';
import { DIRECTORY, startServiceProvider } from './service-provider.js';

const plain = createPaint(false);

let run: Run;
let arrivals: readonly Arrival[];

beforeAll(async () => {
  const provider = await startServiceProvider();
  run = await createSimulator({
    baseUrl: provider.baseUrl,
    token: 'x',
    provider: 'okta',
    seed: 3,
    users: 80,
    groups: 8,
  }).run();
  arrivals = provider.webhooks.map((webhook) => ({ ...webhook, at: Date.now(), signedAt: Date.now(), status: 204 }));
  await provider.close();
});

/** The lines of a run whose requests and webhooks come in the given order. */
function linesOf(feed: (timeline: ReturnType<typeof createTimeline>) => void, paint = plain): string[] {
  const lines: string[] = [];
  const timeline = createTimeline((line) => lines.push(line), paint, run.exchanges[0]?.sentAt ?? 0);
  feed(timeline);
  timeline.end();
  return lines;
}

const inOrder = (timeline: ReturnType<typeof createTimeline>): void => {
  run.exchanges.forEach((exchange) => timeline.request(exchange));
  arrivals.forEach((arrival) => timeline.webhook(arrival));
};

test('every change and the activation have one line that fits 120 columns, with all its events, ticked', () => {
  const lines = linesOf(inOrder);
  const changes = run.exchanges.filter(({ acknowledged }) => acknowledged !== null);
  expect(lines).toHaveLength(changes.length + 1);
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
  expect(lines.filter((line) => !line.includes('✓'))).toEqual([]);
  arrivals.forEach((_, index) =>
    expect(lines.filter((line) => new RegExp(`#${index + 1}\\b`).test(line))).toHaveLength(1),
  );
  expect(lines.some((line) => /group\.members_removed #\d+, members_added #\d+ +✓/.test(line))).toBe(true);
});

test('it makes no difference whether the webhook or the answer is there first', () => {
  const reverse = linesOf((timeline) => {
    arrivals.forEach((arrival) => timeline.webhook(arrival));
    run.exchanges.forEach((exchange) => timeline.request(exchange));
  });
  expect([...reverse].sort()).toEqual([...linesOf(inOrder)].sort());
});

test('a missing webhook, one that does not verify and a refused request are crossed', () => {
  const [first, second] = arrivals.filter(({ body }) => body.includes('user.created'));
  if (first === undefined || second === undefined) throw new Error('the story has two hires');
  const refused = run.exchanges
    .slice(-1)
    .map((exchange) => ({ ...exchange, status: 400, error: 'wrong', acknowledged: null, requestId: 'r' }));
  const lines = linesOf((timeline) => {
    [...run.exchanges, ...refused].forEach((exchange) => timeline.request(exchange));
    arrivals
      .filter((arrival) => arrival !== first)
      .forEach((arrival) => timeline.webhook({ ...arrival, isVerified: arrival !== second }));
  });
  const crossed = lines.filter((line) => line.includes('✗'));
  expect(crossed).toHaveLength(3);
  expect(crossed.join('\n')).toMatch(/1 missing/);
  expect(crossed.join('\n')).toMatch(/user\.created #\d+ unverified/);
  expect(crossed.join('\n')).toMatch(/400 → wrong/);
});

test('colours only where they are wanted', () => {
  const escape = String.fromCharCode(27);
  expect(linesOf(inOrder).join('')).not.toContain(escape);
  expect(linesOf(inOrder, createPaint(true)).join('')).toContain(escape);
});

test('the summary counts, and names what went wrong', () => {
  const outcome = (webhooks: readonly Arrival[]) => ({
    plays: [{ run, events: arrivals.length, report: check({ directoryId: DIRECTORY, run, webhooks }) }],
    webhooks,
    latencies: [1, 2, 3],
    elapsedMs: 5_000,
  });
  const kept = renderSummary(outcome([...arrivals, ...arrivals.slice(0, 1)]), plain);
  expect(kept).toContainEqual(expect.stringMatching(new RegExp(`delivered +${arrivals.length}$`)));
  expect(kept).toContainEqual(expect.stringMatching(/duplicates +1$/));
  expect(kept.at(-1)).toContain('✓');
  const broken = renderSummary(outcome(arrivals.slice(0, -3)), plain);
  expect(broken.filter((line) => line.startsWith('✗ lost: '))).toHaveLength(3);
  expect(broken.at(-1)).toContain('✗');
});

test('percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile([7], 0.99), percentile([], 0.5)]).toEqual([
    50, 99, 7, 0,
  ]);
});

test('the receiver takes what the svix package verifies, and refuses the rest', async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const receiver = await startReceiver(() => undefined);
  try {
    receiver.trust(secret);
    const now = new Date();
    const post = async (body: string, signed: string) =>
      (
        await request(receiver.url, {
          method: 'POST',
          body,
          headers: {
            'webhook-id': 'msg_1',
            'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
            'webhook-signature': new Signer(secret).sign('msg_1', now, signed),
          },
        })
      ).statusCode;
    expect(await post('{"a":1}', '{"a":1}')).toBe(204);
    expect(await post('{"a":2}', '{"a":1}')).toBe(401);
    expect(receiver.arrivals.map(({ id, body, isVerified }) => [id, body, isVerified])).toEqual([
      ['msg_1', '{"a":1}', true],
      ['msg_1', '{"a":2}', false],
    ]);
  } finally {
    await receiver.close();
  }
});

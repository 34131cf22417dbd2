import fc from 'fast-check';
import { Webhook } from 'svix';
import { verify, WebhookError, type WebhookHeaders } from '../../shared/consumer/index.js';
import { exampleEvent } from '../../shared/events/example.js';
import { createSecret, createSigner } from '../../shared/webhooks/sign.js';

const NOW_S = 1_800_000_000;
const now = (): number => NOW_S * 1000;
const secret = createSecret();
const id = '0190a000-0000-7000-8000-000000000001';
const body = exampleEvent('user.created', id, '2026-01-31T09:30:00.000Z');
const bytes = Buffer.from(body);

const headersBy = (secrets: readonly string[], at = NOW_S): Record<string, string> =>
  createSigner(secrets)(id, at, bytes);

/** The code of the refusal; undefined when it is believed. */
const refusal = (
  rawBody: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[] = secret,
): Promise<string | undefined> =>
  verify(rawBody, headers, secrets, { now }).then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof WebhookError)) throw error;
      return error.code;
    },
  );

test('what the dispatcher signs is believed, as text, as bytes, with either kind of headers, under either name', async () => {
  const headers = headersBy([secret]);
  const event = await verify(bytes, headers, secret, { now });
  expect(event).toEqual(JSON.parse(body));
  expect(await refusal(body, headers)).toBeUndefined();
  expect(await refusal(body, new Headers(headers))).toBeUndefined();
  const only = (prefix: string) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));
  expect(await refusal(body, only('svix-'))).toBeUndefined();
  expect(await refusal(body, only('webhook-'))).toBeUndefined();
});

test('what the svix package signs is believed', async () => {
  const signature = new Webhook(secret).sign(id, new Date(now()), body);
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(NOW_S), 'webhook-signature': signature };
  expect(await refusal(body, headers)).toBeUndefined();
});

test('while secrets are rotated, each of both is enough, on either side', async () => {
  const next = createSecret();
  for (const own of [secret, next, [secret, next], [createSecret(), next]]) {
    expect(await refusal(body, headersBy([next, secret]), own)).toBeUndefined();
  }
  expect(await refusal(body, headersBy([secret]), [next, createSecret()])).toBe('wrong-signature');
});

test('five minutes old or ahead is near enough, a second more is not', async () => {
  expect(await refusal(body, headersBy([secret], NOW_S - 300))).toBeUndefined();
  expect(await refusal(body, headersBy([secret], NOW_S + 300))).toBeUndefined();
  expect(await refusal(body, headersBy([secret], NOW_S - 301))).toBe('too-old');
  expect(await refusal(body, headersBy([secret], NOW_S + 301))).toBe('too-new');
});

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s it is no webhook', async (name) => {
  const headers: Record<string, string | undefined> = headersBy([secret]);
  const without = { ...headers, [name]: undefined, [name.replace('webhook', 'svix')]: undefined };
  expect(await refusal(body, without)).toBe('missing-header');
  expect(await refusal(body, { ...without, [name]: '' })).toBe('missing-header');
});

test.each(['', ' ', 'v1', 'v1,', 'v1,AAAA', 'v2,', 'v1,!!!', 'v1a,x', 'v1,null', ','])(
  'the signature %j is none',
  async (signature) => {
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(NOW_S), 'webhook-signature': signature };
    expect(await refusal(body, headers)).toBe(signature === '' ? 'missing-header' : 'wrong-signature');
  },
);

test('a signature that is cut, or of another version, does not fit', async () => {
  const { 'webhook-signature': right = '', ...others } = headersBy([secret]);
  const tampered = [right.slice(0, -4), right.replace('v1,', 'v2,'), right.replace('v1,', ''), right.toLowerCase()];
  for (const signature of tampered) {
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': others['webhook-timestamp'],
      'webhook-signature': signature,
    };
    expect(await refusal(body, headers)).toBe('wrong-signature');
  }
});

test.each(['-1', '1e9', '0x10', 'soon', '1800000000.5', '9'.repeat(13)])('the time %j is none', async (timestamp) => {
  const headers = { ...headersBy([secret]), 'webhook-timestamp': timestamp };
  expect(await refusal(body, headers)).toBe('malformed-timestamp');
});

test.each(['', 'whsec_', 'whsec_***', secret.slice('whsec_'.length)])('the secret %j is none', async (wrong) => {
  expect(await refusal(body, headersBy([secret]), wrong)).toBe('malformed-secret');
});

test('a signed body that is no JSON is named as such', async () => {
  const headers = createSigner([secret])(id, NOW_S, Buffer.from('hello'));
  expect(await refusal('hello', headers)).toBe('malformed-body');
});

test('one byte of the body, the id or the time changed, or another secret, and it is not believed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (payload, at, flip) => {
        const signed = createSigner([secret])(id, NOW_S, payload);
        const [fits] = [await refusal(payload, signed)];
        expect([undefined, 'malformed-body']).toContain(fits);
        const changed = payload.with(at % payload.length, (payload[at % payload.length] ?? 0) ^ flip);
        expect(await refusal(changed, signed)).toBe('wrong-signature');
        expect(await refusal(payload, { ...signed, 'webhook-id': `${id}0` })).toBe('wrong-signature');
        expect(await refusal(payload, { ...signed, 'webhook-timestamp': String(NOW_S + 1) })).toBe('wrong-signature');
        expect(await refusal(payload, signed, createSecret())).toBe('wrong-signature');
      },
    ),
    { numRuns: 1000 },
  );
});

import { Webhook } from 'svix';
import { createSecret, createSigner } from '../../../shared/webhooks/sign.js';

const ID = '0197a6f2-0000-7000-8000-000000000001';
const BODY = Buffer.from(JSON.stringify({ userName: 'Zoë 🙂', seq: 1 }));
const nowSeconds = (): number => Math.floor(Date.now() / 1000);

const pick = (headers: Record<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));

test('a secret is whsec_ and the base64 of 32 bytes, never the same twice', () => {
  expect(createSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(createSecret()).not.toBe(createSecret());
});

describe('a signed message', () => {
  const secret = createSecret();
  const headers = createSigner([secret])(ID, nowSeconds(), BODY);

  test.each(['webhook-', 'svix-'])('is verified by the svix package from the %s headers', (prefix) => {
    const own = pick(headers, prefix);
    expect(Object.keys(own)).toHaveLength(3);
    expect(new Webhook(secret).verify(BODY, own)).toEqual({ userName: 'Zoë 🙂', seq: 1 });
  });

  test('is byte for byte what the svix package signs', () => {
    const seconds = 1_750_000_000;
    const theirs = new Webhook(secret).sign(ID, new Date(seconds * 1000), BODY.toString());
    expect(createSigner([secret])(ID, seconds, BODY)['webhook-signature']).toBe(theirs);
  });

  test('is refused when one byte of the body is another', () => {
    const changed = Buffer.from(BODY);
    changed[changed.length - 2] = '2'.charCodeAt(0);
    expect(() => new Webhook(secret).verify(changed, headers)).toThrow(/signature/i);
  });

  test('is refused under another id', () => {
    expect(() => new Webhook(secret).verify(BODY, { ...headers, 'svix-id': `${ID}x` })).toThrow(/signature/i);
  });

  test('is refused when it is old', () => {
    const old = createSigner([secret])(ID, nowSeconds() - 6 * 60, BODY);
    expect(() => new Webhook(secret).verify(BODY, old)).toThrow(/old/i);
  });

  test('is refused under another secret', () => {
    expect(() => new Webhook(createSecret()).verify(BODY, headers)).toThrow(/signature/i);
  });
});

test('during a rotation, each of the secrets verifies', () => {
  const secrets = [createSecret(), createSecret()];
  const headers = createSigner(secrets)(ID, nowSeconds(), BODY);
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  for (const secret of secrets) expect(new Webhook(secret).verify(BODY, headers)).toMatchObject({ seq: 1 });
});

test.each([[''], ['whsec_'], ['d2hhdGV2ZXI=']])('the secret %j is refused without showing it', (secret) => {
  expect(() => createSigner([secret])).toThrow(/^signing secret: it must be whsec_ and base64/);
});

test('no secret is no signer', () => {
  expect(() => createSigner([])).toThrow('there is none');
});

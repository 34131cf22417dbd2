import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { credentialHash, issueCredential } from '../../../shared/runtime/credentials.js';

const prefixes = fc.constantFrom('rcs' as const, 'rca' as const);

test('an issued credential is recognized by its own hash, which is its SHA-256', () => {
  fc.assert(
    fc.property(prefixes, (prefix) => {
      const { secret, hash, hint } = issueCredential(prefix);
      expect(secret).toMatch(new RegExp(`^${prefix}_[A-Za-z0-9_-]{49}$`));
      expect(hash).toBe(createHash('sha256').update(secret).digest('hex'));
      expect(credentialHash(prefix, secret)).toBe(hash);
      expect(secret.endsWith(hint)).toBe(true);
      expect(hint).toHaveLength(4);
    }),
  );
});

test('no two credentials are alike', () => {
  const secrets = new Set(Array.from({ length: 1000 }, () => issueCredential('rcs').secret));
  expect(secrets.size).toBe(1000);
});

test('a credential with one character changed has no hash', () => {
  fc.assert(
    fc.property(
      prefixes,
      fc.nat(52),
      fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', ' ', 'é'),
      (prefix, place, character) => {
        const { secret } = issueCredential(prefix);
        fc.pre(secret[place] !== character);
        expect(credentialHash(prefix, secret.slice(0, place) + character + secret.slice(place + 1))).toBeUndefined();
      },
    ),
  );
});

test('a credential of the other kind has no hash', () => {
  expect(credentialHash('rca', issueCredential('rcs').secret)).toBeUndefined();
  const { secret } = issueCredential('rcs');
  expect(credentialHash('rca', `rca${secret.slice(3)}`)).toBeUndefined();
});

test.each(['', 'rcs_', 'rcs', `rcs_${'A'.repeat(48)}`, `rcs_${'A'.repeat(50)}`, `rcs_${'A'.repeat(49)}\n`])(
  'the text %j is no credential',
  (text) => {
    expect(credentialHash('rcs', text)).toBeUndefined();
  },
);

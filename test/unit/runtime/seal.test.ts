import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CannotUnseal, createSealer } from '../../../shared/runtime/seal.js';

const sealer = createSealer(Buffer.alloc(32, 7));

test('what was sealed opens under the same context, in another process with the same key too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plaintext, context) => {
      expect(createSealer(Buffer.alloc(32, 7)).open(sealer.seal(plaintext, context), context)).toBe(plaintext);
    }),
  );
});

test('sealing the same text twice gives two texts, neither of which shows it', () => {
  const [first, second] = [sealer.seal('whsec_abc', 'e1'), sealer.seal('whsec_abc', 'e1')];
  expect(first).not.toBe(second);
  expect(Buffer.from(first.split('.')[3] ?? '', 'base64url').includes('whsec_abc')).toBe(false);
});

test('a sealed text does not open under another context', () => {
  expect(() => sealer.open(sealer.seal('secret', 'e1'), 'e2')).toThrow(CannotUnseal);
});

test('a sealed text with one character changed does not open', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('A', 'a', 'z', '0', '-', '_', '.'), (n, character) => {
      const sealed = sealer.seal('a secret of some length', 'e1');
      const place = n % (sealed.length - 1);
      fc.pre(sealed[place] !== character);
      expect(() => sealer.open(sealed.slice(0, place) + character + sealed.slice(place + 1), 'e1')).toThrow(
        CannotUnseal,
      );
    }),
  );
});

test.each(['', 'v1', 'v1...', 'v2.a.b.c', 'whsec_abc'])('the text %j does not open', (text) => {
  expect(() => sealer.open(text, 'e1')).toThrow(CannotUnseal);
});

test('a value sealed with another key says that the key is another one', () => {
  const other = createSealer(randomBytes(32));
  expect(() => sealer.open(other.seal('secret', 'e1'), 'e1')).toThrow(
    /sealed with key .+, but the encryption key is .+/,
  );
});

test('a key that is not 32 bytes long is refused', () => {
  expect(() => createSealer(Buffer.alloc(16))).toThrow('encryption key: 16 bytes, must be 32');
});

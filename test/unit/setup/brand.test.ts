import fc from 'fast-check';
import { accentsOf, contrastOf } from '../../../services/admin/web/setup/brand.js';

const color = fc
  .tuple(...[1, 2, 3].map(() => fc.integer({ min: 0, max: 255 })))
  .map((parts) => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`);

/** Grounds that text in the accent's colour stands on, in `tokens.css`. */
const LIGHT = ['#fbfbfc', '#ffffff', '#f3f4f6', '#eceefb'];
const DARK = ['#121417', '#181b1f', '#0e1013', '#23284a'];

test('contrast is that of WCAG', () => {
  expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrastOf('#3f4bc4', '#3f4bc4')).toBe(1);
});

test('whatever the colour is, what is written in it and on it can be read in both themes', () => {
  fc.assert(
    fc.property(color, (brand) => {
      const accents = accentsOf(brand);
      if (accents === undefined) throw new Error('It is a colour.');
      for (const ground of LIGHT) expect(contrastOf(accents.light, ground)).toBeGreaterThanOrEqual(4.5);
      for (const ground of DARK) expect(contrastOf(accents.dark, ground)).toBeGreaterThanOrEqual(4.5);
      expect(accents.ground).toBe(brand);
      expect(contrastOf(accents.on, brand)).toBeGreaterThanOrEqual(4.5);
      expect(contrastOf(accents.on, accents.hover)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

test('a colour that can be read stays as it is', () => {
  expect(accentsOf('#005a9c')).toMatchObject({ light: '#005a9c', ground: '#005a9c', on: '#ffffff' });
});

test('anything else is no colour', () => {
  expect(accentsOf('red')).toBeUndefined();
  expect(accentsOf('#fff')).toBeUndefined();
  expect(accentsOf('url(https://evil.example)')).toBeUndefined();
});

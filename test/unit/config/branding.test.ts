import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { readBranding } from '../../../shared/config/branding.js';
import { loadConfig } from '../../../shared/config/config.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const folder = temporaryFolder();
const brandingWith = (content: string | Buffer) => {
  const logoFile = path.join(folder, 'logo');
  writeFileSync(logoFile, content);
  return readBranding({ name: 'Example', logoFile, color: '#0b7a75' });
};

test('without a logo and a colour there are none', () => {
  const expected = { name: 'Example', logo: null, color: null };
  expect(readBranding({ name: 'Example', logoFile: undefined, color: undefined })).toEqual(expected);
});

test.each([
  ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['image/svg+xml', '\uFEFF<?xml version="1.0"?>\n<!-- made by hand -->\n<svg viewBox="0 0 1 1"></svg>'],
  ['image/png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00])],
])('a logo is told as %s by what is in the file', (type, content) => {
  expect(brandingWith(content)).toEqual({
    name: 'Example',
    color: '#0b7a75',
    logo: { type, bytes: Buffer.from(content) },
  });
});

test.each([
  ['another kind of picture', Buffer.from([0xff, 0xd8, 0xff]), 'it is neither SVG nor PNG; give one of those'],
  ['a page', '<!doctype html><html><svg></svg></html>', 'it is neither SVG nor PNG; give one of those'],
  ['an empty file', '', 'it is neither SVG nor PNG; give one of those'],
  ['too large a file', `<svg>${' '.repeat(65_532)}`, 'it has 65537 bytes, at most 65536 are allowed; make it smaller'],
])('%s is no logo, and is told so with the variable and the file', (_what, content, why) => {
  expect(() => brandingWith(content)).toThrow(`ROLLCALL_APP_LOGO ${path.join(folder, 'logo')}: ${why}`);
});

test.each(['gone.svg', '.'])('the logo %s is refused', (name) => {
  const logoFile = path.join(folder, name);
  expect(() => readBranding({ name: 'Example', logoFile, color: undefined })).toThrow(
    `ROLLCALL_APP_LOGO ${logoFile}: there is no such file; give the path of an SVG or PNG file`,
  );
});

test('a name and a colour of another form are refused by name', () => {
  const env = { ROLLCALL_APP_NAME: 'a\nb', ROLLCALL_APP_COLOR: 'teal' };
  expect(loadConfig('standalone', env)).toEqual({
    problems: [
      'ROLLCALL_APP_NAME: "a\\nb" is not allowed; it must be 1 to 60 characters without control characters, for example ROLLCALL_APP_NAME=Example',
      'ROLLCALL_APP_COLOR: "teal" is not allowed; it must be a colour of the form #rrggbb, for example ROLLCALL_APP_COLOR=#0b7a75',
    ],
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKLIST, REGRESSIONS } from './rules.js';
import { rulesReference, titles } from './rules-reference.js';

const rules = [...CHECKLIST, ...REGRESSIONS].map(({ name }) => name);

test('docs/scim-rules.md is up to date (npm run docs)', () => {
  expect(readFileSync(join(__dirname, '../../docs/scim-rules.md'), 'utf8')).toBe(rulesReference());
});

test('every rule has a test over HTTP, and every test that is named after a rule has one', () => {
  const tests = titles();
  const overHttp = tests.filter(({ file }) => file.startsWith('conformance/')).map(({ rule }) => rule);
  expect(rules.filter((name) => !overHttp.includes(name))).toEqual([]);
  expect(tests.filter(({ rule }) => !rules.includes(rule))).toEqual([]);
  expect([CHECKLIST.length, REGRESSIONS.length]).toEqual([34, 20]);
});

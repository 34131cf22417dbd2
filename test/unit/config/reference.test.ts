import { readFileSync } from 'node:fs';
import path from 'node:path';
import { processEnvironment, variable, VARIABLE_NAMES } from '../../../shared/config/env.js';
import { ROLES } from '../../../shared/config/variable.js';
import { configReference } from '../../../shared/config/reference.js';

test('docs/configuration.md is up to date (npm run --silent rollcall -- config > docs/configuration.md)', () => {
  const file = path.join(__dirname, '../../../docs/configuration.md');
  expect(readFileSync(file, 'utf8')).toBe(configReference());
});

test('every variable is described, and has one line in the reference', () => {
  for (const name of VARIABLE_NAMES) {
    const { description, allowed, default: byDefault } = variable(name);
    const lines = configReference()
      .split('\n')
      .filter((line) => line.includes(`| \`${name}\` |`));
    expect(lines).toHaveLength(1);
    for (const text of [description, allowed, byDefault]) {
      expect(text).not.toMatch(/[|<>]|^$/);
      expect(lines[0]).toContain(text);
    }
  }
});

test('what a role requires, it uses', () => {
  for (const name of VARIABLE_NAMES) {
    for (const role of ROLES)
      expect(!variable(name).requiredBy.includes(role) || variable(name).usedBy.includes(role)).toBe(true);
  }
});

test('the environment is that of the process', () => {
  expect(processEnvironment()).toBe(process.env);
});

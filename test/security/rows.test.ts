import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

test('docs/security.md has a row for every file of this folder', () => {
  const page = readFileSync(path.join(__dirname, '../../docs/security.md'), 'utf8');
  const files = readdirSync(__dirname).filter(
    (file) => file.endsWith('.test.ts') && file !== path.basename(__filename),
  );
  expect(files.length).toBeGreaterThanOrEqual(16);
  for (const file of files) expect(page).toContain(`](../test/security/${file})`);
});

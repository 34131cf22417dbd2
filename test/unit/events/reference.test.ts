import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EVENT_TYPES } from '../../../shared/events/event.js';
import { eventReference } from '../../../shared/events/reference.js';

test('docs/events.md is up to date (npm run docs)', () => {
  const file = path.join(__dirname, '../../../docs/events.md');
  expect(readFileSync(file, 'utf8')).toBe(eventReference());
});

test('every type is in the reference, with the shape of its data', () => {
  for (const type of EVENT_TYPES) {
    expect(eventReference()).toMatch(new RegExp(`^\\| \`${type}\` \\| .+\\. \\| \\w+ \\|$`, 'm'));
  }
});

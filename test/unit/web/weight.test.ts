import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const built = join(__dirname, '../../../.test-build/dist/web');
const FIRST_LOAD_MAX_BYTES = 120_000;

const read = (file: string): string => readFileSync(join(built, file), 'utf8');

/** What a file asks for: by itself, and when a screen is first shown. */
function importsOf(file: string): { always: string[]; later: string[] } {
  const [text, folder] = [read(file), file.endsWith('.html') ? '' : 'assets/'];
  const found = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => `${folder}${match[1] ?? ''}`);
  return {
    always: [...found(/(?:from|import)"\.\/([^"]+\.js)"/g), ...found(/<(?:script|link)[^>]+"\/(assets\/[^"]+\.js)"/g)],
    later: found(/import\(`?"?\.\/([^"`]+\.js)/g),
  };
}

function loadedWith(files: readonly string[], known: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const all = new Set([...known, ...files]);
  const more = files.flatMap((file) => importsOf(file).always).filter((file) => !all.has(file));
  return more.length === 0 ? all : loadedWith(more, all);
}

const weightOf = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + (file.endsWith('.js') ? gzipSync(read(file)).length : 0), 0);

test.each([
  ['console.html', 4],
  ['setup.html', 0],
])('%s with any screen is less than 120 KB of compressed JavaScript', (page, screens) => {
  const first = loadedWith([page]);
  expect(first.size).toBeGreaterThan(1);
  const later = [...new Set([...first].flatMap((file) => importsOf(file).later))];
  expect(later.length).toBe(screens);
  const weights = [weightOf(first), ...later.map((screen) => weightOf(loadedWith([screen], first)))];
  expect(Math.max(...weights)).toBeLessThan(FIRST_LOAD_MAX_BYTES);
});

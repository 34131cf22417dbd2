import path from 'node:path';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { exampleEvent } from '../../shared/events/example.js';
import { EVENT_TYPES, type EventType } from '../../shared/events/event.js';
import { unknownCommands, unknownNames } from '../support/docs/names.js';
import { packageFolder } from '../support/docs/package-folder.js';
import { readPages, ROOT, type Block } from '../support/docs/pages.js';
import { isPlayed, play, programName } from '../support/docs/play.js';
import { commandFolder, openShell, syntaxProblem } from '../support/docs/shell.js';
import { createWorld } from '../support/docs/world.js';
import { schemaProblems } from '../support/event-schemas.js';
import { freePort } from '../support/free-port.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/**
 * Every page of the documentation: its commands and programs are run in their order against a Rollcall of its own, its JSON is read
 * and its events are checked by their schemas, its links lead somewhere, and what it names is there. README.md's are run by
 * newcomer.test.ts.
 */

const pages = readPages();
const COMMAND = path.join(ROOT, '.test-build/services/cli/main.js');

test('there are pages, with blocks of each kind', () => {
  const languages = pages.flatMap(({ blocks }) => blocks.map(({ language }) => language));
  expect([...new Set(languages)]).toEqual(expect.arrayContaining(['sh', 'js', 'json', '']));
});

const played = pages.filter((page) => page.path !== 'README.md' && page.blocks.some(isPlayed));

test.each(played.map((page) => [page.path, page] as const))('%s: what it says to do works', async (_path, page) => {
  const world = await createWorld();
  const folder = packageFolder();
  const programs = commandFolder({
    rollcall: `exec ${process.execPath} ${COMMAND} "$@"`,
    npm: `[ "$1 $2 $3" = "run rollcall --" ] && exec rollcall "\${@:4}"; echo "npm $*: not in a page" >&2; exit 1`,
  });
  const shell = openShell(folder, {
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: homeWithStrictCurl(),
    ...world.env,
  });
  const ports = new Map([
    ['3000', world.port],
    ['4000', await freePort()],
  ]);
  try {
    await play(page, { shell, folder, values: world.values, ports });
  } finally {
    shell.close();
    await world.stop();
  }
});

describe.each(pages.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  test('each block is of a kind that is checked', () => {
    const kinds = new Set(['', 'sh', 'js', 'json', 'go', 'java', 'python', 'rust', 'ts']);
    expect(page.blocks.filter(({ language, file }) => !kinds.has(language) && file === undefined)).toEqual([]);
    // A program in another language is a file that a test runs.
    const others = page.blocks.filter(({ language }) => ['go', 'java', 'python', 'rust'].includes(language));
    expect(others.filter(({ file }) => file === undefined)).toEqual([]);
  });

  test('what cannot be run here is at least sound', () => {
    expect(page.blocks.flatMap(problemsOf)).toEqual([]);
  });

  test('programs are run by the page’s commands', () => {
    const commands = page.blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const programs = page.blocks.filter((block) => block.language === 'js' && isPlayed(block)).map(programName);
    expect(programs.filter((name) => !commands.some((text) => text.includes(`node ${name}`)))).toEqual([]);
  });

  test('its links lead somewhere', () => {
    const broken = page.links.filter((link) => {
      const [file = '', anchor] = link.split('#', 2);
      const target = file === '' ? page.path : path.join(path.dirname(page.path), file);
      if (!existsSync(path.join(ROOT, target))) return true;
      return anchor !== undefined && pages.find((other) => other.path === target)?.anchors.has(anchor) !== true;
    });
    expect(broken).toEqual([]);
  });

  test('each variable, npm script, rollcall command and flag that it names is there', () => {
    const text = [page.prose, ...page.blocks.map((block) => block.text)].join('\n');
    expect([...unknownNames(text), ...page.blocks.flatMap(unknownCommands)]).toEqual([]);
  });
});

test('docs/README.md has every page of the folder', () => {
  const index = pages.find((page) => page.path === 'docs/README.md');
  const others = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page.path) && page !== index);
  expect(others.filter((page) => index?.links.includes(path.basename(page.path)) !== true)).toEqual([]);
});

test('blocks that are not run here', () => {
  // The command's page has an example of each command, which tests of their own run.
  const left = pages
    .filter(({ path: file }) => file !== 'docs/command.md')
    .flatMap(({ blocks }) => blocks)
    .filter(({ isNotRun }) => isNotRun);
  process.stderr.write(left.map(({ at }) => `Not run, but looked at: ${at}\n`).join(''));
  // A new one needs a reason, and this line changed.
  expect(left.length).toBeLessThanOrEqual(12);
});

/** curl answers 0 to a refusal unless it is told otherwise. */
function homeWithStrictCurl(): string {
  const home = temporaryFolder();
  writeFileSync(path.join(home, '.curlrc'), 'fail-with-body\n');
  return home;
}

function problemsOf({ at, language, file, text }: Block): string[] {
  if (file !== undefined) return readFileSync(path.join(ROOT, file), 'utf8') === text ? [] : [`${at} is not ${file}`];
  if (language === 'sh')
    return [syntaxProblem(text)].flatMap((problem) => (problem === undefined ? [] : [`${at}: ${problem}`]));
  if (language === 'js' || language === 'ts') {
    transformSync(text, { loader: language });
    return [];
  }
  if (language === 'json') return jsonProblems(text).map((problem) => `${at}: ${problem}`);
  return [];
}

/** Of JSON where "…" as a name says that there is more. */
function jsonProblems(text: string): string[] {
  const shown: unknown = JSON.parse(text);
  if (!isObject(shown) || !EVENT_TYPES.some((type) => type === shown['type'])) return [];
  const example: unknown = JSON.parse(exampleEvent(shown['type'] as EventType, 'x', '2026-01-31T09:30:00.000Z'));
  return schemaProblems(withRest(shown, example));
}

function withRest(shown: unknown, example: unknown): unknown {
  if (Array.isArray(shown)) {
    return shown.map((item) => withRest(item, Array.isArray(example) ? example[0] : undefined));
  }
  if (!isObject(shown)) return shown;
  const { '…': more, ...own } = shown;
  const others = isObject(example) ? example : {};
  const filled = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, withRest(value, others[key])]));
  return more === undefined ? filled : { ...others, ...filled };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

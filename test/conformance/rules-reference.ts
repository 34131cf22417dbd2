import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordings } from './conversation.js';
import { CHECKLIST, REGRESSIONS, type Rule } from './rules.js';

const INTRODUCTION = `# SCIM rules and their tests

Which test checks which rule of RFC 7643, 7644 and 9865, which of the bugs that other servers ship, and which request of an
identity provider. The examples of the RFCs are played beside them (\`test/fixtures/rfc\`, one file each).

This page is made of the tests' names: \`npm run docs\`.
`;

const ROOT = join(__dirname, '../..');

interface Title {
  /** The part before the colon. */
  readonly rule: string;
  readonly text: string;
  /** Below test/. */
  readonly file: string;
}

/** `test('12: …'`, `])('12: %s …'`, `describe('regression 18: …'`: the names of tests that say which rule they check. */
const TITLE = /\(\s*(['"])((?:regression )?\d+): (.+?)\1,/g;

/** Every test that is named after a rule, by file. */
export const titles = (): Title[] =>
  readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) =>
      [...readFileSync(join(ROOT, 'test', file), 'utf8').matchAll(TITLE)].map(([, , rule = '', text = '']) => ({
        rule,
        text: text.replaceAll('%s', '…'),
        file,
      })),
    );

/** Checked in as docs/scim-rules.md. */
export function rulesReference(): string {
  const tests = titles();
  return [
    INTRODUCTION,
    '## The RFCs\n',
    table(
      ['#', 'Rule', 'RFC', 'Tests'],
      CHECKLIST.map((rule) => row(rule, tests)),
    ),
    '\n## Bugs that other servers ship\n',
    table(
      ['#', 'Bug', 'RFC', 'Tests'],
      REGRESSIONS.map((rule) => row(rule, tests)),
    ),
    '\n## Identity providers\n',
    'Each request is a step of a conversation in `test/fixtures/providers`, which `test/conformance/providers.test.ts` plays; how what is',
    'unusual is taken is told in [identity-providers.md](identity-providers.md).\n',
    table(['Provider', 'What it does'], recordings().flatMap(providerRows)),
    '',
  ].join('\n');
}

const row = ({ name, rule, sections }: Rule, tests: readonly Title[]): string[] => [
  name.replace('regression ', ''),
  rule,
  sections,
  tests
    .filter((test) => test.rule === name)
    .map(({ text, file }) => `${escaped(text)} (\`${file}\`)`)
    .join('<br>'),
];

const providerRows = ({ provider, steps }: ReturnType<typeof recordings>[number]): string[][] =>
  steps.map(({ name }) => [provider, escaped(name)]);

const escaped = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const table = (columns: readonly string[], rows: readonly string[][]): string =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

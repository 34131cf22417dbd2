import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The pages of the documentation, taken apart into what tests look at. */

export const ROOT = path.join(__dirname, '../../..');

/** A fenced block of code. What is written behind the language is for the tests: readers do not see it. */
export interface Block {
  /** Such as `docs/mapping.md:9`. */
  readonly at: string;
  /** The heading above it. */
  readonly section: string;
  /** Empty for drawings and for what a command prints. */
  readonly language: string;
  /** It cannot be run here: it needs MongoDB, Kafka, a product of others, or hours. */
  readonly isNotRun: boolean;
  /** `serves=4000`: its last command goes on, and is ready once it listens there. */
  readonly serves: number | undefined;
  /** `file=docs/examples/mirror.mjs`: the block is that file. */
  readonly file: string | undefined;
  readonly text: string;
}

export interface Page {
  /** From the root. */
  readonly path: string;
  /** Without its blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
  /** Of its headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
  /** As they are written, without those to other sites. */
  readonly links: readonly string[];
}

const FENCED = /^( *)```([^\n]*)\n(.*?)^\1```$/gms;

export function readPages(): Page[] {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return files
    .split('\n')
    .filter((file) => file !== '' && !file.startsWith('test/'))
    .map((file) => readPage(file, readFileSync(path.join(ROOT, file), 'utf8')));
}

export function readPage(file: string, text: string): Page {
  const blocks = [...text.matchAll(FENCED)].map((match) => {
    const [, indent = '', info = '', code = ''] = match;
    const before = text.slice(0, match.index).split('\n');
    const section = before.findLast((line) => line.startsWith('#'))?.replace(/^#+ /, '') ?? '';
    return readBlock(
      { at: `${file}:${before.length}`, section },
      info,
      code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    );
  });
  const prose = text.replaceAll(FENCED, '');
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return {
    path: file,
    prose,
    blocks,
    anchors: new Set(headings),
    links: targets.filter((one) => !/^https?:/.test(one)),
  };
}

function readBlock(where: Pick<Block, 'at' | 'section'>, info: string, text: string): Block {
  const [language = '', ...words] = info.trim().split(/ +/);
  const flags = new Map(words.map((word) => word.split('=', 2) as [string, string | undefined]));
  const serves = flags.get('serves');
  const block = {
    ...where,
    language,
    isNotRun: flags.delete('not-run'),
    serves: serves === undefined ? undefined : Number(serves),
    file: flags.get('file'),
    text,
  };
  flags.delete('serves');
  flags.delete('file');
  if (flags.size > 0) throw new Error(`${where.at}: nothing is known of ${[...flags.keys()].join()}`);
  return block;
}

const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

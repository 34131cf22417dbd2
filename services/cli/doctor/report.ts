import { onOneLine } from '../output/text.js';
import type { Paint } from '../paint.js';
import { ERASE } from '../terminal.js';
import type { Finding, Level } from './finding.js';

/** Widths of the columns before the text. */
const WIDTHS = { level: 4, what: 16 };

const COLOURS: Readonly<Record<Level, 'good' | 'doubtful' | 'bad'>> = { ok: 'good', warn: 'doubtful', fail: 'bad' };

/** `warn  parked            endpoint …: 3 parked …  → mend the receiver …`: always one line. */
function renderFinding({ level, what, finding, action }: Finding, paint: Paint): string {
  const start = `${paint[COLOURS[level]](level.padEnd(WIDTHS.level))}  ${paint.strong(what.padEnd(WIDTHS.what))}  `;
  const end = action === null ? '' : `  ${paint.faint('→')} ${onOneLine(action)}`;
  return `${start}${onOneLine(finding)}${end}`;
}

/** Where the report goes. */
export interface Report {
  /** Says what is being looked at, where somebody watches. */
  lookingAt(what: string): void;
  add(findings: readonly Finding[]): void;
  /** The last word. */
  end(): void;
  readonly findings: readonly Finding[];
}

export interface ReportOptions {
  readonly isJson: boolean;
  readonly paint: Paint;
  readonly write: (text: string) => void;
  /** To a terminal; undefined where there is none. */
  readonly writeProgress: ((text: string) => void) | undefined;
}

/** A line per finding as soon as it is known, or all of them as one JSON array. */
export function createReport({ isJson, paint, write, writeProgress }: ReportOptions): Report {
  const all: Finding[] = [];
  return {
    findings: all,
    lookingAt: (what) => writeProgress?.(`${ERASE}… ${what}`),
    add(findings) {
      all.push(...findings);
      writeProgress?.(ERASE);
      if (!isJson) for (const finding of findings) write(`${renderFinding(finding, paint)}\n`);
    },
    end() {
      writeProgress?.(ERASE);
      if (isJson) write(`${JSON.stringify(all, null, 2)}\n`);
    },
  };
}

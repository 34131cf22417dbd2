import { failure, type Finding } from './finding.js';
import type { Report } from './report.js';

/** What a look finds, and whatever it brings besides. */
interface Found {
  readonly findings: readonly Finding[];
}

/** Longer than the drivers try by themselves. */
const DEADLINE_MS = 60_000;

/** One look: what it finds is reported, and so is what keeps it from looking; undefined then. */
export async function attempt<T extends Found>(
  report: Report,
  what: string,
  look: () => Promise<T>,
): Promise<T | undefined> {
  report.lookingAt(what);
  try {
    const found = await beforeDeadline(look());
    report.add(found.findings);
    return found;
  } catch (error) {
    report.add([failure(what, error)]);
    return undefined;
  }
}

async function beforeDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

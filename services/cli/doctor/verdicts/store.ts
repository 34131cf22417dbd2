import type { SchemaVersion } from '../../../../shared/store/check-version.js';
import type { ClockFound, DeploymentFound } from '../../../../shared/store/inspection.js';
import { counted, fail, ok, span, warn, type Finding } from '../finding.js';

const WHAT = 'schema';

/** The tables, or documents, against what this version needs. `onOlder`: what an older database means. */
export function judgeVersion(
  { applied, known, oldest = applied }: SchemaVersion,
  onOlder: (finding: string) => Finding,
): Finding {
  if (applied === known) return ok(WHAT, `migration ${applied}, the newest`);
  if (applied < known) return onOlder(`the database is at migration ${applied}, this version needs ${known}`);
  if (known >= oldest) {
    return ok(WHAT, `migration ${applied}, of a newer version, which runs beside this one (migration ${known})`);
  }
  return fail(
    WHAT,
    `the database is at migration ${applied}, this version knows ${known}: a newer version has written it`,
    'run that version or a newer one, or restore a backup from before the upgrade',
  );
}

/** No role starts before. */
export const olderInMongo = (finding: string): Finding =>
  fail(WHAT, finding, 'run rollcall migrate with the same MONGODB_URI');

export const olderInSqlite = (finding: string): Finding =>
  warn(WHAT, finding, 'back the data folder up; the next start brings it up to date, and then look again');

export const noDatabase = (file: string): Finding =>
  warn(WHAT, `${file}: there is no database yet`, 'the first start makes it: rollcall standalone');

/** What the kind of deployment means for what was acknowledged. */
export function judgeDeployment({ kind, members = 1 }: DeploymentFound): Finding {
  const what = 'MongoDB';
  const three = 'make it a replica set of three servers before you depend on it';
  if (kind === 'sharded cluster') return ok(what, 'reachable, a sharded cluster');
  if (kind === 'single server') {
    return warn(what, 'reachable, a single server: nothing takes over when it fails, and there is one copy', three);
  }
  if (members >= 3) {
    return ok(what, `reachable, a replica set of ${members} servers: a majority has what is acknowledged`);
  }
  return warn(
    what,
    `reachable, a replica set of ${counted(members, 'server')}: without ${members === 1 ? 'it' : 'one of them'} there is no majority, and nothing is accepted`,
    three,
  );
}

/** Clocks that differ by less are taken for the same. */
const CLOCK_ERROR_MS = 2000;
/** Receivers refuse a message whose time is further off (Standard Webhooks). */
const CLOCK_ERROR_MAX_MS = 5 * 60_000;

const SET_CLOCK = 'let NTP set the clocks of this host, the store and every role';

/** This host's clock against the server's. */
export function judgeServerClock({ aheadMs, errorMs }: ClockFound): Finding {
  const off = Math.max(0, Math.abs(aheadMs) - errorMs);
  if (off < CLOCK_ERROR_MS) return ok('clock', "agrees with the store's server");
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  const finding = `the store's server is ${span(off)} ${direction} this host`;
  return (off < CLOCK_ERROR_MAX_MS ? warn : fail)('clock', finding, SET_CLOCK);
}

/** This host's clock against the newest commit's time, which some writer's clock has told. */
export function judgeCommitClock(newestAt: number | undefined, now: number): Finding {
  if (newestAt === undefined) return ok('clock', 'nothing was committed yet to compare it with');
  const ahead = newestAt - now;
  if (ahead < CLOCK_ERROR_MS) return ok('clock', `the newest commit is ${span(Math.max(0, -ahead))} old`);
  const finding = `the newest commit is ${span(ahead)} in the future: its writer's clock was ahead, or this one was set back`;
  return (ahead < CLOCK_ERROR_MAX_MS ? warn : fail)('clock', finding, SET_CLOCK);
}

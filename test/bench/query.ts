import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userOf } from './create.js';
import { fillUsers, keptFolder, type Say } from './fill.js';
import { inTurn, ratioOf, renderRow, renderSpread, spreadOf, timed, type Rounds } from './in-turn.js';
import { memoryOf } from './process-use.js';
import { machine, median, renderMachine } from './report.js';
import { idOf, newDirectory, openScim, type Scim, type ScimDirectory } from './scim.js';
import { folderNamed, startRollcall } from './servers.js';

export interface GrowthPlan extends Rounds {
  /** Users in the small directory and in the large one. */
  readonly small: number;
  readonly large: number;
}

/** What the identity provider asks most, each about a user that is picked anew. */
const KINDS: readonly (readonly [name: string, ask: (subject: Subject) => Promise<unknown>])[] = [
  ['create', ({ scim, next }) => scim.send('POST', '/Users', userOf(next()))],
  ['get by id', ({ scim, pickId }) => scim.send('GET', `/Users/${pickId()}`)],
  ['filter=userName eq', ({ scim, pick }) => filter(scim, `userName eq "${userOf(pick()).userName}"`)],
  ['filter=externalId eq', ({ scim, pick }) => filter(scim, `externalId eq "${userOf(pick()).externalId}"`)],
  [
    'filter=emails[type eq "work"].value eq',
    ({ scim, pick }) => filter(scim, `emails[type eq "work"].value eq "${userOf(pick()).userName}"`),
  ],
];

/**
 * What single requests and the process's memory cost as a directory grows: the same requests to two processes, one whose directory is
 * small and one whose is large, in turn.
 */
export async function measureGrowth(plan: GrowthPlan, say: Say, json: string | undefined): Promise<void> {
  const smallFolder = mkdtempSync(folderNamed('bench-query-'));
  const subjects: Subject[] = [];
  try {
    await fill(smallFolder, plan.small, say);
    const largeFolder = await keptFolder(`bench-query-${plan.large}`, say, (folder) => fill(folder, plan.large, say));
    const [small, large] = [await open(smallFolder, subjects), await open(largeFolder, subjects)];
    const atStart = subjects.map(({ pid }) => memoryOf(pid));
    say(
      `\n${plan.rounds} rounds of ${plan.requests} requests of each kind, one at a time, in turn, after one to warm up. ${renderMachine()}\n`,
    );
    say(renderRow('Milliseconds', `${small.users} users`, `${large.users} users`, 'Ratio'));
    say(renderRow('---', '---:', '---:', '---:'));
    const rows: object[] = [];
    for (const [name, ask] of KINDS) {
      const times = await inTurn([() => timed(() => ask(small)), () => timed(() => ask(large))], plan);
      const ratio = ratioOf(times[1], times[0]);
      say(renderRow(name, ...times.map((values) => renderSpread(spreadOf(values))), renderSpread(ratio)));
      rows.push({ name, small: times[0], large: times[1], ratio });
    }
    const afterwards = subjects.map(({ pid }) => memoryOf(pid));
    const [smallMiB = NaN, largeMiB = NaN] = afterwards;
    say(`\nResident, MiB: ${shown(atStart)} at the start, ${shown(afterwards)} after the same requests:`);
    say(`${(largeMiB - smallMiB).toFixed(0)} more with the large directory.`);
    const paging = await walk(large, say);
    const figures = { plan, machine: machine(), rows, residentMiB: { atStart, afterwards }, paging };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    rmSync(smallFolder, { recursive: true, force: true });
  }
}

const shown = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(' and ');

/** Answers the id of the one user that has to be found. */
async function filter(scim: Scim, text: string): Promise<string> {
  const { Resources: [found] = [] } = await scim.send('GET', `/Users?filter=${encodeURIComponent(text)}`);
  return idOf(found ?? {});
}

/** In the data folder: a token is told once. */
const DIRECTORY_FILE = 'bench-directory.json';

async function fill(folder: string, users: number, say: Say): Promise<void> {
  const rollcall = await startRollcall(folder);
  const directory = await newDirectory(rollcall.management).finally(() => rollcall.stop());
  writeFileSync(join(folder, DIRECTORY_FILE), JSON.stringify(directory));
  await fillUsers(folder, users, say);
}

interface Subject {
  readonly pid: number;
  readonly scim: Scim;
  /** At the start. */
  readonly users: number;
  /** The number of a user that is there; the id of one. */
  readonly pick: () => number;
  readonly pickId: () => string;
  /** The number of a user that is not there. */
  readonly next: () => number;
  stop(): Promise<void>;
}

/** Ids that `pickId` picks from. */
const IDS = 1_000;

async function open(folder: string, subjects: Subject[]): Promise<Subject> {
  const directory = JSON.parse(readFileSync(join(folder, DIRECTORY_FILE), 'utf8')) as ScimDirectory;
  const rollcall = await startRollcall(folder);
  const scim = openScim(rollcall.port, directory, 1);
  // Earlier runs have added to a kept folder; numbers go on where they ended.
  const { totalResults: users = 0 } = await scim.send('GET', '/Users?count=0');
  const pick = (): number => randomInt(users);
  const ids: string[] = [];
  let created = 0;
  const subject: Subject = {
    ...{ pid: rollcall.pid, scim, users, pick },
    pickId: () => ids[randomInt(ids.length)] ?? '',
    next: () => users + (created += 1) - 1,
    async stop() {
      await scim.close();
      await rollcall.stop();
    },
  };
  subjects.push(subject);
  while (ids.length < IDS) ids.push(await filter(scim, `userName eq "${userOf(pick()).userName}"`));
  return subject;
}

/** Users on a page of the walk, of which only ids are asked. */
const PAGE = 1_000;

/** Cursor paging through everything: the pages of the first tenth beside those of the last. */
async function walk({ scim }: Subject, say: Say): Promise<object> {
  const durations: number[] = [];
  let [cursor, seen]: [string | undefined, number] = ['', 0];
  while (cursor !== undefined) {
    const start = performance.now();
    const { Resources = [], nextCursor } = await scim.send(
      'GET',
      `/Users?count=${PAGE}&attributes=id&cursor=${cursor}`,
    );
    durations.push(performance.now() - start);
    [cursor, seen] = [nextCursor, seen + Resources.length];
  }
  const tenth = Math.ceil(durations.length / 10);
  const [first, last] = [durations.slice(0, tenth), durations.slice(-tenth)];
  const ratio = median(last) / median(first);
  say(`Cursor paging through ${seen} users, ${PAGE} at a time: the last tenth takes ${ratio.toFixed(2)} of the first.`);
  return { first: median(first), last: median(last), ratio };
}

import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fillUsers, type Say } from './fill.js';
import { inTurn, ratioOf, renderRow, renderSpread, spreadOf, timed, type Rounds } from './in-turn.js';
import { writtenBy } from './process-use.js';
import { machine, median, renderMachine } from './report.js';
import { idOf, newDirectory, openScim, patchOf, type Scim } from './scim.js';
import { folderNamed, startRollcall } from './servers.js';

export interface GroupsPlan extends Rounds {
  /** Members of the groups that a member is added to, from the smallest to the largest. */
  readonly sizes: readonly number[];
  /** Members of the group that is replaced. */
  readonly replaced: number;
}

/** Users in no group, spread over the directory, that are added and removed. */
const SPARE = 100;
/** Members that one request adds, or users that one lists. */
const PAGE = 1_000;

/** What a change of members costs in small groups and in large ones, in one directory, one at a time, in turn. */
export async function measureGroups(plan: GroupsPlan, say: Say, json: string | undefined): Promise<void> {
  const folder = mkdtempSync(folderNamed('bench-groups-'));
  try {
    const empty = await startRollcall(folder);
    const directory = await newDirectory(empty.management).finally(() => empty.stop());
    const largest = Math.max(...plan.sizes, plan.replaced);
    await fillUsers(folder, largest + SPARE, say);
    const rollcall = await startRollcall(folder);
    const scim = openScim(rollcall.port, directory, 1);
    try {
      const people = peopleOf(await userIds(scim));
      say(
        `\n${plan.rounds} rounds of ${plan.requests} requests of each kind, one at a time, in turn, after one to warm up. ${renderMachine()}\n`,
      );
      const bench: GroupsBench = { plan, scim, pid: rollcall.pid, ...people, say };
      const groups: string[] = [];
      for (const size of plan.sizes) groups.push(await createGroup(bench, size));
      const added = await addAndRemove(bench, groups);
      const replaced = await replace(bench);
      const figures = { plan, machine: machine(), added, replaced };
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
    } finally {
      await scim.close();
      await rollcall.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface GroupsBench {
  readonly plan: GroupsPlan;
  readonly scim: Scim;
  /** Of the server. */
  readonly pid: number;
  /** Ids of users: those who are in groups, and those who are in none. */
  readonly members: readonly string[];
  readonly spare: readonly string[];
  readonly say: Say;
}

async function userIds(scim: Scim): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page = await scim.send('GET', `/Users?count=${PAGE}&attributes=id&cursor=${cursor}`);
    ids.push(...(page.Resources ?? []).map(idOf));
    cursor = page.nextCursor;
  }
  return ids;
}

function peopleOf(ids: readonly string[]): Pick<GroupsBench, 'members' | 'spare'> {
  const every = Math.floor(ids.length / SPARE);
  const isSpare = (index: number): boolean => index % every === 0 && index < every * SPARE;
  return {
    members: ids.filter((_, index) => !isSpare(index)),
    spare: ids.filter((_, index) => isSpare(index)),
  };
}

async function createGroup({ scim, members }: GroupsBench, size: number): Promise<string> {
  const group = idOf(await scim.send('POST', '/Groups', { schemas: [GROUP], displayName: `Group of ${size}` }));
  for (let from = 0; from < size; from += PAGE) {
    await scim.send('PATCH', `/Groups/${group}`, patchOf(adding(...members.slice(from, Math.min(from + PAGE, size)))));
  }
  return group;
}

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const valuesOf = (ids: readonly string[]) => ids.map((value) => ({ value }));
const adding = (...ids: readonly string[]) => ({ op: 'add', path: 'members', value: valuesOf(ids) });
const removing = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` });

/** What is not measured takes back what was, so that each group keeps its size. */
async function addAndRemove({ plan, scim, spare, say }: GroupsBench, groups: readonly string[]): Promise<object[]> {
  say(renderRow('Milliseconds', ...plan.sizes.map((size) => `${size} members`), 'Largest / smallest'));
  say(renderRow('---', ...plan.sizes.map(() => '---:'), '---:'));
  const change = (group: string, operation: object) => scim.send('PATCH', `/Groups/${group}`, patchOf(operation));
  const someone = (): string => spare[randomInt(spare.length)] ?? '';
  const addTo = (group: string) => async () => {
    const id = someone();
    const took = await timed(() => change(group, adding(id)));
    await change(group, removing(id));
    return took;
  };
  const removeFrom = (group: string) => async () => {
    const id = someone();
    await change(group, adding(id));
    return timed(() => change(group, removing(id)));
  };
  const rows: object[] = [];
  for (const [name, kind] of [['add a member', addTo] as const, ['remove a member', removeFrom] as const]) {
    const times = await inTurn(groups.map(kind), plan);
    const ratio = ratioOf(times.at(-1), times[0]);
    say(renderRow(name, ...times.map((values) => renderSpread(spreadOf(values))), renderSpread(ratio)));
    rows.push({ name, times, ratio });
  }
  return rows;
}

/**
 * A PUT of a large group with one member more, or one less: beside one that changes nothing, which is what reading that body costs, and
 * one row, which is what a PATCH of one member writes.
 */
async function replace(bench: GroupsBench): Promise<object> {
  const { plan, scim, pid, members, spare, say } = bench;
  const group = await createGroup(bench, plan.replaced);
  const [extra = ''] = spare;
  const bodyOf = (ids: readonly string[]): string =>
    JSON.stringify({ schemas: [GROUP], displayName: `Group of ${plan.replaced}`, members: valuesOf(ids) });
  const without = members.slice(0, plan.replaced);
  const bodies = [bodyOf(without), bodyOf([...without, extra])] as const;
  let current: string = bodies[0];
  const written: Record<'put' | 'patch', number[]> = { put: [], patch: [] };
  const put = () => timed(() => scim.send('PUT', `/Groups/${group}`, current));
  const counted = async (into: number[], work: () => Promise<number>): Promise<number> => {
    const before = writtenBy(pid);
    const took = await work();
    into.push((writtenBy(pid) - before) / 1024);
    return took;
  };
  const parse = () => timed(async () => void JSON.parse(current));
  const changed = () => {
    current = current === bodies[0] ? bodies[1] : bodies[0];
    return counted(written.put, put);
  };
  const patched = async () => {
    const id = spare[1 + randomInt(spare.length - 1)] ?? '';
    const change = (operation: object) => scim.send('PATCH', `/Groups/${group}`, patchOf(operation));
    const took = await counted(written.patch, () => timed(() => change(adding(id))));
    await change(removing(id));
    return took;
  };
  const few: Rounds = { rounds: plan.rounds, requests: Math.ceil(plan.requests / 4) };
  const [parsed = [], same = [], one = [], row = []] = await inTurn([parse, put, changed, patched], few);
  const ratio = ratioOf(
    one,
    same.map((ms, round) => ms + (row[round] ?? NaN)),
  );
  const kib = { put: median(written.put), patch: median(written.patch) };
  say(`\nA group of ${plan.replaced} members, ${few.rounds} rounds of ${few.requests} requests, milliseconds:`);
  say(`  JSON.parse of its body, ${(current.length / 1024).toFixed(0)} KiB: ${renderSpread(spreadOf(parsed))}`);
  say(`  PUT that changes nothing: ${renderSpread(spreadOf(same))}`);
  say(`  PUT with one member more, or one less: ${renderSpread(spreadOf(one))}; ${kib.put} KiB written`);
  say(`  PATCH that adds one member: ${renderSpread(spreadOf(row))}; ${kib.patch} KiB written`);
  say(`The PUT takes ${renderSpread(ratio)} of reading its body and writing one row.`);
  return { parsed, same, one, row, ratio, writtenKiB: kib };
}

import fc from 'fast-check';
import type { Command } from '../../../shared/directory/command.js';
import type { Commit, HeldEvent } from '../../../shared/directory/commit.js';
import type { DeletionGuard } from '../../../shared/directory/guard.js';
import type { EventDraft } from '../../../shared/events/envelope.js';
import { laneKeys, type DirectoryEvent } from '../../../shared/events/event.js';
import { history } from './histories.js';
import { directory, memoryDirectory } from './memory.js';

/** What happens to a directory whose guard is on, beside the commands themselves. */
type Step =
  | { readonly kind: 'write'; readonly size: number }
  | { readonly kind: 'release'; readonly limit: number }
  | { readonly kind: 'discard' }
  | { readonly kind: 'wait'; readonly minutes: number };

const write = fc.integer({ min: 1, max: 6 }).map((size): Step => ({ kind: 'write', size }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: write },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }).map((limit): Step => ({ kind: 'release', limit })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'discard' }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }).map((minutes): Step => ({ kind: 'wait', minutes })) },
);
const guard: fc.Arbitrary<DeletionGuard> = fc.record({
  maxUsers: fc.integer({ min: 0, max: 2 }),
  windowMinutes: fc.constant(10),
});

const START = 1_700_000_000_000;

/** Plays commands and steps on a guarded directory, and the commands alone on one without a guard. */
function play(commands: readonly Command[], steps: readonly Step[], deletionGuard: DeletionGuard, batched = true) {
  const guarded = memoryDirectory({ ...directory, deletionGuard });
  const open = memoryDirectory();
  let [rest, now] = [commands, START];
  for (const one of [...steps, { kind: 'write', size: commands.length } as const]) {
    if (one.kind === 'write') {
      const batch = rest.slice(0, one.size);
      rest = rest.slice(one.size);
      if (batched) guarded.write(batch, now);
      else batch.forEach((command) => guarded.write([command], now));
      open.write(batch, now);
    } else if (one.kind === 'release') guarded.release(one.limit, now);
    else if (one.kind === 'discard') guarded.discard(now);
    else now += one.minutes * 60_000;
  }
  return { guarded, open };
}

const ABOUT_THE_GUARD: readonly string[] = ['directory.held', 'directory.released', 'directory.discarded'];
const isAboutTheGuard = ({ type }: EventDraft): boolean => ABOUT_THE_GUARD.includes(type);

/** What happened, without what numbering adds. */
const told = (event: EventDraft): string =>
  JSON.stringify([event.type, event.data, 'previous' in event ? event.previous : null, event.cause]);

const isRemoval = (event: EventDraft): boolean =>
  event.type === 'user.deleted' ||
  (event.type === 'user.updated' && event.previous.active === true && !event.data.active);

const overlap = (a: readonly string[], b: readonly string[]): boolean => a.some((key) => b.includes(key));

const eventsOf = ({ events }: Commit): DirectoryEvent[] => events.map(({ body }) => JSON.parse(body) as DirectoryEvent);

test('seq is gapless, every event comes once unless it is discarded, and per resource in the order of the changes', () => {
  fc.assert(
    fc.property(history, fc.array(step, { maxLength: 20 }), guard, (commands, steps, settings) => {
      const { guarded, open } = play(commands, steps, settings);
      while (guarded.head.guard.hold !== null) guarded.release(4);
      expect(guarded.held.size).toBe(0);
      const log = guarded.events();
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));

      const order = open.events().map(told);
      const dropped = discarded(guarded.commits).map(({ draft }) => told(draft));
      const came = log.filter((event) => !isAboutTheGuard(event));
      expect([...came.map(told), ...dropped].sort()).toEqual(order.toSorted());
      const keys = new Set(came.flatMap((event) => laneKeys(event)));
      for (const key of keys) {
        const places = came.filter((event) => laneKeys(event).includes(key)).map((event) => order.indexOf(told(event)));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 400 },
  );
});

/** What was held when a commit discarded it. */
function discarded(commits: readonly Commit[]): HeldEvent[] {
  return commits.flatMap((commit, index) => {
    if (!commit.events.some(({ type }) => type === 'directory.discarded')) return [];
    return heldAfter(commits.slice(0, index));
  });
}

function heldAfter(commits: readonly Commit[]): HeldEvent[] {
  let held: HeldEvent[] = [];
  for (const { changes } of commits) {
    for (const change of changes) if (change.kind === 'unhold') held = held.filter(({ order }) => order > change.upTo);
    held.push(...changes.flatMap((change) => (change.kind === 'hold' ? [change.event] : [])));
  }
  return held;
}

test('only removals and their followers are ever held, and whatever follows none passes', () => {
  fc.assert(
    fc.property(history, fc.array(step, { maxLength: 20 }), guard, (commands, steps, settings) => {
      const { commits } = play(commands, steps, settings).guarded;
      commits.forEach((commit, index) => {
        if (commit.changes.some(({ kind }) => kind === 'unhold')) return;
        const before = heldAfter(commits.slice(0, index));
        const own = commit.changes.flatMap((change) => (change.kind === 'hold' ? [change.event] : []));
        for (const { order, keys, draft } of own) {
          const earlier = [...before, ...own.filter((other) => other.order < order)];
          expect(isRemoval(draft) || earlier.some((other) => overlap(other.keys, keys))).toBe(true);
        }
        for (const event of eventsOf(commit).filter((one) => !isAboutTheGuard(one))) {
          expect(before.some(({ keys }) => overlap(keys, laneKeys(event)))).toBe(false);
          expect(before.length > 0 && isRemoval(event)).toBe(false);
        }
      });
    }),
    { numRuns: 400 },
  );
});

test('however commands fall into batches, the same events pass and the same are held', () => {
  fc.assert(
    fc.property(history, fc.array(step, { maxLength: 20 }), guard, (commands, steps, settings) => {
      const [many, one] = [true, false].map((batched) => play(commands, steps, settings, batched).guarded);
      expect(many?.events().map(told)).toEqual(one?.events().map(told));
      expect([...(many?.held.values() ?? [])].map(({ draft }) => told(draft))).toEqual(
        [...(one?.held.values() ?? [])].map(({ draft }) => told(draft)),
      );
    }),
    { numRuns: 300 },
  );
});

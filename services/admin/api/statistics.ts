import * as z from 'zod';
import { iso, isoOrNull } from '../../../shared/events/timestamp.js';
import { HOUR_MS, hourOf, LATENCIES, type Tally } from '../../../shared/store/tallies.js';
import type { AdminDeps } from '../deps.js';
import { id, idOf, timeOf, wholeNumber } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { LIMIT_MAX } from '../paging.js';

const HOURS_MAX = 168;
const DEFAULT_HOURS = 24;

/** When a bucket begins, in the statistics by the hour. */
export const at = timeOf('When the hour begins');
const count = (description: string) => z.int().meta({ description, examples: [3] });
const percentile = z.int().nullable();
const latencyMs = z.object({ p50: percentile, p95: percentile }).meta({
  description: `Of attempts, rounded up to one of ${LATENCIES.map(([upToMs]) => upToMs).join(', ')} ms; null: there was none, or it took longer`,
});

const directoryStatistics = z
  .object({
    directoryId: idOf('The directory'),
    lastRequestAt: timeOf('Of these hours; null: none').nullable(),
    lastErrorAt: timeOf('When the last one was refused; null: none').nullable(),
    buckets: z.array(
      z.object({
        at,
        requests: count('SCIM requests'),
        errors: count('Those that were refused'),
        events: count('What they caused'),
      }),
    ),
  })
  .meta({ id: 'DirectoryStatistics', description: 'SCIM requests by the hour, oldest first' });

const endpointStatistics = z
  .object({
    endpointId: idOf('The endpoint'),
    attempts: count('Requests to it'),
    succeeded: count('Those that it took'),
    failed: count('The others'),
    latencyMs,
    lastSuccessAt: timeOf('Of these hours; null: none').nullable(),
    lastFailureAt: timeOf('Of these hours; null: none').nullable(),
    buckets: z.array(z.object({ at, succeeded: count('Attempts'), failed: count('Attempts'), latencyMs })),
  })
  .meta({ id: 'EndpointStatistics', description: 'Attempts by the hour, oldest first' });

const query = {
  ids: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(id).max(LIMIT_MAX))
    .exactOptional()
    .meta({
      type: 'string',
      description: `At most ${LIMIT_MAX} ids with commas between them; left out: the first ${LIMIT_MAX} that there are`,
    }),
  hours: wholeNumber(1, HOURS_MAX).default(DEFAULT_HOURS).meta({ description: 'How many, the present one included' }),
};
const description =
  'Counted in memory and written every few seconds: the newest may be missing, and those of a killed process.';
const whole = <Item extends z.ZodType>(item: Item) => json(z.object({ data: z.array(item) }));

export const ofDirectories = operation({
  id: 'directoryStatistics',
  summary: 'Read how many SCIM requests directories had, by the hour',
  description,
  query,
  answers: { 200: whole(directoryStatistics) },
}).by(async ({ deps, query: { ids, hours } }) => {
  const asked = ids ?? (await idsIn(deps.registry.directories));
  const tallies = await readHours(asked, hours, deps);
  return {
    status: 200,
    body: { data: asked.map((directoryId) => ({ directoryId, ...showRequests(tallies(directoryId)) })) },
  };
});

export const ofEndpoints = operation({
  id: 'endpointStatistics',
  summary: 'Read how attempts to deliver to endpoints went, by the hour',
  description,
  query,
  answers: { 200: whole(endpointStatistics) },
}).by(async ({ deps, query: { ids, hours } }) => {
  const asked = ids ?? (await idsIn(deps.registry.endpoints));
  const tallies = await readHours(asked, hours, deps);
  return {
    status: 200,
    body: { data: asked.map((endpointId) => ({ endpointId, ...showAttempts(tallies(endpointId)) })) },
  };
});

async function idsIn(table: {
  find(where: object, page: { readonly limit: number }): Promise<readonly { readonly id: string }[]>;
}): Promise<string[]> {
  return (await table.find({}, { limit: LIMIT_MAX })).map(({ id }) => id);
}

/** Each hour, oldest first, with what was counted in it. */
type Hours = readonly { readonly at: number; readonly counts: Tally['counts'] }[];

export async function readHours(
  subjects: readonly string[],
  hours: number,
  { tallies, clock }: Pick<AdminDeps, 'tallies' | 'clock'>,
): Promise<(subject: string) => Hours> {
  const first = hourOf(clock()) - (hours - 1) * HOUR_MS;
  const known = new Map(
    (await tallies.read(subjects, first)).map(({ subject, hour, counts }) => [`${subject} ${hour}`, counts]),
  );
  return (subject) =>
    Array.from({ length: hours }, (_, index) => {
      const at = first + index * HOUR_MS;
      return { at, counts: known.get(`${subject} ${at}`) ?? {} };
    });
}

const sumOf = (hours: Hours, name: string): number => hours.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);

const latestOf = (hours: Hours, name: string): string | null =>
  isoOrNull(hours.reduce<number | null>((latest, { counts }) => counts[name] ?? latest, null));

const showRequests = (hours: Hours): Omit<View<typeof directoryStatistics>, 'directoryId'> => ({
  lastRequestAt: latestOf(hours, 'lastRequestAt'),
  lastErrorAt: latestOf(hours, 'lastErrorAt'),
  buckets: hours.map(({ at, counts: { requests = 0, errors = 0, events = 0 } }) => ({
    ...{ at: iso(at), requests, errors, events },
  })),
});

function showAttempts(hours: Hours): Omit<View<typeof endpointStatistics>, 'endpointId'> {
  const [succeeded, failed] = [sumOf(hours, 'succeeded'), sumOf(hours, 'failed')];
  return {
    ...{ attempts: succeeded + failed, succeeded, failed, latencyMs: latencyOf(hours) },
    lastSuccessAt: latestOf(hours, 'lastSuccessAt'),
    lastFailureAt: latestOf(hours, 'lastFailureAt'),
    buckets: hours.map((hour) => ({
      ...{ at: iso(hour.at), succeeded: hour.counts['succeeded'] ?? 0, failed: hour.counts['failed'] ?? 0 },
      latencyMs: latencyOf([hour]),
    })),
  };
}

function latencyOf(hours: Hours): View<typeof latencyMs> {
  const counted = LATENCIES.map(([upToMs, name]) => ({ upToMs, count: sumOf(hours, name) }));
  const all = counted.reduce((sum, { count }) => sum + count, sumOf(hours, 'beyond'));
  const percentileOf = (share: number): number | null => {
    let passed = 0;
    return all === 0 ? null : (counted.find(({ count }) => (passed += count) >= share * all)?.upToMs ?? null);
  };
  return { p50: percentileOf(0.5), p95: percentileOf(0.95) };
}

import * as z from 'zod';
import { iso } from '../../../shared/events/timestamp.js';
import { version } from '../../../shared/runtime/version.js';
import { DAY_MS, type Retention } from '../../../shared/store/retention.js';
import { INSTALLATION } from '../../../shared/store/tallies.js';
import { DELIVERY_STATUSES } from '../../../shared/webhooks/delivery.js';
import type { AdminDeps } from '../deps.js';
import { textOf } from '../fields.js';
import { json, operation, type View } from '../operation.js';
import { COUNTED_MAX } from './deliveries.js';
import { at, readHours } from './statistics.js';

const THROUGHPUT_HOURS = 24;

const count = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [0] });
const days = (description: string) => z.number().meta({ description, examples: [30] });

export const system = z
  .object({
    version: textOf('Of Rollcall', '1.0.0'),
    schemaVersion: z.int().meta({ description: 'Number of the newest migration of the store', examples: [12] }),
    store: z.object({
      kind: z.enum(['sqlite', 'mongodb']),
      sizeBytes: z
        .number()
        .nullable()
        .meta({
          description: 'What it takes of the disk, indexes included; null: the server does not tell',
          examples: [4096],
        }),
    }),
    eventLog: z.object({ kind: z.enum(['in-process', 'kafka']) }),
    outbox: z.object({
      oldestSeconds: z
        .number()
        .nullable()
        .meta({
          description: 'How long ago the oldest commit was made that is not in the event log yet; null: all are',
          examples: [null],
        }),
      commits: count(`How many are not in it yet, counted to ${COUNTED_MAX} in each partition`),
    }),
    deliveries: z.object({
      byStatus: z.partialRecord(z.enum(DELIVERY_STATUSES), count('Deliveries')).meta({
        description: 'Without the statuses that none has',
        examples: [{ delivered: 12, retrying: 1 }],
      }),
      countedTo: z.int().meta({ description: 'A status that so many have may have more', examples: [COUNTED_MAX] }),
    }),
    parkedLanes: count('Parked deliveries, each of which others of its lane may wait for; counted as those are'),
    throughput: z
      .object({
        buckets: z.array(
          z.object({
            at,
            requests: count('SCIM requests'),
            events: count('Those that they caused'),
            attempts: count('Attempts to deliver'),
          }),
        ),
      })
      .meta({ description: `Of the last ${THROUGHPUT_HOURS} hours, oldest first; the newest seconds may be missing` }),
    retention: z
      .object({
        eventsDays: days('Events, and deliveries that are over'),
        attemptsDays: days('Attempts of deliveries that are over'),
        auditLogDays: days('The audit log'),
        requestLogDays: days('Logs of SCIM requests'),
      })
      .meta({ description: 'How long things are kept, as the process that answers is configured' }),
  })
  .meta({ id: 'System', description: 'How the installation is' });

export const get = operation({
  id: 'getSystem',
  summary: 'Read how the installation is',
  description: 'Not with a key of one organization alone.',
  answers: { 200: json(system) },
}).by(async ({ deps }) => {
  const [{ schemaVersion, ...store }, outbox, byStatus, tallies] = await Promise.all([
    deps.describe(),
    outboxNow(deps),
    deps.deliveries.countAll(COUNTED_MAX),
    readHours([INSTALLATION], THROUGHPUT_HOURS, deps),
  ]);
  const { eventLog, retention } = deps.installation;
  return {
    status: 200,
    body: {
      ...{ version, schemaVersion, store, outbox, eventLog: { kind: eventLog } },
      deliveries: { byStatus, countedTo: COUNTED_MAX },
      parkedLanes: byStatus.parked ?? 0,
      throughput: {
        buckets: tallies(INSTALLATION).map((hour) => {
          const { requests = 0, events = 0, attempts = 0 } = hour.counts;
          return { at: iso(hour.at), requests, events, attempts };
        }),
      },
      retention: daysOf(retention),
    },
  };
});

async function outboxNow({
  outbox,
  partitions,
  clock,
}: Pick<AdminDeps, 'outbox' | 'partitions' | 'clock'>): Promise<View<typeof system>['outbox']> {
  const looks = Array.from({ length: partitions }, async (_, partition) => {
    const oldestAt = await outbox.oldestAt(partition);
    return oldestAt === undefined ? [] : [{ oldestAt, commits: await outbox.count(partition, COUNTED_MAX) }];
  });
  const waiting = (await Promise.all(looks)).flat();
  if (waiting.length === 0) return { oldestSeconds: null, commits: 0 };
  const oldestAt = Math.min(...waiting.map((one) => one.oldestAt));
  return {
    oldestSeconds: Math.max(clock() - oldestAt, 0) / 1000,
    commits: waiting.reduce((sum, { commits }) => sum + commits, 0),
  };
}

const daysOf = ({ eventMs, attemptMs, auditMs, requestMs }: Retention): View<typeof system>['retention'] => ({
  eventsDays: eventMs / DAY_MS,
  attemptsDays: attemptMs / DAY_MS,
  auditLogDays: auditMs / DAY_MS,
  requestLogDays: requestMs / DAY_MS,
});

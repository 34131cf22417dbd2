import fc from 'fast-check';
import type { Ordering } from '../../shared/webhooks/ordering.js';
import { CALLS, type Fault } from './faulty-store.js';
import { MOODS, type Mood } from './network.js';
import type { Write } from './provider.js';

/** What is done to the service, or to the world around it. Times in milliseconds. */
export type Step =
  | (Write & { readonly directory: number })
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'mood'; readonly receiver: number; readonly mood: Mood; readonly times: number }
  | ({ readonly do: 'fault' } & Fault)
  /** Every call to the store fails for so long. */
  | { readonly do: 'outage'; readonly ms: number }
  /** The process ends at once, and another one starts after so long. */
  | { readonly do: 'crash'; readonly downMs: number }
  /** It comes to its end as on SIGTERM, and another one starts. */
  | { readonly do: 'restart' }
  /** From now on its clock is so far ahead of the world's. */
  | { readonly do: 'clock'; readonly hours: number }
  | { readonly do: 'enable' | 'disable'; readonly receiver: number }
  /** By an operator, with one of the deliveries that this can be done with. */
  | { readonly do: 'retry' | 'skip'; readonly receiver: number; readonly which: number };

export interface SimulatedHistory {
  /** Of the network's and the store's delays, and of all chance in the product. */
  readonly seed: number;
  /** How long the store, a server, takes for a call at most; 0: it is in the process, and answers at once. */
  readonly lagMs: number;
  /** Of the endpoint that subscribes to groups alone; the other one is a plain one of everything. */
  readonly ordering: Ordering;
  readonly rateLimit: number | null;
  readonly steps: readonly Step[];
}

export const DIRECTORIES = 2;
const RECEIVERS = 2;
const PEOPLE = 4;
const GROUPS = 2;

const who = fc.nat(PEOPLE - 1);
const group = fc.nat(GROUPS - 1);
const people = fc.uniqueArray(who, { maxLength: 3 });
const version = fc.nat(3);
const kind = <const Name extends string>(name: Name) => fc.constant(name);

const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: kind('user'), who, title: version }) },
  { weight: 2, arbitrary: fc.record({ do: kind('active'), who, active: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: kind('delete user'), who }) },
  { weight: 3, arbitrary: fc.record({ do: kind('group'), group, name: version }) },
  { weight: 4, arbitrary: fc.record({ do: kind('members'), group, joins: people, leaves: people }) },
  { weight: 1, arbitrary: fc.record({ do: kind('delete group'), group }) },
);

const fault: fc.Arbitrary<Fault> = fc
  .record({
    call: fc.constantFrom(...CALLS),
    when: fc.constantFrom('before' as const, 'after' as const),
    effect: fc.constantFrom('fails' as const, 'lingers' as const, 'crashes' as const),
    passage: fc.integer({ min: 1, max: 3 }),
  })
  // A courier never fails; what a receiver does is a mood.
  .map((one) => (one.call === 'attempt' ? { ...one, effect: 'crashes' as const } : one));

const receiver = fc.nat(RECEIVERS - 1);
/** Moments, breaks and long ones. */
const time = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.integer({ min: 50, max: 3_000 }),
  fc.integer({ min: 3_000, max: 12_000 }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.tuple(write, fc.nat(DIRECTORIES - 1)).map(([one, directory]) => ({ ...one, directory })),
  },
  { weight: 8, arbitrary: fc.record({ do: kind('wait'), ms: time }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: kind('mood'),
      receiver,
      mood: fc.constantFrom(...MOODS),
      times: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 6, arbitrary: fault.map((one) => ({ do: 'fault' as const, ...one })) },
  { weight: 1, arbitrary: fc.record({ do: kind('outage'), ms: time }) },
  { weight: 2, arbitrary: fc.record({ do: kind('crash'), downMs: time }) },
  { weight: 1, arbitrary: fc.record({ do: kind('restart') }) },
  { weight: 1, arbitrary: fc.record({ do: kind('clock'), hours: fc.constantFrom(-1, 0, 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('enable' as const, 'disable' as const), receiver }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('retry' as const, 'skip' as const), receiver, which: fc.nat(20) }),
  },
);

/** `most`: steps of a history at most. */
export const histories = (most: number): fc.Arbitrary<SimulatedHistory> =>
  fc.record({
    seed: fc.noShrink(fc.nat()),
    lagMs: fc.constantFrom(0, 4, 60),
    ordering: fc.constantFrom('resource' as const, 'directory' as const),
    rateLimit: fc.constantFrom(null, null, 3),
    steps: fc.array(step, { minLength: 1, maxLength: most, size: 'max' }),
  });

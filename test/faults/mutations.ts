import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../build.cjs';
import type { FailPoint } from '../../shared/runtime/fail-point.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import type { NemesisName } from './nemeses.js';

/** A bug that is planted in a copy of the product, which the harness must find. */
export interface Mutation {
  readonly name: string;
  /** Where it can be told from what is right. Undefined: in one process. */
  readonly target?: 'cluster';
  /** From the root of the repository. */
  readonly file: string;
  /** Each once in the file. */
  readonly replacements: readonly (readonly [found: string, replacement: string])[];
  /** What brings it to light soon. */
  readonly only: readonly NemesisName[];
  readonly points?: readonly FailPoint[];
  /** People in a directory. */
  readonly users: number;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a change is acknowledged before its commit',
    file: 'services/ingest/writer.ts',
    replacements: [
      [
        "if ((await deps.commits.commit(commit)) === 'conflict') continue;",
        'setTimeout(() => void deps.commits.commit(commit), 100);',
      ],
    ],
    only: ['kill -9'],
    users: 12,
  },
  {
    name: "the log's offset is committed before the delivery rows",
    file: 'shared/event-log/in-process/consume.ts',
    replacements: [
      ['    await consumer.records(partition, found.map(toRecord));\n', ''],
      [
        '    cursor = handled;\n',
        '    cursor = handled;\n    await consumer.records(partition, found.map(toRecord));\n',
      ],
    ],
    only: ['kill -9 at a fail point'],
    points: ['fan-out.received'],
    // The fewest: what a directory has lost is found and made good by what follows, so that many have to be at their end.
    users: 1,
  },
  {
    name: 'a delivery does not wait for its lanes',
    file: 'services/dispatcher/lanes.ts',
    replacements: [['line[0] === item && (inFlight === undefined || inFlight === item);', 'line.length > 0;']],
    only: ['bad receiver'],
    users: 12,
  },
  {
    name: 'a delivery is delivered before it is answered',
    file: 'services/dispatcher/send.ts',
    replacements: [
      [
        "    failPoint('attempt.claimed');\n",
        `    const early = { deliveryId: delivery.id, status: 'delivered', attempts: 1, nextAttemptAt: null, lastError: null };
    await deps.deliveries.settle([early], clock());
    failPoint('attempt.claimed');\n`,
      ],
    ],
    only: ['kill -9 at a fail point'],
    points: ['attempt.claimed'],
    users: 12,
  },
  {
    // Nothing rests on leases. What keeps a writer, or a relay, that is late from doing harm is that a number is given once.
    name: 'a writer goes on whose number another one has (the fence between two of them is gone)',
    target: 'cluster',
    file: 'shared/store/mongo/chain.ts',
    replacements: [["holder.nonce === commit.nonce ? 'ours' : 'taken'", "'ours'"]],
    only: ['kill -9'],
    users: 6,
  },
];

const ROOT = join(__dirname, '../..');

/** The source with the bug. Throws when the place has gone. */
export function mutated({ name, file, replacements }: Mutation): string {
  let source = readFileSync(join(ROOT, file), 'utf8');
  for (const [found, replacement] of replacements) {
    if (source.split(found).length !== 2) throw new Error(`${name}: ${file} does not have this once: ${found}`);
    source = source.replace(found, () => replacement);
  }
  return source;
}

/** A build with the bug; types are not checked. */
export async function plant(mutation: Mutation): Promise<string> {
  const folder = temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await bundle(folder, { sources: { [mutation.file]: mutated(mutation) } });
  return folder;
}

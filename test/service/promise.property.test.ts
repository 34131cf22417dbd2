import fc from 'fast-check';
import { openManagement } from '../../services/cli/demo/management.js';
import { createRandom } from '../../services/simulator/random.js';
import { startStandalone, type Standalone } from '../../services/standalone/main.js';
import { loadConfig } from '../../shared/config/config.js';
import { EVENT_TYPES } from '../../shared/events/event.js';
import { freePort } from '../support/free-port.js';
import { KEPT, play, report, subscribe, type Subscriber } from '../support/provisioning.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The promise of the README, for whatever happens in an organization, at its receivers and to the process. */

const histories = fc.record({
  seed: fc.nat(),
  provider: fc.constantFrom('okta' as const, 'entra' as const),
  /** In percent, how often a receiver fails: with an error, or by cutting the connection. */
  failing: fc.integer({ min: 0, max: 50 }),
  /** After how many writes, each, the process is stopped and started again. */
  restarts: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
  /** What the second receiver subscribes to. */
  types: fc.subarray([...EVENT_TYPES], { minLength: 1 }),
});

/** A standalone that can be started again on the same folder and port. */
async function startRestartable() {
  const loaded = loadConfig('standalone', {
    ROLLCALL_PORT: String(await freePort()),
    ROLLCALL_DATA_DIR: temporaryFolder(),
    ROLLCALL_LOG_LEVEL: 'error',
    ROLLCALL_RETRY_SCHEDULE: `0s${',0s'.repeat(49)}`,
  });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  let running = await startStandalone(loaded.config);
  return {
    standalone: (): Standalone => running,
    restart: async (): Promise<void> => {
      await running.stop();
      running = await startStandalone(loaded.config);
    },
  };
}

type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

/** Plays a history to its end; rejects when the promise was broken. */
async function expectKept(
  { seed, provider, failing, restarts, types }: History,
  { standalone, restart }: Awaited<ReturnType<typeof startRestartable>>,
  subscribers: Subscriber[],
): Promise<void> {
  const { url, adminKey = '' } = standalone();
  const management = openManagement(url, adminKey);
  const random = createRandom(seed);
  const answer = () => (random.chance(failing / 100) ? (random.pick([500, 503, null]) ?? null) : 204);
  subscribers.push(await subscribe(management, undefined, answer), await subscribe(management, types, answer));
  const organization = await management.createOrganization('Acme');
  const directory = await management.createDirectory(organization, 'Directory', provider);

  const planned = [...restarts];
  let writes = 0;
  let restarting = Promise.resolve();
  const run = await play(directory, {
    ...{ provider, seed, users: 10, groups: 3, concurrency: 4, tries: 12 },
    onRequest({ acknowledged }) {
      if (acknowledged !== null) writes += 1;
      if (writes < (planned[0] ?? Infinity)) return;
      planned.shift();
      writes = 0;
      restarting = restarting.then(restart);
    },
  });
  await restarting;
  expect(run.failures).toEqual([]);
  for (const subscriber of subscribers) {
    expect(await report(management, { directory, run }, subscriber, 60_000)).toMatchObject(KEPT);
  }
}

test('any history, any failures and any restarts: everybody gets what they subscribe to, in order, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const restartable = await startRestartable();
      const subscribers: Subscriber[] = [];
      try {
        await expectKept(history, restartable, subscribers);
      } finally {
        await restartable.standalone().stop();
        for (const { receiver } of subscribers) await receiver.close();
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

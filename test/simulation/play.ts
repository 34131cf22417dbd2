import type { Store } from '../../shared/store/port.js';
import type { Endpoint } from '../../shared/store/registry.js';
import {
  OPEN_STATUSES,
  UNFINISHED_STATUSES,
  type Delivery,
  type DeliveryStatus,
} from '../../shared/webhooks/delivery.js';
import type { SimulatedHistory, Step } from './history.js';
import { PARTITION, type Installation } from './installation.js';
import type { SimulatedReceiver } from './network.js';
import type { Provider } from './provider.js';
import type { VirtualTime } from './virtual-time.js';

/** Where a history is played. */
export interface Stage {
  readonly time: VirtualTime;
  readonly installation: Installation;
  /** By directory. */
  readonly providers: readonly Provider[];
  readonly directoryIds: readonly string[];
  readonly receivers: readonly SimulatedReceiver[];
  /** By receiver, as they are made. */
  readonly endpoints: readonly Endpoint[];
  readonly pause: (ms: number) => Promise<void>;
  readonly trace: (line: () => string) => void;
}

const ALL = { limit: 10_000 };
const HOUR_MS = 3_600_000;
/** How often it is looked whether there is still something to come. */
const LOOK_EVERY_MS = 1_000;
/** By then all has come, once all is well: the longest pauses are a breaker's and a schedule's. */
const PATIENCE_MS = 240_000;

/** Does one step after the other; then all is well, and time passes until nothing is to come any more. False: something never came. */
export async function play({ steps }: Pick<SimulatedHistory, 'steps'>, stage: Stage): Promise<boolean> {
  stage.installation.start();
  await stage.pause(1);
  for (const endpoint of stage.endpoints) await stage.installation.store()?.registry.endpoints.insert(endpoint);
  for (const step of steps) {
    stage.trace(() => `step ${JSON.stringify(step)}`);
    await take(step, stage);
  }
  stage.trace(() => 'all is well');
  stage.installation.faults.clear();
  stage.installation.skewMs = 0;
  for (const receiver of stage.receivers) receiver.calm();
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    await stage.pause(LOOK_EVERY_MS);
    if (await isQuiet(stage)) return true;
  }
  return false;
}

async function take(step: Step, stage: Stage): Promise<void> {
  const { time, installation, providers, receivers, pause } = stage;
  switch (step.do) {
    case 'wait':
      return pause(step.ms);
    case 'mood':
      return receivers[step.receiver]?.feel(step.mood, step.times);
    case 'fault':
      return installation.faults.plan(step);
    case 'outage':
      return installation.faults.outage(time.now() + step.ms);
    case 'crash':
      return installation.crash(step.downMs);
    case 'restart':
      if (await installation.stop()) installation.start();
      return;
    case 'clock':
      installation.skewMs = step.hours * HOUR_MS;
      return;
    case 'enable':
    case 'disable':
      return setEnabled(step.receiver, step.do === 'enable', stage);
    case 'retry':
    case 'skip':
      return byHand(step, stage);
    default:
      providers[step.directory]?.write(step);
  }
}

/** As the management API does it. */
async function setEnabled(
  receiver: number,
  enabled: boolean,
  { installation, endpoints }: Pick<Stage, 'installation' | 'endpoints'>,
): Promise<void> {
  const [store, id = ''] = [installation.store(), endpoints[receiver]?.id];
  const endpoint = await store?.registry.endpoints.get(id);
  if (store === undefined || endpoint === undefined) return;
  const at = installation.clock();
  const isNew = endpoint.enabled && !enabled;
  const disabling = isNew ? ({ at, reason: 'operator', requestId: installation.newId() } as const) : endpoint.disabling;
  const disabledReason = enabled ? null : 'by an operator';
  const changed = { ...endpoint, enabled, disabling, disabledReason, version: endpoint.version + 1, updatedAt: at };
  await store.registry.endpoints.replace(changed);
  if (enabled) await store.deliveries.move(id, ['held'], 'pending', at);
  else await store.deliveries.move(id, OPEN_STATUSES, 'held', at);
}

const BY_HAND: Readonly<Record<'retry' | 'skip', readonly DeliveryStatus[]>> = {
  retry: ['retrying', 'parked', 'delivered', 'canceled'],
  // Not what is held: an earlier one may wait before it, which would come later then.
  skip: ['retrying', 'parked'],
};

/** What is skipped, its receiver gets from the operator. */
async function byHand(
  { do: what, receiver, which }: Extract<Step, { do: 'retry' | 'skip' }>,
  { installation, receivers, endpoints }: Stage,
): Promise<void> {
  const [store, endpointId = ''] = [installation.store(), endpoints[receiver]?.id];
  if (store === undefined || (await store.registry.endpoints.get(endpointId))?.enabled !== true) return;
  const all = await store.deliveries.list({ endpointId }, ALL);
  const fitting = all.filter(({ status }) => BY_HAND[what].includes(status));
  const delivery = fitting[which % Math.max(fitting.length, 1)];
  if (delivery === undefined) return;
  const isDone = await store.deliveries[what](delivery.id, delivery.status, installation.clock());
  if (!isDone || what === 'retry') return;
  receivers[receiver]?.take(delivery.eventId, await bodyOf(delivery, store));
}

async function bodyOf({ directoryId, seq }: Delivery, store: Store): Promise<string> {
  const [event] = await store.events.ofDirectory(directoryId ?? '', seq - 1, 1);
  if (event === undefined) throw new Error(`there is no event ${seq} of ${String(directoryId)}`);
  return event.body;
}

/** Whether there is nothing more to come. An operator helps what waits for one. */
async function isQuiet({ installation, providers, directoryIds, ...stage }: Stage): Promise<boolean> {
  const store = installation.store();
  if (store === undefined) return false;
  await help(store, { installation, ...stage });
  if (providers.some((provider) => provider.isBusy())) return false;
  for (const id of directoryIds) {
    const { lastSeq } = await store.commits.head(id);
    if ((await store.deliveries.progress([id])).get(id) !== lastSeq) return false;
  }
  if ((await store.outbox.count(PARTITION, 1)) > 0) return false;
  return (await store.deliveries.endpointsWith(PARTITION, UNFINISHED_STATUSES)).length === 0;
}

async function help(store: Store, stage: Pick<Stage, 'installation' | 'endpoints'>): Promise<void> {
  for (const [receiver, { id: endpointId }] of stage.endpoints.entries()) {
    if ((await store.registry.endpoints.get(endpointId))?.enabled === false) await setEnabled(receiver, true, stage);
  }
  for (const endpointId of await store.deliveries.endpointsWith(PARTITION, ['parked'])) {
    for (const { id } of await store.deliveries.list({ endpointId, status: 'parked' }, ALL)) {
      await store.deliveries.retry(id, 'parked', stage.installation.clock());
    }
  }
}

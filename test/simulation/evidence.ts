import { groupData, userData } from '../../shared/directory/normalize.js';
import { NO_RULES } from '../../shared/directory/mapping.js';
import type { Store } from '../../shared/store/port.js';
import type { Endpoint } from '../../shared/store/registry.js';
import type { Doubt, Exchange } from '../../services/simulator/session.js';
import type { World } from '../../services/simulator/truth.js';
import { worldOf } from '../faults/evidence.js';
import type { DirectoryHistory, History, LedgerEntry, ReceiverHistory } from '../faults/history.js';
import { ABORTED, type SimulatedReceiver } from './network.js';
import type { Provider } from './provider.js';
import { ORGANIZATION } from './installation.js';

export interface Sources {
  readonly store: Store;
  /** By directory. */
  readonly providers: readonly Provider[];
  readonly directoryIds: readonly string[];
  /** By receiver. */
  readonly receivers: readonly SimulatedReceiver[];
  readonly endpoints: readonly Pick<Endpoint, 'id'>[];
  readonly types: readonly ReceiverHistory['types'][];
}

const ALL = { limit: 10_000 };
const TAKEN = 204;

/** What the checker of the fault harness decides on. */
export async function collect({
  store,
  providers,
  directoryIds,
  receivers,
  endpoints,
  types,
}: Sources): Promise<History> {
  const directories: DirectoryHistory[] = [];
  for (const [index, id] of directoryIds.entries()) {
    const { exchanges = [], world, doubts = [] } = providers[index]?.session ?? {};
    const events = (await store.events.ofDirectory(id, 0, ALL.limit)).map(({ body }) => body);
    const state = await stateOf(id, store);
    const run = { exchanges, world: world ?? state, doubts: [...doubts, ...spareGroups(exchanges)] };
    directories.push({ id, run, reads: [], events, state });
  }
  const histories: ReceiverHistory[] = [];
  for (const [index, receiver] of receivers.entries()) {
    const name = receiver.url;
    const ledger = await ledgerOf(endpoints[index]?.id ?? '', receiver, store);
    const arrivals = receiver.arrivals.map((one) => (one.status === ABORTED ? { ...one, status: TAKEN } : one));
    const asked = types[index];
    histories.push({ name, arrivals, ledger, ...(asked === undefined ? {} : { types: asked }) });
  }
  return { directories, receivers: histories };
}

/** Groups have no unique name: one that was created without an answer in time may be there beside the one that was created then. */
const spareGroups = (exchanges: readonly Exchange[]): Doubt[] =>
  exchanges
    .filter(({ method, path, status }) => method === 'POST' && path === '/Groups' && (status ?? 500) >= 500)
    .map(() => ({ type: 'Group', id: null }));

/** As a snapshot tells it. */
async function stateOf(directoryId: string, { resources }: Store): Promise<World> {
  const scope = { directoryId, organizationId: ORGANIZATION };
  const lines: object[] = [];
  for (const row of await resources.list(directoryId, 'User', undefined, ALL)) {
    lines.push({ kind: 'user', data: userData(row, scope, { rules: NO_RULES, groupIds: [] }) });
  }
  for (const row of await resources.list(directoryId, 'Group', undefined, ALL)) {
    lines.push({ kind: 'group', data: groupData(row, scope) });
    const members = await resources.membersOf(directoryId, row.id, ALL);
    lines.push({ kind: 'members', groupId: row.id, memberIds: members.map(({ memberId }) => memberId) });
  }
  return worldOf(
    directoryId,
    lines.map((line) => JSON.stringify(line)),
  );
}

/** What the receiver wanted no more of, and what an operator has skipped and seen to, counts as taken. */
async function ledgerOf(
  endpointId: string,
  { byHand }: SimulatedReceiver,
  { deliveries }: Store,
): Promise<LedgerEntry[]> {
  const ledger: LedgerEntry[] = [];
  for (const { id, eventId, status } of await deliveries.list({ endpointId }, ALL)) {
    const onRecord = await deliveries.attempts(id);
    const attempts = onRecord.map((one) =>
      one.status === ABORTED ? SUCCESS : { status: one.status, error: one.error },
    );
    const isSkipped = status === 'canceled' && byHand.has(eventId);
    const isAborted = status === 'canceled' && attempts.includes(SUCCESS);
    ledger.push({
      eventId,
      status: isSkipped || isAborted ? 'delivered' : status,
      attempts: isSkipped ? [...attempts, SUCCESS] : attempts,
    });
  }
  return ledger;
}

const SUCCESS = { status: TAKEN, error: null };

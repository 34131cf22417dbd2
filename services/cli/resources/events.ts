import { timeOfId } from '../../../shared/webhooks/delivery.js';
import type { Api, Query } from '../api/api.js';
import { listOf, type Json } from '../api/json.js';
import { CommandFailed } from '../api/failures.js';
import { endOf, follow } from '../api/follow.js';
import { EXIT_NOT_FOUND } from '../exit-codes.js';
import { readEvent, renderEvent } from '../output/event.js';
import { renderFields } from '../output/table.js';
import { print, type Work } from '../session.js';
import { tellInterruption } from './interruption.js';

export const showEvent =
  ([id = '']: readonly string[]): Work =>
  async (session) => {
    const found = await findEvent(session.api, id);
    if (found === undefined) {
      throw new CommandFailed(
        `There is no event with the id ${JSON.stringify(id)}, or it is not kept any more.`,
        EXIT_NOT_FOUND,
      );
    }
    print(session, found, () => renderFields(found, session.terminal.paint));
  };

/** The clocks of processes that write may be so far apart, and an id is made before its event is committed. */
const CLOCKS_APART_MS = 600_000;
const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** By a delivery of it, else by the time in its id. Undefined where there is none. */
async function findEvent(api: Api, id: string): Promise<Json | undefined> {
  if (!UUID_7.test(id)) return undefined;
  const [delivery] = listOf(await api.send('GET', '/deliveries', { query: { eventId: id, limit: 1 } }));
  if (delivery !== undefined && typeof delivery['seq'] === 'number') {
    const query = { directoryId: String(delivery['directoryId']), afterSeq: delivery['seq'] - 1, limit: 1 };
    return listOf(await api.send('GET', '/events', { query })).find((event) => event['id'] === id);
  }
  const madeAt = timeOfId(id);
  const [since, until] = [madeAt - CLOCKS_APART_MS, madeAt + CLOCKS_APART_MS].map((at) => new Date(at).toISOString());
  for (let after: string | undefined; ;) {
    const page = await api.send('GET', '/events', { query: { since, until, after, limit: 100 } });
    const found = listOf(page).find((event) => event['id'] === id);
    if (found !== undefined || page['hasMore'] !== true) return found;
    after = String(page['nextCursor']);
  }
}

export const tailEvents =
  (filters: Json): Work =>
  async ({ api, terminal, isJson, signal }) => {
    const query = filters as Query;
    const { directoryId, since } = filters;
    const after =
      since === undefined ? await endOf(api, typeof directoryId === 'string' ? directoryId : undefined) : undefined;
    const onInterruption = tellInterruption(api, terminal);
    for await (const body of follow({ api, query, after, signal, onInterruption })) {
      terminal.write(isJson ? body : renderEvent(readEvent(body), terminal.paint));
    }
  };

import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType } from '../../../shared/events/event.js';
import type { Api, Query } from '../api/api.js';
import { listOf, type Json } from '../api/json.js';
import { CommandFailed } from '../api/failures.js';
import { endOf } from '../api/follow.js';
import { EXIT_FAILED, EXIT_USAGE } from '../exit-codes.js';
import { subjectOf } from '../output/subject.js';
import { show } from '../output/text.js';
import type { Paint } from '../paint.js';
import { print, type Session, type Work } from '../session.js';
import { demoDirectory, demoOrganization, newDirectory, type DemoDirectory } from './demo.js';
import { RECIPES, type Recipe } from './recipes.js';
import { openScim } from './scim.js';

/** How long the event is waited for, seconds; and its deliveries, until they are under way, and until they are over. */
const EVENT_S = 10;
const DELIVERIES_MS = 2_000;
const OUTCOME_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** Whose directory commands make changes in, unless a provider is simulated. */
const PROVIDER = 'demo';

/** Makes a real change, so that a real event of the type is committed and delivered. */
export const trigger =
  (type: EventType): Work =>
  async (session) => {
    const { event, deliveries } = await cause(type, session);
    const { paint } = session.terminal;
    print(session, { event, deliveries }, () => [renderEvent(event, paint), ...renderDeliveries(deliveries, paint)]);
  };

interface Caused {
  readonly event: Json;
  readonly deliveries: readonly Json[];
}

async function cause(type: EventType, session: Session): Promise<Caused> {
  const recipe = RECIPES[type];
  const { api } = session;
  if (recipe === 'operational') return disableEndpoint(api);
  if ('excuse' in recipe) {
    const example = `"rollcall endpoints test <id> --type ${type}" sends an example of it`;
    throw new CommandFailed(`${type} cannot be triggered: ${recipe.excuse}; ${example}`, EXIT_USAGE);
  }
  const directory = await directoryFor(recipe, session);
  const event = await cook(type, recipe, directory, api);
  const deliveries = await deliveriesOf(api, { eventId: String(event['id']) });
  if (recipe.where === 'own') await api.send('DELETE', `/directories/${directory.id}`);
  return { event, deliveries };
}

/** Of an endpoint that is made for it, and never gets anything. The event is known by its deliveries alone. */
async function disableEndpoint(api: Api): Promise<Caused> {
  const type = 'endpoint.disabled';
  const settings = { url: 'https://demo.example/', eventTypes: [type], organizationId: await demoOrganization(api) };
  const { id, createdAt } = await api.send('POST', '/endpoints', { body: settings });
  const path = `/endpoints/${String(id)}`;
  await api.send('PATCH', path, { body: { enabled: false } });
  const deliveries = await deliveriesOf(
    api,
    {},
    (one) => one['eventType'] === type && String(one['createdAt']) >= String(createdAt),
  );
  await api.send('DELETE', path);
  const [first] = deliveries;
  if (first !== undefined) return { event: { id: first['eventId'], type, seq: null, data: { id } }, deliveries };
  const fix = 'make one with "rollcall endpoints create --types endpoint.*"';
  throw new CommandFailed(`no endpoint has asked for ${type}, so that nobody is told; ${fix}`, EXIT_FAILED);
}

async function directoryFor({ where, settings = {} }: Recipe, session: Session): Promise<DemoDirectory> {
  if (where === 'demo') return demoDirectory(session, PROVIDER);
  return newDirectory(session.api, await demoOrganization(session.api), { provider: PROVIDER, ...settings });
}

async function cook(
  type: EventType,
  recipe: Recipe,
  { id, scimBaseUrl, token }: DemoDirectory,
  api: Api,
): Promise<Json> {
  const after = await endOf(api, id);
  const scim = openScim(scimBaseUrl, token);
  try {
    await recipe.cook({ api, scim, directoryId: id });
  } finally {
    await scim.close();
  }
  const query = { directoryId: id, after, type, wait: EVENT_S, limit: 100 };
  const event = listOf(await api.send('GET', '/events', { query })).at(-1);
  if (event !== undefined) return event;
  throw new CommandFailed(`the change was made, but no ${type} came of it within ${EVENT_S} s`, EXIT_FAILED);
}

/** With the URL of each endpoint, when they are over, or have been waited for. */
async function deliveriesOf(
  api: Api,
  query: Query,
  isIt: (delivery: Json) => boolean = () => true,
): Promise<readonly Json[]> {
  if (listOf(await api.send('GET', '/endpoints', { query: { limit: 1 } })).length === 0) return [];
  const startedAt = Date.now();
  for (;;) {
    const found = listOf(await api.send('GET', '/deliveries', { query: { ...query, limit: 100 } })).filter(isIt);
    const isOver = found.length > 0 && found.every(({ status }) => status !== 'pending' && status !== 'sending');
    if (isOver || Date.now() - startedAt > (found.length === 0 ? DELIVERIES_MS : OUTCOME_MS)) {
      return Promise.all(found.map((delivery) => withUrl(api, delivery)));
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function withUrl(api: Api, delivery: Json): Promise<Json> {
  const { url } = await api.send('GET', `/endpoints/${String(delivery['endpointId'])}`);
  return { ...delivery, url };
}

function renderEvent(event: Json, paint: Paint): string {
  const { type, id, seq, directoryId } = event;
  const place = seq === null ? '' : paint.faint(`#${show(seq)} of directory ${show(directoryId)}`);
  return [paint.strong(show(type)), show(id), subjectOf(event), place].join('  ').trimEnd();
}

function renderDeliveries(deliveries: readonly Json[], paint: Paint): string[] {
  if (deliveries.length === 0) return [paint.faint('  No endpoint has asked for it.')];
  return deliveries.map(({ status, url, lastError, id }) => {
    const colour = status === 'delivered' ? paint.good : paint.doubtful;
    return `  ${colour(show(status))}  ${show(url)}${lastError === null ? '' : `: ${show(lastError)}`}  ${paint.faint(show(id))}`;
  });
}

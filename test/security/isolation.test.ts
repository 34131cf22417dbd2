import { Pool } from 'undici';
import { createRandom } from '../../services/simulator/random.js';
import { serve } from '../../shared/runtime/serve.js';
import { openBench, publish, type Bench } from '../service/admin-support.js';
import { silent, startIngest } from '../support/ingest.js';
import { drawRequest, type Asked } from './isolation-requests.js';
import { makeWorld, stateOf, type World } from './two-worlds.js';

/**
 * Threat: one customer sees or changes what is another's. Two organizations with a directory each, and with every credential that there
 * is, ask for one another's things by ids, cursors, filters, bulk references and references in bodies, at the same time. No answer to one
 * has a text of the other, or an id that was not in the question; and what one asks changes nothing of the other.
 *
 * ISOLATION_REQUESTS says how many requests, ISOLATION_SEED which.
 */
const REQUESTS = Number(process.env['ISOLATION_REQUESTS'] ?? 2_000);
const SEED = Number(process.env['ISOLATION_SEED'] ?? 1);
const AT_ONCE = 32;
/** Batches. */
const PUBLISHED_EVERY = 5;
const CURSORS_KEPT = 50;

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g;

/** A world, and what its client has sent and was told. */
interface Side {
  readonly world: World;
  /** Ids in its requests. */
  readonly sent: Set<string>;
  /** Ids that are its own: from the start, or made for it. */
  readonly own: Set<string>;
  readonly cursors: string[];
}

interface Services {
  readonly bench: Bench;
  readonly pools: Readonly<Record<Asked['service'], Pool>>;
  close(): Promise<void>;
}

async function start(): Promise<Services & { worlds: readonly [World, World] }> {
  const bench = await openBench();
  const ingest = await startIngest(silent, async () => bench.store);
  ingest.clock.now = bench.now;
  const stop = new AbortController();
  const [scim, admin] = [await serve(ingest.app, 0, stop.signal), await serve(bench.app, 0, stop.signal)];
  scim.adopt(ingest.app);
  const pools = { scim: new Pool(`http://127.0.0.1:${scim.port}`), admin: new Pool(`http://127.0.0.1:${admin.port}`) };
  const worlds = [await makeWorld(bench, ingest, 'alpha'), await makeWorld(bench, ingest, 'bravo')] as const;
  await publish(bench.store);
  return {
    ...{ bench, pools, worlds },
    async close() {
      stop.abort();
      await Promise.all([pools.scim.destroy(), pools.admin.destroy(), scim.closed, admin.closed]);
      await ingest.requestLog.flush();
      await bench.close();
    },
  };
}

let running: Awaited<ReturnType<typeof start>>;
beforeAll(async () => (running = await start()));
afterAll(() => running.close());

test(
  `isolation: ${REQUESTS} requests of two organizations, mixed, tell and change nothing of one another`,
  async () => {
    const { worlds, ...services } = running;
    const [alpha, bravo] = worlds.map((world): Side => ({
      ...{ world, sent: new Set(), own: new Set(Object.values(world.ids).flat()), cursors: [] },
    }));
    if (alpha === undefined || bravo === undefined) throw new Error('two worlds');
    const random = createRandom(SEED);
    const statuses = new Map<string, number>();

    /** Sends a request of `own`, and looks for anything of `other` in its answer. */
    const ask = async (own: Side, other: Side, asked: Asked): Promise<void> => {
      const { service, method, path, headers, body } = asked;
      const asking = idsIn(`${path} ${body ?? ''} ${readable(path)}`);
      for (const id of asking) own.sent.add(id);
      const answer = await services.pools[service].request({
        method,
        path,
        headers: [...headers],
        ...(body !== undefined && { body }),
      });
      const text = `${JSON.stringify(answer.headers)}\n${await answer.body.text()}`;
      const given = cursorsIn(text);
      const told = `${text} ${given.map(readable).join(' ')}`;
      const ids = idsIn(told);
      const wrong = [
        ...(told.includes(other.world.canary) ? [`a text of ${other.world.canary}`] : []),
        ...ids.filter((id) => other.own.has(id) && !own.sent.has(id)).map((id) => `the id ${id}`),
        ...(answer.statusCode >= 500 && answer.statusCode !== 501 ? [`status ${answer.statusCode}`] : []),
        ...(asked.isRefused && ![401, 429].includes(answer.statusCode)
          ? [`${answer.statusCode} to a wrong credential`]
          : []),
      ];
      if (wrong.length > 0) throw new Error(`${wrong.join()}: ${JSON.stringify(asked)} was answered ${text}`);
      // What comes to a directory with a wrong token is in its own log of requests.
      if (asked.isRefused) for (const id of [...ids, ...asking]) other.sent.add(id);
      else for (const id of ids) if (!own.sent.has(id)) own.own.add(id);
      own.cursors.unshift(...given);
      own.cursors.splice(CURSORS_KEPT);
      const key = `${service} ${method} ${answer.statusCode}`;
      statuses.set(key, (statuses.get(key) ?? 0) + 1);
    };

    const draw = (own: Side, other: Side): Asked => {
      return drawRequest({ own: own.world, other: other.world, cursors: [...own.cursors, ...other.cursors], random });
    };

    let count = 0;
    try {
      for (let batch = 0; count < REQUESTS; batch += 1) {
        // Of three batches two come from one side alone, and the other one is looked at before and afterwards.
        const sides = [[alpha, bravo] as const, [bravo, alpha] as const, undefined][batch % 3];
        const quiet = sides?.[1].world;
        const before = quiet && (await stateOf(services.bench, quiet));
        const asking = Array.from({ length: AT_ONCE }, (_, index) => {
          const [own, other] = sides ?? (index % 2 === 0 ? [alpha, bravo] : [bravo, alpha]);
          return [own, other, draw(own, other)] as const;
        });
        await Promise.all(asking.map((one) => ask(...one)));
        count += asking.length;
        const after = quiet && (await stateOf(services.bench, quiet));
        if (after !== before) {
          const asked = JSON.stringify(asking.map(([, , one]) => one));
          throw new Error(`${quiet?.canary} was changed by one of ${asked}: ${before ?? ''} became ${after ?? ''}`);
        }
        if (batch % PUBLISHED_EVERY === 0) await publish(services.bench.store);
      }
    } catch (error) {
      const logged = JSON.stringify(services.bench.logged.slice(-3));
      throw new Error(`ISOLATION_SEED=${SEED}, request ${count}; logged last: ${logged}`, { cause: error });
    }
    for (const { world } of [alpha, bravo]) {
      const other = world === alpha.world ? bravo.world : alpha.world;
      expect(await stateOf(services.bench, world)).not.toContain(other.canary);
    }
    // The fuzz is worth what it reaches: all services and methods, with what is let through and what is not.
    const reached = [...statuses.keys()].sort();
    for (const what of [
      'scim GET 200',
      'scim PATCH 200',
      'scim POST 201',
      'scim GET 401',
      'admin GET 200',
      'admin PUT 200',
    ]) {
      expect(reached).toContain(what);
    }
  },
  60_000 + REQUESTS * 60,
);

const idsIn = (text: string): string[] => text.toLowerCase().match(UUID) ?? [];

const cursorsIn = (text: string): string[] =>
  [...text.matchAll(/"nextCursor":"([^"]+)"/g)].map(([, cursor = '']) => cursor);

/** What may be in a cursor, or in a path with one: texts and ids, in base64url or in plain. */
function readable(text: string): string {
  const decoded = text.split(/[^\w-]/).map((part) => {
    const bytes = Buffer.from(part, 'base64url');
    const hex = bytes.length === 16 ? bytes.toString('hex') : '';
    return `${bytes.toString('latin1')} ${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
  });
  return `${text} ${decoded.join(' ')}`;
}

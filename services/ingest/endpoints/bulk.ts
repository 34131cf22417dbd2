import { setImmediate as othersTurn } from 'node:timers/promises';
import {
  bulkResponse,
  readBulk,
  resolveReferences,
  type BulkOperation,
  type BulkOutcome,
} from '../../../shared/scim/bulk.js';
import { Conflict, errorBody, NotFound, type ScimError } from '../../../shared/scim/errors.js';
import { messageUrn } from '../../../shared/scim/request-message.js';
import { planTurns, withoutLater, type Turn } from '../bulk-plan.js';
import { typeAt, type Call, type Operation, type Reply } from '../call.js';
import type { RefusalOf } from '../error-handler.js';
import type { Writes } from '../failure-streaks.js';

interface BulkDeps {
  readonly writes: Writes;
  readonly newId: () => string;
  readonly refusalOf: RefusalOf;
}

/** A resource that was created without what it says of resources that are created after it. */
interface Unfinished {
  readonly index: number;
  readonly path: string;
  readonly attributes: object;
  readonly needs: readonly string[];
}

/** What was carried out so far. */
interface Progress {
  /** Ids of what was created, by bulkId. */
  readonly created: Map<string, string>;
  readonly unfinished: Set<Unfinished>;
  readonly outcomes: Map<number, BulkOutcome>;
}

/** POST /Bulk (RFC 7644 section 3.7): one operation after another, each as if it had come alone. */
export const bulk =
  (deps: BulkDeps): Operation =>
  async (call) =>
    carryOutAll(deps, call);

async function carryOutAll(deps: BulkDeps, call: Call): Promise<Reply> {
  const { failOnErrors = Infinity, operations } = readBulk(call.body);
  const progress: Progress = { created: new Map(), unfinished: new Set(), outcomes: new Map() };
  for (const turn of planTurns(operations)) {
    if (countErrors(progress) >= failOnErrors) break;
    await carryOut(deps, call, turn, progress);
    // What is refused before it reaches the writer waits for nobody.
    await othersTurn();
  }
  for (const one of progress.unfinished) await undo(deps, call, one, progress);
  const inOrder = [...progress.outcomes].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
  return { status: 200, body: bulkResponse(inOrder) };
}

const countErrors = ({ outcomes }: Progress): number =>
  [...outcomes.values()].filter(({ response }) => response !== undefined).length;

async function carryOut(deps: BulkDeps, call: Call, turn: Turn, progress: Progress): Promise<void> {
  const { index, later } = turn;
  const { operation, attributes } = withoutLater(resolveReferences(turn.operation, progress.created), later);
  const { method, bulkId } = operation;
  const id = method === 'POST' ? deps.newId() : '';
  const path = method === 'POST' ? `${operation.path}/${id}` : operation.path;
  const location = `${call.baseUrl}${path}`;
  try {
    requireCreated(turn.needs, progress);
    const { status, headers } = await run(deps, call, operation, id);
    progress.outcomes.set(index, { method, bulkId, location, version: headers?.['etag'], status, response: undefined });
    if (later.length > 0) progress.unfinished.add({ index, path, attributes, needs: later });
    if (id !== '' && bulkId !== undefined) progress.created.set(bulkId, id);
    await finish(deps, call, progress);
  } catch (thrown) {
    const error = deps.refusalOf(thrown, call);
    const known = method === 'POST' || !path.startsWith('/') ? undefined : location;
    const { status } = error;
    progress.outcomes.set(index, {
      method,
      bulkId,
      location: known,
      version: undefined,
      status,
      response: errorBody(error),
    });
  }
}

/** One operation as a request of its own. */
async function run({ writes }: BulkDeps, call: Call, operation: BulkOperation, newId: string): Promise<Reply> {
  if (operation.flaw !== undefined) throw operation.flaw;
  const { method, path, data, version } = operation;
  const [start, endpoint = '', id = '', ...more] = path.split('/');
  if (start !== '' || more.length > 0 || (id === '') !== (method === 'POST')) {
    throw new NotFound(`There is nothing at ${method} ${path}. Use a path such as "/Users" or "/Users/<id>".`);
  }
  const own = { id: method === 'POST' ? newId : id, query: {}, body: data, ifMatch: version, ifNoneMatch: undefined };
  return writes[method]({ ...call, ...own }, typeAt(call.types, endpoint));
}

function requireCreated(needs: readonly string[], { created }: Progress): void {
  const missing = needs.find((bulkId) => !created.has(bulkId));
  if (missing === undefined) return;
  throw new Conflict(
    `"bulkId:${missing}" stands for nothing: no operation has created it. Mend that one, or the reference.`,
  );
}

/** Adds what was left out of earlier resources, as far as it can be added by now. */
async function finish(deps: BulkDeps, call: Call, progress: Progress): Promise<void> {
  for (const one of progress.unfinished) {
    if (!one.needs.every((bulkId) => progress.created.has(bulkId))) continue;
    progress.unfinished.delete(one);
    const before = progress.outcomes.get(one.index);
    if (before === undefined) continue;
    try {
      const { headers } = await run(deps, call, resolveReferences(addition(one), progress.created), '');
      progress.outcomes.set(one.index, { ...before, version: headers?.['etag'] });
    } catch (thrown) {
      progress.outcomes.set(one.index, await undone(deps, call, one, before, deps.refusalOf(thrown, call)));
    }
  }
}

const addition = ({ path, attributes }: Unfinished): BulkOperation => ({
  method: 'PATCH',
  path,
  bulkId: undefined,
  version: undefined,
  data: { schemas: [messageUrn('PatchOp')], Operations: [{ op: 'add', value: attributes }] },
  flaw: undefined,
});

/** What the rest of the request never created cannot be added any more: the resource goes, because it would be half written. */
async function undo(deps: BulkDeps, call: Call, one: Unfinished, progress: Progress): Promise<void> {
  const before = progress.outcomes.get(one.index);
  const missing = one.needs.find((bulkId) => !progress.created.has(bulkId)) ?? '';
  const error = new Conflict(`"bulkId:${missing}" stands for nothing: no operation has created it.`);
  if (before !== undefined) progress.outcomes.set(one.index, await undone(deps, call, one, before, error));
}

async function undone(
  deps: BulkDeps,
  call: Call,
  { path }: Unfinished,
  before: BulkOutcome,
  error: ScimError,
): Promise<BulkOutcome> {
  const removal = {
    method: 'DELETE',
    path,
    bulkId: undefined,
    version: undefined,
    data: undefined,
    flaw: undefined,
  } as const;
  await run(deps, call, removal, '');
  return { ...before, location: undefined, version: undefined, status: error.status, response: errorBody(error) };
}

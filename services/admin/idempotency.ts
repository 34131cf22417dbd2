import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { DuplicateId, type IdempotencyKey } from '../../shared/store/registry.js';
import { DAY_MS } from '../../shared/store/retention.js';
import { callerOf } from './authenticate.js';
import type { AdminDeps } from './deps.js';
import { requestIdOf, setRequestId } from './error-handler.js';
import { invalid, Problem, type FieldError, type ProblemCode } from './problem.js';

/** How long a request may take before its process is taken for dead. */
const LEASE_MS = 120_000;
/** An answer that is longer is not kept. */
const ANSWER_MAX_CHARACTERS = 262_144;
const TRIES_MAX = 5;

type Deps = Pick<AdminDeps, 'registry' | 'sealer' | 'clock' | 'logger'>;

/** What a request came to: an answer, or a refusal. */
type Outcome<Answer> =
  | { readonly answer: Answer }
  | {
      readonly refusal: { readonly code: ProblemCode; readonly detail: string; readonly errors: readonly FieldError[] };
    };

type Kept<Answer> = Outcome<Answer> & { readonly requestId: string };

/**
 * Does a POST that comes with an `Idempotency-Key` once, and answers a repetition within a day with what was answered then. What failed
 * on our side is done again. After a crash in the middle the key is free once its lease is over, whatever was done by then.
 */
export async function once<Answer>(
  { req, res, deps }: { readonly req: Request; readonly res: Response; readonly deps: Deps },
  work: () => Promise<Answer>,
): Promise<Answer> {
  const key = req.get('idempotency-key');
  if (req.method !== 'POST' || key === undefined) return work();
  const { id, fingerprint } = identify(key, req, res);
  const sealedIn = { id, organizationId: callerOf(res)?.organizationId ?? null };
  const begun = await begin(id, fingerprint, deps, res);
  if ('answer' in begun) return replay(JSON.parse(deps.sealer.open(begun.answer, sealedIn)) as Kept<Answer>, res);
  const outcome = await outcomeOf(work).catch(async (error: unknown) => {
    await end(begun.record, { leaseUntil: deps.clock() }, deps);
    throw error;
  });
  const kept = JSON.stringify({ ...outcome, requestId: requestIdOf(res) } satisfies Kept<Answer>);
  const isShort = kept.length <= ANSWER_MAX_CHARACTERS;
  await end(begun.record, isShort ? { answer: deps.sealer.seal(kept, sealedIn) } : { leaseUntil: deps.clock() }, deps);
  return unwrap(outcome);
}

function identify(key: string, req: Request, res: Response): Pick<IdempotencyKey, 'id' | 'fingerprint'> {
  if (!/^[!-~]{1,255}$/.test(key)) {
    throw invalid({ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters without spaces' });
  }
  const body: unknown = req.body;
  return {
    id: digest(callerOf(res)?.keyId, key),
    fingerprint: digest(req.method, req.originalUrl, body ?? null),
  };
}

const digest = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** Takes the key for this request, unless there is an answer already. Throws where another one has it. */
async function begin(
  id: string,
  fingerprint: string,
  { registry: { idempotencyKeys }, clock }: Deps,
  res: Response,
): Promise<{ readonly record: IdempotencyKey } | { readonly answer: string }> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const now = clock();
    const times = { createdAt: now, updatedAt: now, leaseUntil: now + LEASE_MS, expiresAt: now + DAY_MS };
    const found = await idempotencyKeys.get(id);
    const record: IdempotencyKey = { id, version: (found?.version ?? 0) + 1, fingerprint, answer: null, ...times };
    if (found === undefined) {
      if (await isInserted(record, idempotencyKeys)) return { record };
      continue;
    }
    if (found.expiresAt > now) {
      if (found.fingerprint !== fingerprint) throw otherRequest();
      if (found.answer !== null) return { answer: found.answer };
      if (found.leaseUntil > now) break;
    }
    if (await idempotencyKeys.replace(record)) return { record };
  }
  res.setHeader('retry-after', '1');
  throw new Problem('conflict', 'A request with this Idempotency-Key is being worked on; repeat it a little later.');
}

async function isInserted(record: IdempotencyKey, table: Deps['registry']['idempotencyKeys']): Promise<boolean> {
  try {
    await table.insert(record);
    return true;
  } catch (error) {
    if (error instanceof DuplicateId) return false;
    throw error;
  }
}

const otherRequest = (): Problem =>
  new Problem(
    'idempotency-mismatch',
    'This Idempotency-Key came with another request already; make a new key for each request that is to be done once.',
  );

async function outcomeOf<Answer>(work: () => Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await work() };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return { refusal: { code: error.code, detail: error.message, errors: error.errors } };
  }
}

/** Unless another request has taken the key meanwhile. What was done is answered in any case. */
async function end(
  record: IdempotencyKey,
  change: Partial<IdempotencyKey>,
  { registry, clock, logger }: Deps,
): Promise<void> {
  try {
    const ended = { ...record, ...change, version: record.version + 1, updatedAt: clock() };
    await registry.idempotencyKeys.replace(ended);
  } catch (error) {
    logger.warn({ err: error }, 'An answer could not be kept under its idempotency key.');
  }
}

/** The same answer, with the id of the request that was worked on. */
function replay<Answer>({ requestId, ...outcome }: Kept<Answer>, res: Response): Answer {
  setRequestId(res, requestId);
  res.setHeader('idempotency-replayed', 'true');
  return unwrap(outcome as Outcome<Answer>);
}

function unwrap<Answer>(outcome: Outcome<Answer>): Answer {
  if ('answer' in outcome) return outcome.answer;
  const { code, detail, errors } = outcome.refusal;
  throw new Problem(code, detail, errors);
}

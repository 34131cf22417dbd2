import { statusOf } from '../../shared/runtime/answer.js';
import { remember } from '../../shared/runtime/remember.js';
import { outlineBody, outlineDetail, outlineUrl } from '../../shared/scim/outline.js';
import type { CallLocals, ScimHandler } from './call.js';
import type { IngestMetrics } from './metrics.js';
import type { RequestLog } from './request-log.js';

const DETAIL_MAX = 500;
const USER_AGENT_MAX = 200;
/** Anybody can send requests without a token: of those, a directory's log takes so many in a minute. */
const UNAUTHENTICATED_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
const DIRECTORIES_MAX = 10_000;

/** Has each request measured once it is over, and noted in the log of its directory where there is one. */
export function logRequests(log: Pick<RequestLog, 'note'>, metrics: Pick<IngestMetrics, 'answered'>): ScimHandler {
  const isTooMuch = createLimit();
  return (req, res, next) => {
    const since = performance.now();
    res.once('close', () => {
      const durationMs = performance.now() - since;
      metrics.answered({ ...answered(req, res), seconds: durationMs / 1000 });
      const directoryId = logOf(res.locals, (id) => isTooMuch(id, since));
      if (directoryId === undefined) return;
      log.note({ directoryId, ...told(req, res), durationMs: Math.round(durationMs) });
    });
    next();
  };
}

function answered(req: Parameters<ScimHandler>[0], res: Parameters<ScimHandler>[1]) {
  const route = (req.route as { readonly path: string } | undefined)?.path;
  return { method: req.method, route, provider: providerOf(res.locals), status: statusOf(res) };
}

const providerOf = ({ directory }: Partial<CallLocals>): string | null | undefined => directory?.provider;

/** The directory whose log it is for; none where there is no such directory, or its log has enough of what it did not let in. */
function logOf(
  { directory, refusedBy }: Partial<CallLocals>,
  isTooMuch: (directoryId: string) => boolean,
): string | undefined {
  return directory?.id ?? (refusedBy === undefined || isTooMuch(refusedBy) ? undefined : refusedBy);
}

function told(req: Parameters<ScimHandler>[0], res: Parameters<ScimHandler>[1]) {
  const { requestId, refusal } = res.locals;
  const body: unknown = req.body;
  // What could not be parsed is still bytes.
  const attributes = Buffer.isBuffer(body) ? [] : outlineBody(body);
  return {
    id: requestId,
    method: req.method,
    path: outlineUrl(behindBase(req.originalUrl)),
    status: statusOf(res),
    scimType: refusal?.scimType ?? null,
    detail: refusal === undefined ? null : outlineDetail(refusal.detail, attributes).slice(0, DETAIL_MAX),
    userAgent: req.get('user-agent')?.slice(0, USER_AGENT_MAX) ?? null,
    attributes,
  };
}

/** `/scim/<id>/v2` is the SCIM base URL. */
const behindBase = (url: string): string => url.replace(/^\/scim\/[^/?]*(?:\/v2(?=[/?]|$))?/, '');

/** Answers whether a directory has had its share of a minute. */
function createLimit(): (directoryId: string, now: number) => boolean {
  const counts = new Map<string, { readonly until: number; count: number }>();
  return (directoryId, now) => {
    const known = counts.get(directoryId);
    if (known !== undefined && known.until > now) return (known.count += 1) > UNAUTHENTICATED_PER_MINUTE;
    remember(counts, directoryId, { until: now + MINUTE_MS, count: 1 }, DIRECTORIES_MAX);
    return false;
  };
}

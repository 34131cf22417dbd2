import type { Clock } from '../../shared/runtime/clock.js';
import { spanBelow, type Tracing } from '../../shared/runtime/tracing.js';
import { traceparentOf, type ScimHandler } from './call.js';
import type { CommitCost } from './writer.js';

/** Makes each request a span, of the client's trace or of one that begins here; what it causes is part of it. */
export function trace(tracing: Tracing, clock: Clock): ScimHandler {
  return (req, res, next) => {
    const [parent, startMs] = [traceparentOf(req), clock()];
    const own = parent === undefined ? tracing.begin() : spanBelow(parent);
    req.headers['traceparent'] = own;
    res.once('close', () => {
      const { statusCode: status } = res;
      tracing.record({
        ...{ name: `SCIM ${req.method}`, kind: 'server', own, parent, startMs, endMs: clock() },
        attributes: { 'http.request.method': req.method, 'http.response.status_code': status },
        error: status >= 500 ? `answered ${status}` : undefined,
      });
    });
    next();
  };
}

/** A commit is part of each request that it answers. */
export function traceCommit(tracing: Tracing, { requests, seconds, traceparents }: CommitCost, endMs: number): void {
  if (!tracing.isOn) return;
  for (const parent of traceparents()) {
    tracing.record({
      ...{ name: 'commit', kind: 'internal', own: spanBelow(parent), parent, startMs: endMs - seconds * 1000, endMs },
      attributes: { 'rollcall.commit.requests': requests },
    });
  }
}

import type { RequestHandler, Response } from 'express';
import { Histogram, type Registry } from 'prom-client';
import { answerClass, statusOf } from '../../shared/runtime/answer.js';
import type { Route } from './routes.js';

/** What the management API tells of itself on /metrics. Labels name no path: ids stand in it. */
export interface AdminMetrics {
  /** `part`: of the API, as its description calls it; undefined where no route matched, or nobody was let in. */
  answered(request: { readonly part: string | undefined; readonly status: number; readonly seconds: number }): void;
}

const REQUEST_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

export function createAdminMetrics(registry: Registry): AdminMetrics {
  const requests = new Histogram({
    name: 'rollcall_management_request_duration_seconds',
    help: 'Requests to the management API and the set-up page until the end of the answer, by part of the API and class of the answer. Waiting for events is in it, streams are not.',
    labelNames: ['part', 'answer'],
    buckets: REQUEST_SECONDS,
    registers: [registry],
  });
  return {
    answered: ({ part = 'none', status, seconds }) => requests.observe({ part, answer: answerClass(status) }, seconds),
  };
}

/** Has each request measured once it is over. */
export function measureRequests(metrics: AdminMetrics, routes: readonly Route[]): RequestHandler {
  const parts = new Map(routes.map(({ path, tag }) => [path, tag]));
  return (req, res, next) => {
    const since = performance.now();
    res.once('close', () => {
      if (isStream(res)) return;
      const { path = '' } = (req.route as { readonly path?: string } | undefined) ?? {};
      const seconds = (performance.now() - since) / 1000;
      metrics.answered({ part: parts.get(path), status: statusOf(res), seconds });
    });
    next();
  };
}

/** Open for as long as somebody looks. */
const isStream = (res: Response): boolean =>
  String(res.getHeader('content-type') ?? '').startsWith('text/event-stream');

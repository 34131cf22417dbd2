import { randomBytes } from 'node:crypto';
import { SpanKind, SpanStatusCode, type HrTime, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Span, Tracing } from './tracing.js';
import { version } from './version.js';

export interface OtlpOptions {
  /** Base URL of a collector that takes OTLP over HTTP. */
  readonly endpoint: string;
  /** Share of the traces that begin here which are recorded, from 0 to 1. What comes with a trace is recorded as it says. */
  readonly ratio: number;
  readonly role: string;
}

/** How long a batch waits for a collector that is slow, and a stop for one that is away. */
const EXPORT_TIMEOUT_MS = 3_000;

const KINDS: Readonly<Record<Span['kind'], SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/**
 * Sends spans to an OpenTelemetry collector, in batches and in the background: one that cannot be reached loses spans and holds
 * nobody up. Spans are made whole and not by a tracer, because a trace goes on through a database and another process, which no
 * context of a call knows.
 */
export function createOtlpTracing({ endpoint, ratio, role }: OtlpOptions): Tracing {
  const resource = resourceFromAttributes({
    'service.name': 'rollcall',
    'service.version': version,
    'service.instance.id': `${role}-${process.pid}`,
    'rollcall.role': role,
  });
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS }),
  });
  return {
    isOn: true,
    begin: () =>
      `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-0${Math.random() < ratio ? 1 : 0}`,
    record(span) {
      if (contextOf(span.own).traceFlags === 0) return;
      processor.onEnd({ ...readable(span), resource });
    },
    // What a collector that is away does not take is lost, and no reason to stop otherwise than well.
    close: () => processor.shutdown().catch(() => undefined),
  };
}

const contextOf = (traceparent: string): SpanContext => ({
  traceId: traceparent.slice(3, 35),
  spanId: traceparent.slice(36, 52),
  traceFlags: Number.parseInt(traceparent.slice(53, 55), 16) & 1,
});

function readable({
  name,
  kind,
  own,
  parent,
  startMs,
  endMs,
  attributes,
  error,
}: Span): Omit<ReadableSpan, 'resource'> {
  const context = contextOf(own);
  return {
    name,
    kind: KINDS[kind],
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: { ...contextOf(parent), isRemote: true } }),
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(endMs - startMs),
    status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
    attributes: { ...attributes },
    links: [],
    events: [],
    ended: true,
    instrumentationScope: { name: 'rollcall', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1000), Math.round((ms % 1000) * 1_000_000)];

import { randomBytes } from 'node:crypto';
import { withSpan } from '../events/trace-context.js';

/** Something that took time, as part of a trace; told once it is over. */
export interface Span {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** Its own id in its trace, as the header `traceparent`. */
  readonly own: string;
  /** The same of what it is part of; undefined where the trace begins. */
  readonly parent: string | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Why it failed, in words. */
  readonly error?: string | undefined;
}

/** Where spans are told to. */
export interface Tracing {
  /** False: nobody listens, and nothing need be measured for it. */
  readonly isOn: boolean;
  /** For a request that comes without one: the trace that begins with it. */
  begin(): string;
  record(span: Span): void;
  /** Sends what waits. */
  close(): Promise<void>;
}

/** A span below another one, or below nothing that is known. */
export const spanBelow = (parent: string): string => withSpan(parent, randomBytes(8).toString('hex'));

/** Costs nothing. */
export const noTracing: Tracing = {
  isOn: false,
  begin: () => '',
  record: () => undefined,
  close: async () => undefined,
};

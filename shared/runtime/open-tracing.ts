import { noTracing, type Tracing } from './tracing.js';

export interface TracingConfig {
  readonly endpoint: string;
  readonly ratio: number;
}

/** The libraries are loaded only where a collector is configured. */
export async function openTracing(config: TracingConfig | undefined, role: string): Promise<Tracing> {
  if (config === undefined) return noTracing;
  const { createOtlpTracing } = await import('./otlp-tracing.js');
  return createOtlpTracing({ ...config, role });
}

/** Beside an event, the trace context of the request that caused it; mostly there is none. */
export const TRACE_CONTEXT = `
  ALTER TABLE events ADD COLUMN traceparent TEXT;
`;

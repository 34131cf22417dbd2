/**
 * The header `traceparent` of W3C Trace Context (Recommendation of 2021, section 3.2): `version-trace_id-parent_id-flags`. It
 * travels beside an event, from the SCIM request that caused it to the webhooks that tell of it; without one, there is none.
 */
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Longer than any that is known: a future version may append fields. */
const LENGTH_MAX = 256;
const SAMPLED = 1;

/** The header as version 00 writes it; undefined when there is none, or none that may be used. */
export function parseTraceparent(header: string | undefined): string | undefined {
  if (header === undefined || header.length > LENGTH_MAX) return undefined;
  const [, version = '', traceId = '', parentId = '', flags = '', more] = FORM.exec(header) ?? [];
  // Section 3.2.2.1: ff is forbidden, and version 00 has four fields; a later one is read by the fields that are known.
  if (version === '' || version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  // Section 3.2.2.5: flags that are not known are sent on as zero.
  return `00-${traceId}-${parentId}-0${Number.parseInt(flags, 16) & SAMPLED}`;
}

/** The same trace, with the given span as the parent of what comes next. */
export const withSpan = (traceparent: string, spanId: string): string =>
  `${traceparent.slice(0, 36)}${spanId}${traceparent.slice(52)}`;

import type { CountedEndpoint, Endpoint } from './shapes.js';

/** What stands in the form: text as it is typed. */
export interface Draft {
  readonly url: string;
  readonly description: string;
  readonly organizationId: string;
  readonly directoryId: string;
  /** Patterns; none: every event. */
  readonly eventTypes: readonly string[];
  readonly filter: string;
  readonly payload: Endpoint['payload'];
  readonly ordering: Endpoint['ordering'];
  readonly perSecond: string;
  /** One in a line, `name: value`; of an endpoint that is there, '' leaves them as they are. */
  readonly headers: string;
  readonly dropsHeaders: boolean;
}

export const EMPTY: Draft = {
  ...{ url: '', description: '', organizationId: '', directoryId: '', eventTypes: [], filter: '' },
  ...{ payload: 'full', ordering: 'resource', perSecond: '', headers: '', dropsHeaders: false },
};

export const draftOf = (endpoint: CountedEndpoint): Draft => ({
  url: endpoint.url,
  description: endpoint.description,
  organizationId: endpoint.organizationId ?? '',
  directoryId: endpoint.directoryId ?? '',
  eventTypes: endpoint.eventTypes,
  filter: endpoint.filter ?? '',
  payload: endpoint.payload,
  ordering: endpoint.ordering,
  perSecond: endpoint.rateLimit === null ? '' : String(endpoint.rateLimit.perSecond),
  headers: '',
  dropsHeaders: false,
});

/** The body that makes an endpoint. */
export const creationOf = (draft: Draft): Readonly<Record<string, unknown>> => ({
  ...settingsOf(draft),
  organizationId: draft.organizationId === '' ? null : draft.organizationId,
  directoryId: draft.directoryId === '' ? null : draft.directoryId,
  headers: headersOf(draft.headers),
});

/** The body that changes it: only what differs, so that what somebody else has changed meanwhile stays. */
export function changeOf(draft: Draft, endpoint: CountedEndpoint): Readonly<Record<string, unknown>> {
  const [before, after] = [settingsOf(draftOf(endpoint)), settingsOf(draft)];
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof before]),
  );
  const replacesHeaders = draft.dropsHeaders || draft.headers.trim() !== '';
  return { ...Object.fromEntries(changed), ...(replacesHeaders ? { headers: headersOf(draft.headers) } : {}) };
}

const settingsOf = ({ url, description, eventTypes, filter, payload, ordering, perSecond }: Draft) => ({
  url: url.trim(),
  description: description.trim(),
  eventTypes,
  filter: filter.trim() === '' ? null : filter.trim(),
  payload,
  ordering,
  rateLimit: perSecond.trim() === '' ? null : { perSecond: Number(perSecond) },
});

/** A line without a colon is a name without a value, which the API refuses by name. */
const headersOf = (lines: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const colon = line.indexOf(':');
        return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      }),
  );

import type { Tone } from '../../ui/tone.js';
import type { Endpoint, EndpointStatistics } from './shapes.js';

export interface Health {
  readonly tone: Tone;
  readonly word: string;
  /** Since when it is so; null: that is not known, or does not matter. */
  readonly since: string | null;
  /** What it means, and what to do, in a sentence or two; '' of what is well. */
  readonly why: string;
}

/** Fewer successes than that are worth a look. */
const WELL_FROM = 0.99;

/** How an endpoint does, in words. */
export function healthOf(endpoint: Endpoint, statistics: EndpointStatistics | undefined): Health {
  if (!endpoint.enabled) return disabled(endpoint.disabledReason);
  if (endpoint.failingSince !== null) {
    const why = 'Every attempt since then has failed. After five days of that it is disabled by itself.';
    return { tone: 'bad', word: 'Failing', since: endpoint.failingSince, why };
  }
  if (statistics === undefined) return { tone: 'idle', word: 'Enabled', since: null, why: '' };
  const { attempts, succeeded, lastSuccessAt, lastFailureAt } = statistics;
  if (attempts === 0)
    return { tone: 'idle', word: 'Resting', since: null, why: 'Nothing was sent in the last 24 hours.' };
  if (lastFailureAt !== null && (lastSuccessAt === null || lastFailureAt > lastSuccessAt)) {
    const why =
      lastSuccessAt === null ? 'No attempt of the last 24 hours has succeeded.' : 'The latest attempt has failed.';
    return { tone: 'bad', word: 'Failing', since: lastSuccessAt, why };
  }
  if (succeeded / attempts < WELL_FROM) {
    return { tone: 'warn', word: 'Unsteady', since: null, why: 'Some attempts of the last 24 hours have failed.' };
  }
  return { tone: 'good', word: 'Healthy', since: null, why: '' };
}

function disabled(reason: string | null): Health {
  const why = `It gets no requests: ${reason ?? 'disabled'}. Its deliveries are held, and go on in order once it is enabled.`;
  return { tone: 'idle', word: 'Disabled', since: null, why };
}

/** "99.8 %"; a dash where nothing was sent. */
export function successRate({ attempts, succeeded }: Pick<EndpointStatistics, 'attempts' | 'succeeded'>): string {
  if (attempts === 0) return '—';
  const percent = (100 * succeeded) / attempts;
  // Never rounded up to a hundred, or down to none.
  const shown = percent > 99.9 && percent < 100 ? 99.9 : percent < 0.1 && percent > 0 ? 0.1 : percent;
  return `${shown.toLocaleString('en', { maximumFractionDigits: 1 })} %`;
}

/** "every event", "user.*, group.*". */
export const subscribedTo = ({ eventTypes }: Pick<Endpoint, 'eventTypes'>): string =>
  eventTypes.length === 0 ? 'every event' : eventTypes.join(', ');

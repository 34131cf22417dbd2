import type { Tone } from '../../ui/status.js';
import type { Directory } from '../shapes.js';

interface State {
  readonly tone: Tone;
  readonly word: string;
  /** What it means. */
  readonly why: string;
}

/** What a directory is doing, in a word; what needs somebody comes first. */
export function stateOf({ state, enabled, hold }: Directory): State {
  if (state === 'deleted') return { tone: 'idle', word: 'Deleted', why: 'It is being erased.' };
  if (hold !== null) {
    const why = 'Its deletion guard holds a mass removal back until somebody releases or discards it.';
    return { tone: 'warn', word: 'Holds changes', why };
  }
  if (!enabled) return { tone: 'idle', word: 'Disabled', why: 'The identity provider is answered 403.' };
  if (state === 'pending')
    return { tone: 'busy', word: 'Not connected', why: 'No authenticated request has come yet.' };
  return { tone: 'good', word: 'Active', why: 'The identity provider provisions it.' };
}

/** What providers are called; a directory may name any other. */
export const PROVIDERS: Readonly<Record<string, string>> = {
  okta: 'Okta',
  entra: 'Entra ID',
  google: 'Google Workspace',
  onelogin: 'OneLogin',
  jumpcloud: 'JumpCloud',
  pingfederate: 'PingFederate',
  rippling: 'Rippling',
  cyberark: 'CyberArk',
};

export const providerName = (provider: string | null): string =>
  provider === null ? '—' : (PROVIDERS[provider] ?? provider);

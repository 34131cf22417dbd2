import type { SetupSessionView } from '../../setup/session.js';
import { api, ApiProblem, proveBy } from '../api.js';

/** `used`: the link in the address is not accepted (any more); `none`: there is neither a link nor a session. */
export type Opening = 'open' | 'used' | 'none';

const LINK = /^#rcl_/;

/**
 * Begins a session by the link in the address, or goes on with the one that the browser has. The link's token leaves the address bar
 * before anything else happens: it stays in no history, and is in no log, since browsers send nothing behind the `#`. Throws
 * `ApiProblem` for whatever may be repeated.
 */
export async function openSession(): Promise<Opening> {
  const { hash, pathname } = location;
  const isByLink = LINK.test(hash);
  if (isByLink) history.replaceState(null, '', pathname);
  const asked = isByLink
    ? api<SetupSessionView>('/setup/session', { method: 'POST', body: { token: hash.slice(1) } })
    : api<SetupSessionView>('/setup/session');
  try {
    proveBy((await asked).csrf);
    return 'open';
  } catch (error) {
    if (error instanceof ApiProblem && isOver(error)) return isByLink ? 'used' : 'none';
    throw error;
  }
}

export const endSession = (): Promise<void> => api('/setup/session', { method: 'DELETE' });

/** Refusals of whoever has no session, or not this one any more. */
export const isOver = ({ status }: ApiProblem): boolean => status >= 400 && status < 500 && status !== 429;

import { createContext, useContext } from 'react';
import { api, proveBy } from '../api.js';

/** Who is signed in. */
export interface Session {
  readonly name: string;
  readonly scopes: readonly ('read' | 'write')[];
  /** The only organization that the key reaches; null: every one. */
  readonly organizationId: string | null;
  readonly csrf: string;
  readonly expiresAt: string;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('Only what is shown after signing in may ask who did.');
  return session;
}

/** Whether what changes things is shown as possible. */
export const useMayChange = (): boolean => useSession().scopes.includes('write');

export const currentSession = (): Promise<Session> => api<Session>('/session').then(remembered);
export const signIn = (adminKey: string): Promise<Session> =>
  api<Session>('/session', { method: 'POST', body: { adminKey } }).then(remembered);
export const signOut = (): Promise<void> => api('/session', { method: 'DELETE' });

function remembered(session: Session): Session {
  proveBy(session.csrf);
  return session;
}

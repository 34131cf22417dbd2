import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { bearerToken, credentialHash } from '../../shared/runtime/credentials.js';
import type { AdminDeps } from './deps.js';
import { Problem } from './problem.js';

/** Who asks. */
export interface Caller {
  /** Of the admin key; the operator's own has one too. */
  readonly keyId: string;
}

const OPERATORS: Caller = { keyId: 'operator' };

/** The caller, where `authenticate` let the request pass. */
export const callerOf = (res: Response): Caller => res.locals['caller'] as Caller;

/** Lets a request pass that bears an admin key: the operator's own or a stored one. */
export function authenticate({ registry, adminKeyHash }: Pick<AdminDeps, 'registry' | 'adminKeyHash'>): RequestHandler {
  return async (req, res, next) => {
    const key = bearerOf(req.headers.authorization);
    const caller = isOperatorsKey(key, adminKeyHash) ? OPERATORS : await holderOf(key, registry);
    if (caller === undefined) {
      throw new Problem(
        'unauthorized',
        'The admin key is not valid; check it, or restart with one of your own in ROLLCALL_ADMIN_KEY.',
      );
    }
    res.locals['caller'] = caller;
    next();
  };
}

function bearerOf(header: string | undefined): string {
  const key = bearerToken(header);
  if (key === undefined) {
    throw new Problem('unauthorized', 'Send the header "Authorization: Bearer <admin key>".');
  }
  return key;
}

function isOperatorsKey(key: string, hash: string | undefined): boolean {
  return hash !== undefined && timingSafeEqual(createHash('sha256').update(key).digest(), Buffer.from(hash, 'hex'));
}

async function holderOf(key: string, registry: AdminDeps['registry']): Promise<Caller | undefined> {
  const hash = credentialHash('rca', key);
  const [found] = hash === undefined ? [] : await registry.adminKeys.find({ hash }, { limit: 1 });
  return found && { keyId: found.id };
}

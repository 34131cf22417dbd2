import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { bearerToken, credentialHash } from '../../shared/runtime/credentials.js';
import type { AdminDeps } from './deps.js';
import { Problem } from './problem.js';

/** Lets a request pass that bears an admin key: the operator's own or a stored one. */
export function authenticate({ registry, adminKeyHash }: Pick<AdminDeps, 'registry' | 'adminKeyHash'>): RequestHandler {
  return async (req, _res, next) => {
    const key = bearerOf(req.headers.authorization);
    if (!isOperatorsKey(key, adminKeyHash) && !(await isStoredKey(key, registry))) {
      throw new Problem(
        'unauthorized',
        'The admin key is not valid; check it, or restart with one of your own in ROLLCALL_ADMIN_KEY.',
      );
    }
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

async function isStoredKey(key: string, registry: AdminDeps['registry']): Promise<boolean> {
  const hash = credentialHash('rca', key);
  return hash !== undefined && (await registry.adminKeys.find({ hash }, { limit: 1 })).length > 0;
}

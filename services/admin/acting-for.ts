import type { Request, Response } from 'express';
import { audited } from './audited.js';
import { addressOf, callerOf } from './authenticate.js';
import type { Deps } from './deps.js';
import { requestIdOf } from './error-handler.js';
import { scopeTo } from './scope.js';

/** The world as the caller may see and change it: no further than its key reaches, and never without an entry in the audit log. */
export function actingFor(deps: Deps, req: Request, res: Response): Deps {
  const caller = callerOf(res);
  if (caller === undefined) return deps;
  const { keyId, name, organizationId, directoryId } = caller;
  const author = { actor: keyId, actorName: name, requestId: requestIdOf(res), address: addressOf(req) };
  const own = audited(deps, author);
  return organizationId === null ? own : scopeTo(own, organizationId, directoryId);
}

import { hasAddress, type AddressRanges } from '../../shared/runtime/address-ranges.js';
import { Forbidden } from '../../shared/scim/errors.js';
import type { ScimHandler } from './call.js';

/**
 * Refuses what comes from outside the directory's `allowedCidrs`, where it has some. The caller is the one that connects, or the
 * one that a trusted proxy tells of (`trust proxy` of Express).
 */
export const admitAddress: ScimHandler = (req, res, next) => {
  const { callers } = res.locals.directory;
  // Most directories take requests from everywhere: who calls is found out for the others alone.
  if (callers.length > 0) requireWithin(callers, req.ip ?? '');
  next();
};

function requireWithin(callers: AddressRanges, ip: string): void {
  if (hasAddress(callers, ip)) return;
  throw new Forbidden(
    `The address ${ip} is in none of the ranges that this directory takes requests from. Add it to allowedCidrs in the management API; if it is the one of a proxy of yours, set ROLLCALL_TRUSTED_PROXIES.`,
  );
}

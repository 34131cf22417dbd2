import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AddressRanges } from '../../runtime/address-ranges.js';
import { whyRefused } from '../../webhooks/target-address.js';
import { AddressRefused } from './failure.js';

/**
 * Connects to allowed addresses only. The check is part of making the connection: a name is resolved once, its addresses are
 * filtered, and the socket goes to one of those left; there is no second look-up that could answer otherwise (DNS rebinding).
 */
export function guardedConnect(allowed: AddressRanges, timeoutMs: number): buildConnector.connector {
  const lookup = guardedLookup(allowed);
  // undici hands what it does not know to net.connect and tls.connect; its types do not say so for `lookup`.
  const options: buildConnector.BuildOptions & { lookup: LookupFunction } = { timeout: timeoutMs, lookup };
  const connect = buildConnector(options);
  return (target, callback) => {
    // An address is not looked up.
    const refusal = isIP(target.hostname) === 0 ? undefined : whyRefused(target.hostname, allowed);
    if (refusal === undefined) connect(target, callback);
    else callback(new AddressRefused(`the address ${target.hostname} ${refusal}`), null);
  };
}

const guardedLookup =
  (allowed: AddressRanges): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const good = addresses.filter(({ address }) => whyRefused(address, allowed) === undefined);
      const [first] = good;
      if (first === undefined) return callback(new AddressRefused(refusalOf(hostname, addresses, allowed)), []);
      if (options.all === true) callback(null, good);
      else callback(null, first.address, first.family);
    });
  };

const refusalOf = (hostname: string, addresses: readonly LookupAddress[], allowed: AddressRanges): string =>
  addresses
    .slice(0, 1)
    .map(({ address }) => `the name ${hostname} resolves to ${address}, which ${whyRefused(address, allowed) ?? ''}`)
    .join('');

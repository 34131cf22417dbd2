import ipaddr from 'ipaddr.js';
import { isWithin, parseCidrs, type Address, type AddressRanges } from '../runtime/address-ranges.js';

const OPENED_BY = 'ROLLCALL_WEBHOOK_ALLOW_CIDRS';

/** The only IPv6 addresses that are routed in public (RFC 4291 section 2.4); what is unknown elsewhere stays refused. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/** Why a webhook may not go to an IP address, as the end of "the address …"; undefined when it may. */
export function whyRefused(address: string, allowed: AddressRanges): string | undefined {
  if (!ipaddr.isValid(address)) return 'is no IP address';
  const parsed = ipaddr.parse(address);
  if (isWithin(parsed, allowed)) return undefined;
  const kind = kindOf(parsed);
  return kind === undefined ? undefined : `is ${kind}; use a public one, or open its range with ${OPENED_BY}`;
}

/** Whether a webhook may go to an IP address: a public unicast one, or one that an allowed range has. */
export const addressAllowed = (address: string, allowed: AddressRanges): boolean =>
  whyRefused(address, allowed) === undefined;

/** Undefined for a public unicast address. Addresses that carry an IPv4 one inside (mapped, 6to4, NAT64, Teredo) are not. */
function kindOf(address: Address): string | undefined {
  const range: string = address.range();
  if (range !== 'unicast') return KINDS[range] ?? `of the special range ${range}`;
  return address.kind() === 'ipv6' && !address.match(GLOBAL_IPV6) ? 'reserved' : undefined;
}

const KINDS: Readonly<Record<string, string>> = {
  unspecified: 'unspecified',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'link-local',
  loopback: 'loopback',
  carrierGradeNat: "a carrier's private one",
  private: 'private',
  uniqueLocal: 'private',
  ipv4Mapped: 'an IPv4 address mapped into IPv6',
  rfc6052: 'a NAT64 address',
  '6to4': 'a 6to4 address',
  reserved: 'reserved',
};

/**
 * Why a URL is none that webhooks may go to, as the end of "url …"; undefined when it may be. A name is not resolved here:
 * the dispatcher checks what it resolves to at each connection.
 */
export function checkTarget(url: string, allowCidrs: readonly string[]): string | undefined {
  if (!URL.canParse(url)) return 'must be an absolute URL, such as https://example.com/webhooks';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return `must begin with https:// or http://, not ${protocol}`;
  if (username !== '' || password !== '') {
    return 'must not carry a user name or password; check the signature of each message instead';
  }
  const address = literalAddress(hostname);
  const refusal = address === undefined ? undefined : whyRefused(address, parseCidrs(allowCidrs));
  return refusal === undefined ? undefined : `names the address ${hostname}, which ${refusal}`;
}

/** The address that a host stands for without a resolver. The URL parser has brought all spellings of IPv4 into one. */
function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (ipaddr.isValid(bare)) return bare;
  // RFC 6761 section 6.3: these names are always loopback.
  return bare === 'localhost' || bare.endsWith('.localhost') ? '127.0.0.1' : undefined;
}

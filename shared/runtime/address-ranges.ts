import ipaddr from 'ipaddr.js';

/** IP address ranges, parsed. */
export type AddressRanges = readonly (readonly [ReturnType<typeof ipaddr.parse>, number])[];

export const isCidr = (range: string): boolean => ipaddr.isValidCIDR(range);

/** Throws a RangeError that names the first range that is none. */
export const parseCidrs = (ranges: readonly string[]): AddressRanges =>
  ranges.map((range) => {
    if (isCidr(range)) return ipaddr.parseCIDR(range);
    throw new RangeError(`address range ${JSON.stringify(range)}: must be in CIDR form, such as 10.20.0.0/16`);
  });

/** Whether one of the ranges has the address. An IPv4 address that a socket shows mapped into IPv6 is the IPv4 one. */
export function hasAddress(ranges: AddressRanges, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const asked = ipaddr.process(address);
  return ranges.some(([range, bits]) => range.kind() === asked.kind() && asked.match(range, bits));
}

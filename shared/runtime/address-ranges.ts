import ipaddr from 'ipaddr.js';

export type Address = ReturnType<typeof ipaddr.parse>;

/** IP address ranges, parsed. */
export type AddressRanges = readonly (readonly [Address, number])[];

export const isCidr = (range: string): boolean => ipaddr.isValidCIDR(range);

/** Throws a RangeError that names the first range that is none. */
export const parseCidrs = (ranges: readonly string[]): AddressRanges =>
  ranges.map((range) => {
    if (isCidr(range)) return ipaddr.parseCIDR(range);
    throw new RangeError(`address range ${JSON.stringify(range)}: must be in CIDR form, such as 10.20.0.0/16`);
  });

/** Whether one of the ranges has the address. An IPv4 address that a socket shows mapped into IPv6 is the IPv4 one. */
export function hasAddress(ranges: AddressRanges, address: string): boolean {
  return ipaddr.isValid(address) && isWithin(ipaddr.process(address), ranges);
}

/** Whether one of the ranges has the address as it is: one of IPv4 mapped into IPv6 is of IPv6. */
export const isWithin = (address: Address, ranges: AddressRanges): boolean =>
  ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));

import fc from 'fast-check';
import { parseCidrs } from '../../../shared/runtime/address-ranges.js';
import { addressAllowed, checkTarget, whyRefused } from '../../../shared/webhooks/target-address.js';

const NONE = parseCidrs([]);

describe('addresses', () => {
  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.0',
    '2606:4700:4700::1111',
    '2a00:1450::1',
  ])('%s is public and allowed', (address) => {
    expect(addressAllowed(address, NONE)).toBe(true);
  });

  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.255.255', 'private'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['100.64.0.1', "a carrier's private one"],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'a broadcast address'],
    ['240.0.0.1', 'reserved'],
    ['192.0.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fec0::1', 'of the special range deprecatedSiteLocal'],
    ['::ffff:127.0.0.1', 'an IPv4 address mapped into IPv6'],
    ['::ffff:8.8.8.8', 'an IPv4 address mapped into IPv6'],
    ['::127.0.0.1', 'an IPv4 address mapped into IPv6'],
    ['::7f00:1', 'reserved'],
    ['2002:7f00:1::', 'a 6to4 address'],
    ['64:ff9b::7f00:1', 'a NAT64 address'],
    ['64:ff9b:1::a00:1', 'a NAT64 address'],
    ['2001:0:4136:e378::1', 'of the special range teredo'],
    ['2001:db8::1', 'reserved'],
    ['3fff::1', 'reserved'],
    ['5f00::1', 'of the special range segmentRouting'],
    ['4000::1', 'reserved'],
    ['not an address', undefined],
    ['', undefined],
  ])('%s is refused as %s', (address, kind) => {
    expect(addressAllowed(address, NONE)).toBe(false);
    const reason = kind === undefined ? 'is no IP address' : `is ${kind}; use a public one`;
    expect(whyRefused(address, NONE)).toContain(reason);
  });

  test('a range opens its own addresses and no others', () => {
    const allowed = parseCidrs(['127.0.0.0/8', 'fd00::/8', '10.20.0.0/16']);
    for (const address of ['127.0.0.1', 'fd00::1', '10.20.255.255'])
      expect(addressAllowed(address, allowed)).toBe(true);
    for (const address of ['10.21.0.0', '::1', 'fc00::1', '::ffff:127.0.0.1', '::ffff:10.20.0.1']) {
      expect(addressAllowed(address, allowed)).toBe(false);
    }
  });

  test('no IPv4 address inside 10.0.0.0/8 gets through in any IPv6 form', () => {
    const hex = (high: number, low: number): string => ((high << 8) | low).toString(16);
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(octet, octet, octet, (b, c, d) => {
        const tail = `${hex(10, b)}:${hex(c, d)}`;
        for (const address of [
          `10.${b}.${c}.${d}`,
          `::ffff:${tail}`,
          `::${tail}`,
          `64:ff9b::${tail}`,
          `2002:${tail}::`,
        ]) {
          expect(addressAllowed(address, NONE)).toBe(false);
        }
      }),
    );
  });

  test.each(['10.0.0.0', '10.0.0.0/33', 'example.com/8', ''])('%j is no range', (range) => {
    expect(() => parseCidrs(['10.0.0.0/8', range])).toThrow(
      `address range ${JSON.stringify(range)}: must be in CIDR form`,
    );
  });
});

describe('target URLs', () => {
  test.each([
    'https://example.com/hook',
    'http://example.com:8080/?a=b',
    'https://[2606:4700::1]/',
    'https://8.8.8.8/',
  ])('%s may be one', (url) => {
    expect(checkTarget(url, [])).toBeUndefined();
  });

  test.each([
    ['', 'must be an absolute URL'],
    ['example.com/hook', 'must be an absolute URL'],
    ['/hook', 'must be an absolute URL'],
    ['ftp://example.com/', 'must begin with https:// or http://, not ftp:'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['https://user@example.com/', 'must not carry a user name'],
    ['https://:password@example.com/', 'must not carry a user name'],
    ['http://127.0.0.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://127.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://2130706433/', 'names the address 127.0.0.1, which is loopback'],
    ['http://0177.0.0.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://0x7f.0x1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://127.0.0.1./', 'names the address 127.0.0.1, which is loopback'],
    ['http://１２７.0.0.1/', 'names the address 127.0.0.1, which is loopback'],
    ['http://[::1]/', 'names the address [::1], which is loopback'],
    ['http://[::ffff:127.0.0.1]/', 'which is an IPv4 address mapped into IPv6'],
    ['http://localhost:8080/', 'names the address localhost, which is loopback'],
    ['http://a.LOCALHOST./', 'which is loopback'],
    ['http://169.254.169.254/latest/meta-data', 'which is link-local'],
  ])('%s is refused: %s', (url, reason) => {
    expect(checkTarget(url, [])).toContain(reason);
  });

  test('an opened range lets its literal addresses through', () => {
    for (const url of ['http://127.0.0.1:9/hook', 'http://2130706433/', 'http://localhost/']) {
      expect(checkTarget(url, ['127.0.0.0/8'])).toBeUndefined();
    }
    expect(checkTarget('http://10.0.0.1/', ['127.0.0.0/8'])).toContain('ROLLCALL_WEBHOOK_ALLOW_CIDRS');
  });
});

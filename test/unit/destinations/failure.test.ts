import { AddressRefused, failureInWords, whyNotDelivered } from '../../../shared/destinations/http/failure.js';

test.each([
  [200, null, null],
  [299, null, null],
  [500, null, 'the receiver answered 500'],
  [410, '/elsewhere', 'the receiver answered 410'],
  [302, null, 'the receiver answered 302, a redirect; redirects are not followed'],
  [
    308,
    'https://a.example/',
    'the receiver answered 308, a redirect to https://a.example/; redirects are not followed',
  ],
])('%d with location %p: %p', (status, location, words) => {
  const said = whyNotDelivered(status, location);
  if (words === null) expect(said).toBeNull();
  else expect(said).toContain(words);
});

describe('without a whole answer', () => {
  const around = { url: 'https://hooks.example:8443/a', deadlineMs: 15_000, isLate: false, status: null };
  const coded = (code: string): Error => Object.assign(new Error(`${code} happened`), { code });

  test.each([
    ['ECONNREFUSED', 'hooks.example:8443 refused the connection; nothing listens there'],
    ['ECONNRESET', 'hooks.example:8443 closed the connection before it had answered'],
    ['UND_ERR_SOCKET', 'hooks.example:8443 closed the connection before it had answered'],
    ['ENOTFOUND', 'the name hooks.example does not resolve to an address'],
    ['EAI_AGAIN', 'the name hooks.example could not be resolved'],
    ['EHOSTUNREACH', 'hooks.example:8443 cannot be reached from here'],
    ['CERT_HAS_EXPIRED', 'the certificate of hooks.example:8443 cannot be trusted: CERT_HAS_EXPIRED happened'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate of hooks.example:8443 cannot be trusted'],
    ['UND_ERR_CONNECT_TIMEOUT', 'the receiver did not answer within 15 s'],
    ['SOMETHING_ELSE', 'the request to hooks.example:8443 failed: SOMETHING_ELSE happened'],
  ])('%s: %s', (code, words) => {
    expect(failureInWords(coded(code), around)).toContain(words);
  });

  test('the deadline is named, with how far it had come', () => {
    const late = { ...around, isLate: true };
    expect(failureInWords(coded('ABORT'), late)).toBe('the receiver did not answer within 15 s');
    expect(failureInWords(coded('ABORT'), { ...late, status: 200 })).toBe(
      'the receiver began to answer 200, and did not end within 15 s',
    );
  });

  test('a refused address is named with the way to open it', () => {
    expect(failureInWords(new AddressRefused('the address ::1 is loopback'), around)).toBe(
      'the address ::1 is loopback',
    );
  });

  test('of several addresses, the first failure is told', () => {
    const both = new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]);
    expect(failureInWords(both, around)).toContain('refused the connection');
  });

  test('anything that is thrown has words', () => {
    expect(failureInWords('odd', around)).toBe('the request to hooks.example:8443 failed: odd');
  });
});

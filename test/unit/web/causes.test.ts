import { explain } from '../../../services/admin/web/console/events/causes.js';
import { AddressRefused, failureInWords, whyNotDelivered } from '../../../shared/destinations/http/failure.js';
import { parseCidrs } from '../../../shared/runtime/address-ranges.js';
import { whyRefused } from '../../../shared/webhooks/target-address.js';

const circumstances = { url: 'https://app.example.com/webhooks', deadlineMs: 15_000, isLate: false, status: null };
const failed = (code: string): Error => Object.assign(new Error(code), { code });
const fallback = explain(null, 'nothing that anybody has thought of').cause;

test.each([
  ['ENOTFOUND', 'The receiver’s host name has no address.'],
  ['EAI_AGAIN', 'The name server did not answer.'],
  ['ECONNREFUSED', 'Nothing listens at the receiver’s address.'],
  ['ECONNRESET', 'The connection was closed before there was an answer.'],
  ['EHOSTUNREACH', 'There is no way to the receiver from here.'],
  ['UND_ERR_CONNECT_TIMEOUT', 'It did not answer in time.'],
  ['CERT_HAS_EXPIRED', 'The receiver’s certificate cannot be trusted.'],
])('%s, as the courier tells it, is explained', (code, cause) => {
  expect(explain(null, failureInWords(failed(code), circumstances)).cause).toBe(cause);
});

test('an answer that began and did not end is explained, whatever it began with', () => {
  const error = failureInWords(failed('ABORTED'), { ...circumstances, isLate: true, status: 200 });
  expect(explain(200, error).cause).toBe('It began to answer and did not end in time.');
});

test.each(['10.0.0.1', '127.0.0.1', '169.254.169.254', '::1', '0.0.0.0', '100.64.0.1'])(
  'that %s may not be reached is explained, by address and by name',
  (address) => {
    const why = whyRefused(address, parseCidrs([])) ?? '';
    for (const refusal of [
      `the address ${address} ${why}`,
      `the name app.example.com resolves to ${address}, which ${why}`,
    ]) {
      const error = failureInWords(new AddressRefused(refusal), circumstances);
      expect(explain(null, error).cause).toBe('The receiver’s address is one that webhooks may not reach.');
    }
  },
);

test('every answer that is no success is explained', () => {
  for (let status = 300; status < 600; status += 1) {
    const error = whyNotDelivered(status, null) ?? '';
    const { cause, advice } = explain(status, error);
    expect({ status, cause }).not.toEqual({ status, cause: fallback });
    expect(advice).not.toBe('');
  }
});

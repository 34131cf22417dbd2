import { checkHeaders } from '../../../shared/webhooks/own-headers.js';

test('plain headers are good', () => {
  expect(checkHeaders({})).toBeUndefined();
  expect(checkHeaders({ Authorization: 'Bearer a.b-c', 'x-region': 'eu west 1' })).toBeUndefined();
});

test.each([
  [{ 'webhook-id': 'x' }, 'sets'],
  [{ 'Svix-Signature': 'x' }, 'sets'],
  [{ 'Content-Type': 'x' }, 'sets'],
  [{ HOST: 'x' }, 'sets'],
  [{ 'transfer-encoding': 'chunked' }, 'sets'],
  [{ connection: 'close' }, 'sets'],
  [{ traceparent: 'x' }, 'sets'],
  [{ 'a b': 'x' }, 'no header name'],
  [{ '': 'x' }, 'no header name'],
  [{ 'x\r\ny': 'x' }, 'no header name'],
  [{ 'x-a': 'b\r\nhost: c' }, 'printable'],
  [{ 'x-a': '' }, 'printable'],
  [{ 'x-a': ' b' }, 'printable'],
  [{ 'x-a': 'é' }, 'printable'],
  [{ 'x-a': 'b'.repeat(1025) }, 'at most 1024'],
  [{ 'x-a': 'b', 'X-A': 'c' }, 'twice'],
  [Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, 'b'])), 'at most 20'],
])('%j is refused', (headers, why) => {
  expect(checkHeaders(headers)).toContain(why);
});

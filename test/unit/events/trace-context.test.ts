import { parseTraceparent, withSpan } from '../../../shared/events/trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test.each([
  [`00-${TRACE}-${SPAN}-01`, '01'],
  [`00-${TRACE}-${SPAN}-00`, '00'],
  // Flags that are not known are not sent on.
  [`00-${TRACE}-${SPAN}-ff`, '01'],
  [`00-${TRACE}-${SPAN}-fe`, '00'],
  // A later version is read as far as it is known.
  [`cc-${TRACE}-${SPAN}-01`, '01'],
  [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, '01'],
])('%s is one', (header, flags) => {
  expect(parseTraceparent(header)).toBe(`00-${TRACE}-${SPAN}-${flags}`);
});

test.each([
  undefined,
  '',
  'garbage',
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-`,
  `00-${TRACE}-${SPAN}-1`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-01.`,
  `cc-${TRACE}-${SPAN}-01.`,
  ` 00-${TRACE}-${SPAN}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-0A`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.slice(1)}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}0-01`,
  `00-${TRACE}-${SPAN.slice(0, 15)}g-01`,
  `ff-${TRACE}-${SPAN}-01`,
  `0-${TRACE}-${SPAN}-01`,
  `00_${TRACE}_${SPAN}_01`,
  `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  `cc-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`,
])('%s is dropped', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('the next span is of the same trace, sampled or not as before', () => {
  expect(withSpan(`00-${TRACE}-${SPAN}-01`, 'b7ad6b7169203331')).toBe(`00-${TRACE}-b7ad6b7169203331-01`);
});

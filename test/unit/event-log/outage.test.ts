import { createOutage } from '../../../shared/event-log/outage.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

test('each reason is said once, however many partitions it hits, and that all is well once', () => {
  const logger = createRecordingLogger();
  const outage = createOutage('publish', logger);
  outage.ended(1);
  outage.failed(1, new Error('no broker'));
  outage.failed(2, new Error('no broker'));
  outage.failed(1, new Error('no broker'));
  outage.failed(3, 'too large');
  outage.ended(1);
  outage.ended(3);
  expect(logger.lines).toEqual([
    'Cannot publish: no broker; trying again.',
    'Cannot publish: too large; trying again.',
  ]);
  outage.ended(2);
  outage.ended(2);
  expect(logger.lines.slice(2)).toEqual(['Can publish again.']);
  outage.failed(1, new Error('no broker'));
  expect(logger.lines).toHaveLength(4);
});

import { atMost } from '../../../services/cli/doctor/at-most.js';
import { exitCodeOf, fail, failure, ok, span, warn } from '../../../services/cli/doctor/finding.js';
import { createReport } from '../../../services/cli/doctor/report.js';
import { createPaint } from '../../../services/cli/paint.js';

const findings = [ok('clock', 'agrees'), warn('tokens', 'one\n\u001b[31mexpires', 'make a new one')];

function reportOn(isJson: boolean, isTerminal: boolean) {
  const out = { text: '', progress: '' };
  const report = createReport({
    isJson,
    paint: createPaint(isTerminal),
    write: (text) => (out.text += text),
    writeProgress: isTerminal ? (text) => (out.progress += text) : undefined,
  });
  report.lookingAt('clock');
  report.add(findings);
  report.end();
  return out;
}

test('a finding is one line, whatever a receiver has said', () => {
  expect(reportOn(false, false).text).toBe(
    'ok    clock             agrees\n' + 'warn  tokens            one [31mexpires  → make a new one\n',
  );
});

test('colours and progress are for terminals', () => {
  const { text, progress } = reportOn(false, true);
  expect(text).toContain('\u001b[32mok  \u001b[39m');
  expect(progress).toContain('… clock');
});

test('as JSON, an array of all findings', () => {
  expect(JSON.parse(reportOn(true, false).text)).toEqual(findings);
});

test('only what fails makes the exit code 1', () => {
  expect([exitCodeOf(findings), exitCodeOf([...findings, fail('a', 'b', 'c')])]).toEqual([0, 1]);
});

test('an error says what to do after its last semicolon', () => {
  expect(failure('store', new Error('a: b; c; do this, or that'))).toEqual(
    fail('store', 'a: b; c', 'do this, or that'),
  );
  expect(failure('store', 'no idea')).toMatchObject({ level: 'fail', finding: 'no idea' });
});

test.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [90 * 60_000, '1 h'],
  [86_400_000 * 40, '40 d'],
])('%d ms are %s', (ms, text) => expect(span(ms)).toBe(text));

test('so many are under way at a time, and the results are in order', async () => {
  let running = 0;
  let most = 0;
  const results = await atMost(3, [5, 4, 3, 2, 1], async (item) => {
    most = Math.max(most, (running += 1));
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    running -= 1;
    return item * 10;
  });
  expect([results, most]).toEqual([[50, 40, 30, 20, 10], 3]);
});

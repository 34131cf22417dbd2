import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { DASHBOARDS, dashboardFile, dashboardText } from '../../deploy/observability/dashboards.js';
import { metricReference } from '../../services/cli/metrics.js';
import { openManagement } from '../../services/cli/demo/management.js';
import { readExposition, type Family } from '../support/exposition.js';
import { startStandalone } from '../support/standalone.js';

/** What operators watch by is about what there is: alerts, dashboards and pages beside a running process. */

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: { readonly summary: string; readonly runbook_url: string };
}

const rules: readonly Rule[] = parse(read('deploy/observability/prometheus/rules.yaml')).groups.flatMap(
  (group: { rules: readonly Rule[] }) => group.rules,
);
const alerts = rules.filter(({ alert }) => alert !== undefined);

const panels = Object.values(DASHBOARDS).flatMap((dashboard) => (dashboard as { panels: Panel[] }).panels);
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
const drawn = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

let families: ReadonlyMap<string, Family>;
beforeAll(async () => {
  const standalone = await startStandalone();
  try {
    const management = openManagement(standalone.url, standalone.adminKey);
    const organization = await management.createOrganization('Observed');
    const { scimBaseUrl, token } = await management.createDirectory(organization, 'Observed', 'okta');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    const body = JSON.stringify({ schemas, userName: 'ada@example.com' });
    expect((await fetch(`${scimBaseUrl}/Users`, { method: 'POST', headers, body })).status).toBe(201);
    families = readExposition(await (await fetch(`${standalone.url}/metrics`)).text());
  } finally {
    await standalone.kill('SIGTERM');
  }
});

/** What an expression asks for by name, and by label; throws where it is no PromQL. */
function namesIn(expression: string): { readonly metrics: readonly string[]; readonly labels: readonly string[] } {
  // Grafana's own variable is a duration.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const [metrics, labels]: [string[], string[]] = [[], []];
  parser.parse(text).iterate({
    enter({ type, from, to }) {
      if (type.isError) throw new Error(`${expression}: no PromQL at ${from}`);
      if (type.name === 'Identifier') metrics.push(text.slice(from, to));
      if (type.name === 'LabelName') labels.push(text.slice(from, to));
    },
  });
  return { metrics, labels };
}

/** A histogram is asked for by its parts. */
const isThere = (name: string): boolean =>
  families.has(name) || families.get(name.replace(/_(bucket|sum|count)$/, ''))?.type === 'histogram';

/** Prometheus' own, and what the rules record. */
const known = ['up', ...rules.flatMap(({ record }) => record ?? [])];

test('the process answers what Prometheus can read, and counts what was asked', () => {
  const requests = families.get('rollcall_scim_request_duration_seconds');
  const labels = { operation: 'create', provider: 'okta', answer: '2xx' };
  expect(requests?.samples).toContainEqual(
    expect.objectContaining({
      name: `${requests?.name ?? ''}_count`,
      labels: expect.objectContaining(labels),
      value: 1,
    }),
  );
  expect(families.get('rollcall_commit_duration_seconds')?.type).toBe('histogram');
});

test('docs/metrics.md has every metric of a running process (npm run docs)', async () => {
  expect(read('docs/metrics.md')).toBe(await metricReference());
  const own = [...families.keys()].filter((name) => name.startsWith('rollcall_'));
  const documented = [...read('docs/metrics.md').matchAll(/^\| `(rollcall_\w+)`/gm)].map(([, name]) => name);
  expect(own.sort()).toEqual(documented.sort());
});

test('labels have values from small sets: no metric has more than 300 series', () => {
  for (const { name, samples } of families.values()) {
    const series = samples.filter((sample) => sample.name === name || sample.name === `${name}_count`);
    expect([name, series.length]).toEqual([name, Math.min(series.length, 300)]);
  }
});

test.each([...rules.map(({ expr }) => expr), ...drawn])('%s asks for what there is', (expression) => {
  const { metrics, labels } = namesIn(expression);
  expect(metrics.filter((name) => !known.includes(name) && !isThere(name))).toEqual([]);
  const there = new Set(
    [...families.values()].flatMap(({ samples }) => samples.flatMap((one) => Object.keys(one.labels))),
  );
  // Of counters that nothing was counted of yet, there are no labels to see.
  const documented = read('docs/metrics.md');
  expect(labels.filter((label) => !there.has(label) && !documented.includes(label) && label !== 'job')).toEqual([]);
});

test('an expression that is none, or asks for what is not there, would be found', () => {
  expect(() => namesIn('sum by (le (rate(x[5m]))')).toThrow(/no PromQL/);
  expect(namesIn('rate(rollcall_nothing_total[5m])').metrics.filter((name) => !isThere(name))).toEqual([
    'rollcall_nothing_total',
  ]);
});

test.each(alerts)('$alert has a page that says what to look at and what to do', ({ alert, annotations, labels }) => {
  const page = read(annotations?.runbook_url ?? '');
  expect(page).toContain(alert);
  expect(page).toMatch(/^## Look at\n\n- /m);
  expect(page).toMatch(/^## Do\n\n- /m);
  expect(read('docs/operating.md')).toContain((annotations?.runbook_url ?? '').replace('docs/', ''));
  expect(['page', 'ticket']).toContain(labels?.severity);
});

test('no page is of an alert that there is not', () => {
  const pages = readdirSync(join(root, 'docs/operating')).map((name) => `docs/operating/${name}`);
  expect(pages.sort()).toEqual([...new Set(alerts.map(({ annotations }) => annotations?.runbook_url))].sort());
});

test('dashboards are as they are written (npm run docs)', () => {
  for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
    expect(readFileSync(dashboardFile(name), 'utf8')).toBe(dashboardText(dashboard));
  }
  expect(drawn.length).toBeGreaterThan(15);
});

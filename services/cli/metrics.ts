import { Registry, type Metric } from 'prom-client';
import { createMetrics } from '../../shared/runtime/probes.js';
import { createAdminMetrics } from '../admin/metrics.js';
import { createPurgedCounter } from '../dispatcher/janitor/janitor.js';
import { createDispatcherMetrics } from '../dispatcher/metrics.js';
import { createIngestMetrics } from '../ingest/metrics.js';
import { watchRelayLag } from '../relay/metrics.js';

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly roles: readonly string[];
}

/** Registers each role's metrics as the role does; nothing is measured. */
const REGISTER: Readonly<Record<string, (registry: Registry) => void>> = {
  ingest: (registry) => void createIngestMetrics(registry),
  relay: (registry) => watchRelayLag(registry, { oldestAt: async () => undefined }, 0, () => 0),
  dispatcher(registry) {
    createDispatcherMetrics(registry);
    createPurgedCounter(registry);
  },
  admin: (registry) => void createAdminMetrics(registry),
};

/** What the driver of metrics keeps of one, beside its values. */
type Kept = Metric & { readonly name: string; readonly help: string; readonly labelNames: readonly string[] };

/** Every metric of our own, with the roles that have it; standalone has all. */
export async function metricList(): Promise<readonly Described[]> {
  const own = Object.entries(REGISTER).map(([role, register]) => {
    const registry = new Registry();
    register(registry);
    return { role, registry };
  });
  const common = createMetrics('any').getSingleMetric('rollcall_build_info') as Kept;
  const found = own.flatMap(({ role, registry }) =>
    registry.getMetricsAsArray().map((metric) => ({ role, metric: metric as unknown as Kept })),
  );
  const described = found.map(async ({ role, metric }) => describe(metric, await typeOf(metric), [role]));
  const all = [describe(common, 'gauge', ['all']), ...(await Promise.all(described))];
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const typeOf = async (metric: Metric): Promise<string> => String((await metric.get()).type);

const describe = ({ name, help, labelNames }: Kept, type: string, roles: readonly string[]): Described => ({
  name,
  help,
  type,
  labels: labelNames.filter((label) => label !== 'le'),
  roles,
});

const INTRODUCTION = `# Metrics

Each role answers \`GET /metrics\` in Prometheus' text format. Beside these there are those of the process (\`process_…\`) and of Node
(\`nodejs_…\`: event loop, garbage collection, memory). Every metric has the label \`role\`. Labels have values from fixed sets: none names a
directory, a user or an endpoint.

[Alerts](operating.md#alerts) are in \`deploy/observability/prometheus/rules.yaml\`, a dashboard for Grafana in
\`deploy/observability/grafana\`. This page is the output of \`rollcall metrics\`.
`;

/** The same as a Markdown page. Checked in as docs/metrics.md. */
export async function metricReference(): Promise<string> {
  const rows = (await metricList()).map(
    ({ name, help, type, labels, roles }) =>
      `| \`${name}\` | ${help} | ${type} | ${labels.join(', ')} | ${roles.join(', ')} |`,
  );
  return `${INTRODUCTION}\n| Metric | What it tells | Type | Labels | Roles |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

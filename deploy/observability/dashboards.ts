import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Grafana's dashboards: `npm run docs` writes them to grafana/dashboards, where the compose file has Grafana read them. */

type Unit = 's' | 'reqps' | 'ops' | 'percentunit' | 'short' | 'bytes';

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  /** Legend by expression. */
  readonly lines: Readonly<Record<string, string>>;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const quantile = (q: number, metric: string, by = ''): string =>
  `histogram_quantile(${q}, sum by (le${by === '' ? '' : `, ${by}`}) (rate(${metric}_bucket[$__rate_interval])))`;
const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}[$__rate_interval]))`;
const quantiles = (metric: string): Readonly<Record<string, string>> => ({
  [quantile(0.5, metric)]: 'p50',
  [quantile(0.95, metric)]: 'p95',
  [quantile(0.99, metric)]: 'p99',
});

const OVERVIEW: readonly Row[] = [
  {
    title: 'Is it well?',
    panels: [
      {
        title: 'Late webhooks',
        description: 'Share of the deliveries that took more than 60 s. The objective allows 0.1 %.',
        unit: 'percentunit',
        lines: {
          'rollcall:delivery_late:ratio_rate1h': 'last hour',
          'rollcall:delivery_late:ratio_rate3d': 'three days',
        },
      },
      {
        title: 'SCIM errors of ours',
        description: 'Share of the requests that were answered 5xx. The objective allows 0.1 %.',
        unit: 'percentunit',
        lines: {
          'rollcall:scim_failed:ratio_rate5m': 'five minutes',
          'rollcall:scim_failed:ratio_rate1h': 'last hour',
        },
      },
      {
        title: 'From a change to its webhook',
        description: 'Deliveries that succeed at their first attempt.',
        unit: 's',
        lines: quantiles('rollcall_delivery_delay_seconds'),
      },
    ],
  },
  {
    title: 'SCIM in',
    panels: [
      {
        title: 'Requests',
        description: 'By operation.',
        unit: 'reqps',
        lines: { [rate('rollcall_scim_request_duration_seconds_count', 'operation')]: '{{operation}}' },
      },
      {
        title: 'Time to the answer',
        description: '99 of 100 requests are faster, by provider.',
        unit: 's',
        lines: { [quantile(0.99, 'rollcall_scim_request_duration_seconds', 'provider')]: '{{provider}}' },
      },
      {
        title: 'Refused and failed',
        description: 'Answers of 4xx and 5xx, by provider.',
        unit: 'reqps',
        lines: {
          'sum by (provider, answer) (rate(rollcall_scim_request_duration_seconds_count{answer=~"4xx|5xx"}[$__rate_interval]))':
            '{{provider}} {{answer}}',
        },
      },
      {
        title: 'Time of a commit',
        description: 'Until the store has confirmed it.',
        unit: 's',
        lines: quantiles('rollcall_commit_duration_seconds'),
      },
      {
        title: 'Requests in a commit',
        description: 'More than one: requests come faster than commits.',
        unit: 'short',
        lines: {
          'sum(rate(rollcall_commit_requests_sum[$__rate_interval])) / sum(rate(rollcall_commit_requests_count[$__rate_interval]))':
            'mean',
        },
      },
    ],
  },
  {
    title: 'Management',
    panels: [
      {
        title: 'Requests',
        description: 'By part of the API. Streams are not counted.',
        unit: 'reqps',
        lines: { [rate('rollcall_management_request_duration_seconds_count', 'part')]: '{{part}}' },
      },
      {
        title: 'Time to the answer',
        description: '99 of 100 requests are faster, by part of the API. Waiting for events is part of it.',
        unit: 's',
        lines: { [quantile(0.99, 'rollcall_management_request_duration_seconds', 'part')]: '{{part}}' },
      },
    ],
  },
  {
    title: 'Webhooks out',
    panels: [
      {
        title: 'Relay lag',
        description: 'Age of the oldest commit that is not in the event log, by partition.',
        unit: 's',
        lines: { 'max by (partition) (rollcall_relay_lag_seconds)': 'partition {{partition}}' },
      },
      {
        title: 'Dispatcher lag',
        description: 'From a commit to its deliveries.',
        unit: 's',
        lines: quantiles('rollcall_dispatcher_lag_seconds'),
      },
      {
        title: 'Deliveries',
        description: 'By what came of them.',
        unit: 'ops',
        lines: { [rate('rollcall_deliveries_settled_total', 'status')]: '{{status}}' },
      },
      {
        title: 'Receivers',
        description: '95 of 100 requests are answered faster, by the class of the answer.',
        unit: 's',
        lines: { [quantile(0.95, 'rollcall_attempt_duration_seconds', 'answer')]: '{{answer}}' },
      },
      {
        title: 'In the way',
        description: 'Endpoints that do not answer, and deliveries that hold up others.',
        unit: 'short',
        lines: {
          'sum(rollcall_dispatcher_broken_endpoints)': 'broken endpoints',
          'sum(rollcall_dispatcher_failing_deliveries)': 'failing deliveries',
          'sum(rollcall_dispatcher_in_flight)': 'requests under way',
        },
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'Processor',
        description: 'Cores in use.',
        unit: 'short',
        lines: { [rate('process_cpu_seconds_total', 'role')]: '{{role}}' },
      },
      {
        title: 'Memory',
        description: 'Resident, the largest of a role.',
        unit: 'bytes',
        lines: { 'max by (role) (process_resident_memory_bytes)': '{{role}}' },
      },
      {
        title: 'Event loop',
        description: 'How long a process stands still at a time: 99 of 100 times it is less.',
        unit: 's',
        lines: { 'max by (role) (nodejs_eventloop_lag_p99_seconds)': '{{role}}' },
      },
      {
        title: 'Retention',
        description: 'What the janitor removes, by kind.',
        unit: 'ops',
        lines: { [rate('rollcall_purged_total', 'kind')]: '{{kind}}' },
      },
    ],
  },
];

const WIDTH = 8;
const HEIGHT = 8;
const source = { type: 'prometheus', uid: '${source}' };

function panelsOf(rows: readonly Row[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: some } of rows) {
    panels.push({ type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 }, panels: [] });
    y += 1;
    some.forEach((panel, index) => {
      const at = { x: (index % 3) * WIDTH, y: y + Math.floor(index / 3) * HEIGHT, w: WIDTH, h: HEIGHT };
      panels.push(toPanel(panel, at));
    });
    y += Math.ceil(some.length / 3) * HEIGHT;
  }
  return panels.map((panel, index) => ({ id: index + 1, ...panel }));
}

const toPanel = ({ title, description, unit, lines }: Panel, gridPos: object): object => ({
  type: 'timeseries',
  title,
  description,
  gridPos,
  datasource: source,
  fieldConfig: { defaults: { unit, min: 0, custom: { lineWidth: 1, fillOpacity: 8 } }, overrides: [] },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  targets: Object.entries(lines).map(([expr, legendFormat], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: source,
    expr,
    legendFormat,
  })),
});

/** By the file's name. */
export const DASHBOARDS: Readonly<Record<string, object>> = {
  'overview.json': {
    uid: 'rollcall-overview',
    title: 'Rollcall',
    tags: ['rollcall'],
    schemaVersion: 41,
    version: 1,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'source', label: 'Source', type: 'datasource', query: 'prometheus' }] },
    panels: panelsOf(OVERVIEW),
  },
};

export const dashboardFile = (name: string): string => join(__dirname, 'grafana/dashboards', name);
export const dashboardText = (dashboard: object): string => `${JSON.stringify(dashboard, null, 2)}\n`;

if (require.main === module) {
  for (const [name, dashboard] of Object.entries(DASHBOARDS))
    writeFileSync(dashboardFile(name), dashboardText(dashboard));
}

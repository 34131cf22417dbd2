import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { variable, VARIABLE_NAMES } from '../../shared/config/env.js';
import { ROLES } from '../../shared/config/variable.js';
import { version } from '../../shared/runtime/version.js';

/** What `kubectl apply -k` would send, from files alone: no cluster is asked. */

const KUBERNETES = join(__dirname, '../../deploy/kubernetes');
const OVERLAYS = readdirSync(join(KUBERNETES, 'overlays'));
const isThere = spawnSync('kubectl', ['version', '--client']).status === 0;

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly resources?: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
  readonly securityContext?: Record<string, unknown>;
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly ports?: readonly { readonly name: string }[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: Record<string, unknown>;
  readonly automountServiceAccountToken?: boolean;
  readonly hostNetwork?: boolean;
}

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as many shapes as kinds
  readonly spec?: Record<string, any>;
  readonly data?: Record<string, string>;
}

const build = (overlay: string): Resource[] =>
  parseAllDocuments(
    execFileSync('kubectl', ['kustomize', join(KUBERNETES, 'overlays', overlay)], { encoding: 'utf8' }),
  ).map((document) => document.toJS() as Resource);

/** Where the types of objects are, by their API version. */
const MODULES: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'autoscaling/v2': 'kubernetes-models/autoscaling/v2',
  'batch/v1': 'kubernetes-models/batch/v1',
  'gateway.networking.k8s.io/v1': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  'keda.sh/v1alpha1': '@kubernetes-models/keda/keda.sh/v1alpha1',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
};

/** What TypeScript says of the objects as literals of their types: it finds unknown fields too, which the types' own validation lets pass. */
function typeErrors(resources: readonly Resource[]): string[] {
  const file = join(__dirname, 'objects.ts');
  const lines = resources.flatMap((resource, index) => {
    const from = MODULES[resource.apiVersion];
    const type = `import('${from}').I${resource.kind}`;
    return from === undefined ? [] : [`export const object${index}: ${type} = ${JSON.stringify(resource)};`];
  });
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  };
  const files = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...files,
    fileExists: (name) => name === file || files.fileExists(name),
    getSourceFile: (name, ...more) =>
      name === file
        ? ts.createSourceFile(name, lines.join('\n'), ts.ScriptTarget.ES2022)
        : files.getSourceFile(name, ...more),
  };
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** Of which there are no types for the oldest Node that we support. */
const UNTYPED = [
  'external-secrets.io/v1 ExternalSecret',
  'kafka.strimzi.io/v1 Kafka',
  'kafka.strimzi.io/v1 KafkaNodePool',
  'kafka.strimzi.io/v1 KafkaTopic',
  'kafka.strimzi.io/v1 KafkaUser',
  'mongodbcommunity.mongodb.com/v1 MongoDBCommunity',
];

/** With what it is of: a Deployment's pods, a CronJob's. */
function podsOf({ kind, spec }: Resource): PodSpec[] {
  if (kind === 'CronJob') return [spec?.['jobTemplate'].spec.template.spec];
  return ['Deployment', 'StatefulSet', 'Job'].includes(kind) ? [spec?.['template'].spec] : [];
}

/** What is wrong with a pod by our policy; nothing when it may run. */
function violations(kind: string, pod: PodSpec): string[] {
  const wrong: string[] = [];
  const demand = (isMet: boolean, what: string): void => {
    if (!isMet) wrong.push(what);
  };
  const context = pod.securityContext ?? {};
  demand(context['runAsNonRoot'] === true && Number(context['runAsUser']) > 0, 'runs as root');
  demand(
    (context['seccompProfile'] as { type?: string } | undefined)?.type === 'RuntimeDefault',
    'has no seccomp profile',
  );
  demand(pod.automountServiceAccountToken === false, 'has a token of the Kubernetes API');
  demand(pod.hostNetwork !== true, 'is on the network of its host');
  for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
    const { name, image, resources, securityContext = {} } = container;
    const tag = /:([^/:]+)$/.exec(image)?.[1];
    demand(tag !== undefined && tag !== 'latest', `${name} has no fixed version: ${image}`);
    demand(securityContext['readOnlyRootFilesystem'] === true, `${name} has a writable root`);
    demand(securityContext['allowPrivilegeEscalation'] === false, `${name} may gain privileges`);
    demand(
      (securityContext['capabilities'] as { drop?: string[] } | undefined)?.drop?.[0] === 'ALL',
      `${name} keeps capabilities`,
    );
    demand(resources?.requests?.['cpu'] !== undefined, `${name} requests no processor time`);
    demand(resources?.requests?.['memory'] !== undefined, `${name} requests no memory`);
    demand(resources?.limits?.['memory'] !== undefined, `${name} has no limit of memory`);
    if (kind === 'Job' || kind === 'CronJob') continue;
    demand(container.readinessProbe !== undefined, `${name} has no readiness probe`);
    demand(container.livenessProbe !== undefined, `${name} has no liveness probe`);
  }
  return wrong;
}

test('the types know their fields', () => {
  const spec = { selector: {}, template: { spec: { containers: [{ name: 'x', imagePullPolice: 'Always' }] } } };
  const careless = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec };
  expect(typeErrors([careless])).toEqual([expect.stringMatching(/imagePullPolice.* does not exist/)]);
}, 60_000);

test('the policy finds what it is for', () => {
  const careless: PodSpec = { hostNetwork: true, containers: [{ name: 'web', image: 'registry:5000/web' }] };
  expect(violations('Deployment', careless)).toEqual([
    'runs as root',
    'has no seccomp profile',
    'has a token of the Kubernetes API',
    'is on the network of its host',
    'web has no fixed version: registry:5000/web',
    'web has a writable root',
    'web may gain privileges',
    'web keeps capabilities',
    'web requests no processor time',
    'web requests no memory',
    'web has no limit of memory',
    'web has no readiness probe',
    'web has no liveness probe',
  ]);
});

if (!isThere) {
  test.skip('Kubernetes: kubectl is not there, so its overlays are not looked at', () => undefined);
} else {
  describe.each(OVERLAYS)('overlay %s', (overlay) => {
    const resources = build(overlay);
    const named = resources.map((resource) => [`${resource.kind} ${resource.metadata.name}`, resource] as const);
    const ours = resources.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'rollcall');

    test('has objects that are what their types say', () => {
      const typed = resources.filter(({ apiVersion }) => apiVersion in MODULES);
      expect(typeErrors(typed)).toEqual([]);
      const others = resources.filter((resource) => !typed.includes(resource));
      for (const { apiVersion, kind } of others) expect(UNTYPED).toContain(`${apiVersion} ${kind}`);
    }, 60_000);

    test.each(named.filter(([, resource]) => podsOf(resource).length > 0))('%s keeps to the policy', (_, resource) => {
      expect(podsOf(resource).flatMap((pod) => violations(resource.kind, pod))).toEqual([]);
    });

    test('has everything in one namespace that is held to the restricted standard', () => {
      const namespaces = resources.filter(({ kind }) => kind === 'Namespace');
      expect(namespaces.map(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'])).toEqual([
        'restricted',
      ]);
      const own = namespaces[0]?.metadata.name;
      for (const { kind, metadata } of resources)
        expect([kind, kind === 'Namespace' || metadata.namespace === own]).toEqual([kind, true]);
    });

    test('starts roles and commands that there are, with variables that there are', () => {
      const known = [...ROLES, 'migrate', 'backup'];
      for (const container of ours.flatMap(podsOf).flatMap(({ containers }) => containers)) {
        expect(known).toContain(container.args?.[0]);
        for (const { name } of container.env ?? []) expect([...VARIABLE_NAMES, 'POD_NAME']).toContain(name);
      }
      const settings = resources.filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'rollcall');
      for (const name of settings.flatMap(({ data }) => Object.keys(data ?? {}))) {
        expect(VARIABLE_NAMES).toContain(name);
        expect([name, variable(name as (typeof VARIABLE_NAMES)[number]).secret]).toEqual([name, undefined]);
      }
    });

    test('lets every Service, budget, scaler and network policy find the pods that it names', () => {
      const pods = resources.flatMap(({ kind, spec }) =>
        kind === 'CronJob'
          ? [spec?.['jobTemplate'].spec.template]
          : ['Deployment', 'StatefulSet', 'Job'].includes(kind)
            ? [spec?.['template']]
            : [],
      );
      const labels = pods.map(({ metadata }) => metadata.labels as Record<string, string>);
      const isFound = (selector: Record<string, string>): boolean =>
        labels.some((own) => Object.entries(selector).every(([key, value]) => own[key] === value));
      for (const { kind, metadata, spec } of resources) {
        const selector = {
          Service: spec?.['selector'],
          PodDisruptionBudget: spec?.['selector']?.matchLabels,
          NetworkPolicy: spec?.['podSelector']?.matchLabels,
        }[kind];
        if (selector !== undefined)
          expect([kind, metadata.name, isFound(selector)]).toEqual([kind, metadata.name, true]);
        const target =
          kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject' ? spec?.['scaleTargetRef'].name : undefined;
        if (target === undefined) continue;
        const scaled = resources.find((one) => one.kind === 'Deployment' && one.metadata.name === target);
        expect(scaled?.spec).not.toHaveProperty('replicas');
      }
    });
  });

  test('there are never more dispatchers than partitions, and the topic has as many', () => {
    const production = build('production');
    const spec = (kind: string) => production.find((one) => one.kind === kind)?.spec ?? {};
    const settings = production.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const partitions = Number(settings['ROLLCALL_LOG_PARTITIONS']);
    expect(spec('ScaledObject')['maxReplicaCount']).toBeLessThanOrEqual(partitions);
    expect(spec('KafkaTopic')['partitions']).toBe(partitions);
    expect(spec('ScaledObject')['triggers'][0].metadata).toMatchObject({
      topic: settings['ROLLCALL_KAFKA_TOPIC'],
      consumerGroup: `${settings['ROLLCALL_KAFKA_TOPIC']}.dispatcher`,
      bootstrapServers: settings['KAFKA_BROKERS'],
    });
  });

  test('production runs the version of this package', () => {
    const images = build('production')
      .flatMap(podsOf)
      .flatMap(({ containers }) => containers.map(({ image }) => image));
    expect(new Set(images)).toEqual(new Set([`registry.example.com/rollcall:${version}`]));
  });
}

import * as z from 'zod';
import { isCidr } from '../runtime/address-ranges.js';
import { parseSealingKey } from '../runtime/seal.js';
import { parseSchedule, RETRY_SCHEDULE } from '../webhooks/schedule.js';
import { kafkaVariables } from './kafka.js';
import { CLUSTER_ROLES, flag, integer, items, LOG_ROLES, ROLES, variables, type Variable } from './variable.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable there is, each with its check, its default and all that is said of it. Empty means unset. */
export const environment = z.object({
  ROLLCALL_PORT: integer(0, 65_535)
    .default(3000)
    .register(variables, {
      description:
        'TCP port of the HTTP server: SCIM, the management API and the probes, whichever the role has. 0 picks a free one.',
      allowed: 'an integer from 0 to 65535',
      default: '3000',
      example: '3000',
      usedBy: [...ROLES, 'commands'],
      requiredBy: [],
    }),
  ROLLCALL_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl)
    .transform(withoutTrailingSlash)
    .optional()
    .register(variables, {
      description: 'Base URL under which identity providers reach ingest. SCIM base URLs begin with it.',
      allowed:
        'an http or https URL without user, query, fragment and underscore (Okta refuses one in a SCIM base URL)',
      default: 'http://localhost: and the port',
      example: 'https://directory.example.com',
      usedBy: ['ingest', 'admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_APP_NAME: z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]{1,60}$/u)
    .default('Rollcall')
    .register(variables, {
      description: 'Name of the host application, as customers’ admins see it in the set-up page.',
      allowed: '1 to 60 characters without control characters',
      default: 'Rollcall',
      example: 'Example',
      usedBy: ['admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_APP_LOGO: z
    .string()
    .optional()
    .register(variables, {
      description: 'Logo of the host application in the set-up page. Read at the start.',
      allowed: 'the path of an SVG or PNG file of at most 64 KB',
      default: 'the set-up page shows the name alone',
      example: '/etc/rollcall/logo.svg',
      usedBy: ['admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_APP_COLOR: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/)
    .optional()
    .register(variables, {
      description: 'Colour of the host application’s brand, for the set-up page.',
      allowed: 'a colour of the form #rrggbb',
      default: 'that of Rollcall',
      example: '#0b7a75',
      usedBy: ['admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_DATA_DIR: z
    .string()
    .default('./data')
    .register(variables, {
      description:
        'Folder of the SQLite database and of the generated encryption key. One process at a time holds it. The commands for developers keep what they make in a file of their own there.',
      allowed: 'a path',
      default: './data',
      example: '/var/lib/rollcall',
      usedBy: ['standalone', 'commands'],
      requiredBy: [],
    }),
  ROLLCALL_ADMIN_KEY: z
    .string()
    .regex(/^[!-~]{8,200}$/)
    .optional()
    .register(variables, {
      description: 'Bearer key of the management API.',
      allowed: '8 to 200 printable ASCII characters without spaces (make one: openssl rand -base64 32)',
      default: 'standalone makes one and prints it, once',
      example: '<output of openssl rand -base64 32>',
      usedBy: ['admin', 'standalone', 'commands'],
      requiredBy: ['admin'],
      secret: true,
    }),
  ROLLCALL_ADMIN_RATE_LIMIT: integer(1, 100_000)
    .default(500)
    .register(variables, {
      description: 'How many requests each admin key may make of the management API of a process; as many at once.',
      allowed: 'an integer from 1 to 100000',
      default: '500',
      unit: 'requests per second',
      example: '500',
      usedBy: ['admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_SCIM_RATE_LIMIT: integer(1, 100_000)
    .default(200)
    .register(variables, {
      description:
        'How many SCIM requests of each directory a process carries out, a tenth of them at once. Those that come faster wait for their turn, for 5 s at most.',
      allowed: 'an integer from 1 to 100000',
      default: '200',
      unit: 'requests per second',
      example: '200',
      usedBy: ['ingest', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_TRUSTED_PROXIES: z
    .string()
    .transform(items)
    .refine((ranges) => ranges.every(isCidr))
    .default([])
    .register(variables, {
      description:
        'Addresses of the proxies before Rollcall. Only what connects from there is asked, by X-Forwarded-For, from which address a request really comes.',
      allowed: 'address ranges in CIDR form separated by commas',
      default: 'none: whoever connects is the caller',
      example: '10.0.0.0/8',
      usedBy: ['ingest', 'admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_CLIENT_CERTIFICATE_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/)
    .optional()
    .register(variables, {
      description:
        'The header in which the proxies of ROLLCALL_TRUSTED_PROXIES tell of the certificate of a TLS client, for directories that have clientCertificates. A proxy has to set it itself, and to take out what a client has sent.',
      allowed: 'the name of a header',
      default: 'none: directories that have clientCertificates refuse all requests',
      example: 'Client-Cert',
      usedBy: ['ingest', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_ENCRYPTION_KEY: z
    .string()
    .transform(parseSealingKey)
    .pipe(z.instanceof(Buffer))
    .optional()
    .register(variables, {
      description:
        'Key that encrypts webhook signing secrets at rest. The same in every role; without it they cannot be read again.',
      allowed: 'the base64 form of 32 bytes (make one: openssl rand -base64 32)',
      default: 'standalone keeps a generated one in the file encryption.key of its data folder',
      example: '<output of openssl rand -base64 32>',
      usedBy: ['dispatcher', 'admin', 'standalone'],
      requiredBy: ['dispatcher', 'admin'],
      secret: true,
    }),
  ROLLCALL_FORMER_ENCRYPTION_KEY: z
    .string()
    .transform(parseSealingKey)
    .pipe(z.instanceof(Buffer))
    .optional()
    .register(variables, {
      description:
        'The encryption key before the present one, while secrets are sealed anew: see docs/operating.md, "Rotating secrets".',
      allowed: 'the base64 form of 32 bytes',
      default: 'none',
      example: '<the former ROLLCALL_ENCRYPTION_KEY>',
      usedBy: ['dispatcher', 'admin', 'standalone'],
      requiredBy: [],
      secret: true,
    }),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/\S+$/)
    .optional()
    .register(variables, {
      description: 'Connection string of the MongoDB deployment that is the store.',
      allowed: 'a connection string that begins with mongodb:// or mongodb+srv://',
      default: 'standalone uses SQLite in the data folder',
      example: 'mongodb://mongo.internal:27017/rollcall',
      usedBy: ROLES,
      requiredBy: CLUSTER_ROLES,
      secret: true,
    }),
  ...kafkaVariables,
  ROLLCALL_LOG_PARTITIONS: integer(1, 256)
    .default(12)
    .register(variables, {
      description:
        'Partitions of the event log. The same in every role. Raising it later gives the new ones to new directories only.',
      allowed: 'an integer from 1 to 256',
      default: '12',
      unit: 'partitions',
      example: '12',
      usedBy: ['relay', 'dispatcher', 'admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_WEBHOOK_ALLOW_CIDRS: z
    .string()
    .transform((text) => (text === 'none' ? [] : items(text)))
    .refine((ranges) => ranges.every(isCidr))
    .optional()
    .register(variables, {
      description: 'Address ranges that webhooks may reach although they are loopback, private or otherwise refused.',
      allowed: 'address ranges in CIDR form separated by commas, or none',
      default: 'none; standalone: 127.0.0.0/8,::1/128',
      example: '10.20.0.0/16',
      usedBy: ['dispatcher', 'admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_RETRY_SCHEDULE: z
    .string()
    .default(RETRY_SCHEDULE)
    .transform(parseSchedule)
    .pipe(z.array(z.number()))
    .register(variables, {
      description:
        'The pause before each attempt of a delivery, give or take 20 %. When the last one has failed, the delivery is parked.',
      allowed:
        '1 to 50 durations separated by commas, each a whole number with s, m, h or d, at most 7d, the first one 0s',
      default: RETRY_SCHEDULE,
      example: '0s,5s,5m,30m',
      usedBy: ['dispatcher', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_EVENT_RETENTION_DAYS: integer(1, 3650)
    .default(90)
    .register(variables, {
      description:
        'How long events are kept, and deliveries that are over. The newest event of a directory stays, and so does all that is undelivered.',
      allowed: 'an integer from 1 to 3650',
      default: '90',
      unit: 'days',
      example: '90',
      usedBy: ['dispatcher', 'admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_ATTEMPT_RETENTION_DAYS: integer(1, 3650)
    .optional()
    .register(variables, {
      description: 'How long the attempts of deliveries that are over are kept, with what receivers answered.',
      allowed: 'an integer from 1 to 3650, and no more than ROLLCALL_EVENT_RETENTION_DAYS',
      default: '30, or as long as events where that is shorter',
      unit: 'days',
      example: '30',
      usedBy: ['dispatcher', 'admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_AUDIT_RETENTION_DAYS: integer(1, 3650)
    .default(400)
    .register(variables, {
      description: 'How long the audit log keeps who changed what through the management API.',
      allowed: 'an integer from 1 to 3650',
      default: '400',
      unit: 'days',
      example: '400',
      usedBy: ['dispatcher', 'admin', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_REQUEST_RETENTION_DAYS: integer(1, 3650)
    .default(14)
    .register(variables, {
      description: "How long directories' logs of SCIM requests go back.",
      allowed: 'an integer from 1 to 3650',
      default: '14',
      unit: 'days',
      example: '14',
      usedBy: ['dispatcher', 'admin', 'standalone'],
      requiredBy: [],
    }),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(isPlainUrl)
    .optional()
    .register(variables, {
      description: 'Base URL of an OpenTelemetry collector that takes OTLP over HTTP: traces go there.',
      allowed: 'an http or https URL without user, query and fragment',
      default: 'none: nothing is traced',
      example: 'http://otel-collector:4318',
      usedBy: [...LOG_ROLES, 'ingest', 'standalone'],
      requiredBy: [],
    }),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/)
    .transform(Number)
    .default(1)
    .register(variables, {
      description:
        'Share of the SCIM requests without a trace of their own of which one is recorded. A request that comes with one is recorded as that says.',
      allowed: 'a number from 0 to 1',
      default: '1',
      example: '0.01',
      usedBy: ['ingest', 'standalone'],
      requiredBy: [],
    }),
  ROLLCALL_PRODUCTION: flag().register(variables, {
    description: 'Whether to refuse what is fine for trying out only: see docs/operating.md, "In production".',
    allowed: 'true or false',
    default: 'false',
    example: 'true',
    usedBy: ROLES,
    requiredBy: [],
  }),
  ROLLCALL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').register(variables, {
    description: 'The least severe log lines that are written, as JSON on standard output.',
    allowed: 'debug, info, warn or error',
    default: 'info',
    example: 'info',
    usedBy: ROLES,
    requiredBy: [],
  }),
  ROLLCALL_URL: z
    .string()
    .refine(isPlainUrl)
    .transform(withoutTrailingSlash)
    .optional()
    .register(variables, {
      description: 'Base URL of the management API that the commands for developers speak to.',
      allowed: 'an http or https URL without user, query and fragment',
      default: 'http://localhost: and ROLLCALL_PORT',
      example: 'https://rollcall.example.com',
      usedBy: ['commands'],
      requiredBy: [],
    }),
});

export type VariableName = keyof typeof environment.shape;

/** What the variables say, checked and with defaults. */
export type Values = z.output<typeof environment>;

export const VARIABLE_NAMES: readonly VariableName[] = environment.keyof().options;

/** What is said of a variable. */
export function variable(name: VariableName): Variable {
  const found = variables.get(environment.shape[name]);
  if (found === undefined) throw new Error(`${name} is not described`);
  return found;
}

/** The environment of this process: the only place that reads it. */
export const processEnvironment = (): Environment => process.env;

function isPublicUrl(text: string): boolean {
  return isPlainUrl(text) && !text.includes('_');
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && !/[?#]/.test(text);
}

function withoutTrailingSlash(text: string): string {
  return text.replace(/\/+$/, '');
}

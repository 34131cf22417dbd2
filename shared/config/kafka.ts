import * as z from 'zod';
import { SASL_MECHANISMS, type LogSecurity } from '../event-log/security.js';
import { flag, items, LOG_ROLES, variables, type Role } from './variable.js';

/** How Kafka is reached. */
export interface KafkaLogConfig {
  readonly kind: 'kafka';
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Undefined: in the clear, and as nobody in particular. */
  readonly security: LogSecurity | undefined;
}

const printed = z.string().regex(/^\P{Cc}{1,500}$/u);
const usedBy = [...LOG_ROLES, 'standalone'] as const;
const file = (description: string, example: string) =>
  z
    .string()
    .optional()
    .register(variables, {
      ...{ description, example, usedBy, requiredBy: [] },
      allowed: 'the path of a PEM file',
      default: 'none',
    });

export const kafkaVariables = {
  KAFKA_BROKERS: z
    .string()
    .transform(items)
    .refine((brokers) => brokers.every(isHostAndPort))
    .optional()
    .register(variables, {
      description: 'Kafka brokers to begin with; with them, Kafka is the event log.',
      allowed: 'host:port pairs separated by commas',
      default: 'standalone keeps the event log in its store',
      example: 'kafka-0:9092,kafka-1:9092',
      usedBy,
      requiredBy: LOG_ROLES,
    }),
  ROLLCALL_KAFKA_TOPIC: z
    .string()
    .regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/)
    .default('rollcall.events')
    .register(variables, {
      description: 'Kafka topic of the events. It has ROLLCALL_LOG_PARTITIONS partitions.',
      allowed: '1 to 249 letters, digits, dots, underscores and hyphens',
      default: 'rollcall.events',
      example: 'rollcall.events',
      usedBy,
      requiredBy: [],
    }),
  KAFKA_TLS: flag().register(variables, {
    description: 'Whether the brokers are reached by TLS.',
    allowed: 'true or false',
    default: 'false',
    example: 'true',
    usedBy,
    requiredBy: [],
  }),
  KAFKA_TLS_CA_FILE: file(
    "Certificates of the authorities that the brokers' certificates are checked against, in place of Node's own.",
    '/etc/rollcall/kafka/ca.crt',
  ),
  KAFKA_TLS_CERT_FILE: file(
    'Client certificate, by which the brokers know this process (mTLS). Needs KAFKA_TLS_KEY_FILE.',
    '/etc/rollcall/kafka/user.crt',
  ),
  KAFKA_TLS_KEY_FILE: file('Private key of the client certificate.', '/etc/rollcall/kafka/user.key'),
  KAFKA_SASL_MECHANISM: z.enum(SASL_MECHANISMS).optional().register(variables, {
    description: 'How this process signs in at the brokers. Needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.',
    allowed: 'plain, scram-sha-256 or scram-sha-512',
    default: 'none',
    example: 'scram-sha-512',
    usedBy,
    requiredBy: [],
  }),
  KAFKA_SASL_USERNAME: printed.optional().register(variables, {
    description: 'User that signs in at the brokers.',
    allowed: '1 to 500 characters without control characters',
    default: 'none',
    example: 'rollcall',
    usedBy,
    requiredBy: [],
  }),
  KAFKA_SASL_PASSWORD: printed.optional().register(variables, {
    description: 'Password of that user.',
    allowed: '1 to 500 characters without control characters',
    default: 'none',
    example: '<from a secret>',
    usedBy,
    requiredBy: [],
    secret: true,
  }),
};

type KafkaValues = z.output<z.ZodObject<typeof kafkaVariables>>;

export const speaksToKafka = (role: Role): boolean => usedBy.some((one) => one === role);

export function kafkaSecurity(given: KafkaValues): LogSecurity | undefined {
  const tls = tlsOf(given);
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = given;
  const isSigned = mechanism !== undefined && username !== undefined && password !== undefined;
  const sasl = isSigned ? { mechanism, username, password } : undefined;
  return tls === undefined && sasl === undefined ? undefined : { tls, sasl };
}

function tlsOf(given: KafkaValues): LogSecurity['tls'] {
  if (!given.KAFKA_TLS) return undefined;
  const { KAFKA_TLS_CA_FILE: caFile, KAFKA_TLS_CERT_FILE: certFile, KAFKA_TLS_KEY_FILE: keyFile } = given;
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  };
}

/** What is of no use, or not enough, without another. */
export function kafkaContradictions(present: Readonly<Record<string, string | undefined>>): string[] {
  const isSet = (name: string): boolean => present[name] !== undefined;
  const needs = (name: string, other: string): string[] =>
    isSet(name) && !isSet(other) ? [`${name}: it is set without ${other}; set that too, or unset ${name}`] : [];
  const credentials = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
  const files = ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'];
  const unusedFiles = files
    .filter((name) => isSet(name) && present['KAFKA_TLS'] !== 'true')
    .map((name) => `${name}: it is set, but TLS is off; set KAFKA_TLS=true, or unset ${name}`);
  const inTheClear =
    present['KAFKA_SASL_MECHANISM'] === 'plain' && present['KAFKA_TLS'] !== 'true'
      ? [
          'KAFKA_SASL_MECHANISM: plain sends the password as it is, and TLS is off; set KAFKA_TLS=true, or use scram-sha-512',
        ]
      : [];
  return [
    ...unusedFiles,
    ...needs('KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'),
    ...needs('KAFKA_TLS_KEY_FILE', 'KAFKA_TLS_CERT_FILE'),
    ...credentials.flatMap((name) =>
      credentials.filter((other) => other !== name).flatMap((other) => needs(name, other)),
    ),
    ...inTheClear,
  ];
}

function isHostAndPort(text: string): boolean {
  const port = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

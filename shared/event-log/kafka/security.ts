import { readFileSync } from 'node:fs';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { LogCredentials, LogSecurity } from '../security.js';

/** The driver's form of it. Throws, naming the file and its variable, where one cannot be read. */
export function driverSecurity(security: LogSecurity | undefined): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  if (security === undefined) return {};
  const { tls, sasl } = security;
  return { ...(tls && { ssl: read(tls) }), ...(sasl && { sasl: signIn(sasl) }) };
}

function read({ caFile, certFile, keyFile }: NonNullable<LogSecurity['tls']>): NonNullable<KafkaConfig['ssl']> {
  return {
    ...(caFile !== undefined && { ca: pem('KAFKA_TLS_CA_FILE', caFile) }),
    ...(certFile !== undefined && { cert: pem('KAFKA_TLS_CERT_FILE', certFile) }),
    ...(keyFile !== undefined && { key: pem('KAFKA_TLS_KEY_FILE', keyFile) }),
  };
}

function pem(name: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}: ${file} cannot be read (${reason}); mount it, or mend the path`, { cause: error });
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new Error(`${name}: ${file} is no PEM file: it has no line that begins with -----BEGIN`);
}

/** Spread, because the driver's type has one member for each mechanism. */
const signIn = (user: LogCredentials): SASLOptions => ({ ...user });

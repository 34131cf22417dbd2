import { Kafka, logLevel, type LogEntry, type RetryOptions } from 'kafkajs';
import type { Logger } from '../../runtime/logger.js';
import type { LogSecurity } from '../security.js';
import { driverSecurity } from './security.js';

export interface ClientOptions {
  /** `host:port` of brokers to begin with. */
  readonly brokers: readonly string[];
  /** Undefined: in the clear, and as nobody in particular. */
  readonly security?: LogSecurity | undefined;
  /** How the brokers' logs and quotas name this process. */
  readonly clientId: string;
  readonly logger: Logger;
}

/** Of one call: about 5 s in all where a connection is refused. Whoever calls decides what comes after. */
export const RETRY: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 2000,
  factor: 0.2,
  multiplier: 2,
  retries: 5,
};

/** A broker that does not answer for so long is tried again on a new connection. */
const REQUEST_TIMEOUT_MS = 15_000;
const CONNECTION_TIMEOUT_MS = 3000;
/** How long the driver does not repeat itself. */
const QUIET_MS = 30_000;
/** Parts of the driver whose errors always reach their caller: answers that say "no", such as a rebalance, and a member's crash. */
const HANDLED = ['Connection', 'Consumer'];

export const createClient = ({ brokers, security, clientId, logger }: ClientOptions): Kafka =>
  new Kafka({
    brokers: [...brokers],
    ...driverSecurity(security),
    clientId,
    retry: RETRY,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    logLevel: logLevel.INFO,
    logCreator: () => createDriverLog(logger),
  });

/**
 * What fails for good reaches the caller, who logs it; the driver's own lines tell the story in between. It calls errors what it
 * then retries, many times a second while a broker is down: such a line is a warning the first time, and a debug line otherwise.
 */
function createDriverLog(logger: Logger): (entry: LogEntry) => void {
  const lastAt = new Map<string, number>();
  return ({ level, namespace, log: { message, error } }) => {
    const fields = { driver: namespace, ...(error === undefined ? {} : { error: error as unknown }) };
    const line = `kafkajs: ${message}`;
    const now = Date.now();
    const isRecent = now - (lastAt.get(line) ?? -QUIET_MS) < QUIET_MS;
    if (level !== logLevel.ERROR || HANDLED.includes(namespace) || isRecent) return logger.debug(fields, line);
    for (const [known, at] of lastAt) if (now - at >= QUIET_MS) lastAt.delete(known);
    lastAt.set(line, now);
    logger.warn(fields, line);
  };
}

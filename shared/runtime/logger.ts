import { pino } from 'pino';

/** The part of a pino logger that the product uses: one object of fields, then a message. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** JSON lines on standard output. `role` is on every line. */
export const createLogger = (role: string, level: string): Logger => pino({ level, base: { role } });

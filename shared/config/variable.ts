import * as z from 'zod';

export const ROLES = ['ingest', 'relay', 'dispatcher', 'admin', 'standalone'] as const;
export type Role = (typeof ROLES)[number];

/** What the reference and the error messages say of a variable. */
export interface Variable {
  readonly description: string;
  /** What is allowed, completing "must be …". */
  readonly allowed: string;
  /** In words, where it is not just a value. */
  readonly default: string;
  readonly unit?: string;
  readonly example: string;
  /** `commands`: those that speak to a running Rollcall. */
  readonly usedBy: readonly (Role | 'commands')[];
  readonly requiredBy: readonly Role[];
  /** Never shown, not even in an error. */
  readonly secret?: true;
}

export const variables = z.registry<Variable>();

export const CLUSTER_ROLES = ['ingest', 'relay', 'dispatcher', 'admin'] as const;
export const LOG_ROLES = ['relay', 'dispatcher'] as const;

export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));

export const items = (text: string): string[] => text.split(',').map((item) => item.trim());

/** False where it is unset. */
export const flag = () =>
  z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true');

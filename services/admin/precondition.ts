import * as z from 'zod';
import type { RegistryRecord } from '../../shared/store/registry.js';
import { Problem } from './problem.js';

/** A proxy that compresses an answer makes its tag a weak one: it still names the version. */
const TAG = '(?:W/)?"[\\x21\\x23-\\x7e]*"';

/** Of a request that changes or deletes what has a version (RFC 9110 section 13.1.1). */
export const ifMatch = {
  'if-match': z
    .string()
    .regex(new RegExp(`^(\\*|${TAG}( *, *${TAG})*)$`), 'must be * or the ETag of an earlier answer, such as "3"')
    .optional()
    .meta({
      description: 'The `ETag` of the answer that the change is based on: refused with 412 when it has changed since',
      examples: ['"3"'],
    }),
};

/** The version as an entity tag. */
export const etagOf = ({ version }: Pick<RegistryRecord, 'version'>): string => `"${version}"`;

/** Throws 412 where the request was made for another version. */
export function refuseChanged(wanted: string | undefined, current: RegistryRecord): void {
  if (wanted === undefined || wanted === '*') return;
  const tags = wanted.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (tags.includes(etagOf(current))) return;
  throw new Problem(
    'precondition-failed',
    `What If-Match names has the ETag ${etagOf(current)} by now; read it again, and decide anew.`,
  );
}

import { createHash } from 'node:crypto';
import type { Membership } from './resource.js';

const BYTES = 32;

/** How much of a directory there is, and a digest of it: two that have the same digest are in the same state. */
interface Digest {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  /** 64 hexadecimal digits. */
  readonly digest: string;
}

export interface DigestMaker {
  resource(type: 'User' | 'Group', resource: { readonly id: string; readonly version: number }): void;
  membership(membership: Pick<Membership, 'groupId' | 'memberId'>): void;
  result(): Digest;
}

/**
 * The XOR of the SHA-256 of one line per thing, so that the order does not matter: `user <id> <version>`,
 * `group <id> <version>`, `member <group id> <member id>`. Of nothing it is 64 zeros.
 */
export function createDigest(): DigestMaker {
  const { add, result } = createLineDigest();
  const counts = { User: 0, Group: 0, memberships: 0 };
  return {
    resource(type, { id, version }) {
      counts[type] += 1;
      add(`${type === 'User' ? 'user' : 'group'} ${id} ${version}`);
    },
    membership({ groupId, memberId }) {
      counts.memberships += 1;
      add(`member ${groupId} ${memberId}`);
    },
    result: () => ({
      users: counts.User,
      groups: counts.Group,
      memberships: counts.memberships,
      digest: result(),
    }),
  };
}

/** The XOR of the SHA-256 of lines, in hexadecimal. */
export function createLineDigest() {
  const sum = Buffer.alloc(BYTES);
  return {
    add: (line: string): void => {
      const hash = createHash('sha256').update(line).digest();
      for (let index = 0; index < BYTES; index += 1) sum[index] = (sum[index] ?? 0) ^ (hash[index] ?? 0);
    },
    result: (): string => sum.toString('hex'),
  };
}

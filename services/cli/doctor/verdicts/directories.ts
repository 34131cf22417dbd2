import { iso } from '../../../../shared/events/timestamp.js';
import { isLive, type Directory, type DirectoryToken } from '../../../../shared/store/registry.js';
import { counted, fail, findingsOr, ok, span, warn, type Finding } from '../finding.js';

/** What the deletion guard holds of a directory. */
export interface Holding {
  readonly directory: Pick<Directory, 'id' | 'name'>;
  /** Counted up to `HELD_COUNT_MAX`. */
  readonly events: number;
  readonly since: number;
}

export const HELD_COUNT_MAX = 100;

const named = ({ id, name }: Pick<Directory, 'id' | 'name'>): string => `${id} (${name})`;

export const judgeHeld = (holdings: readonly Holding[], now: number): readonly Finding[] =>
  findingsOr(
    ok('held events', 'the deletion guard holds nothing'),
    holdings.map(({ directory, events, since }) => {
      const count = events >= HELD_COUNT_MAX ? `${HELD_COUNT_MAX} events or more` : counted(events, 'event');
      return warn(
        'held events',
        `directory ${named(directory)}: the deletion guard holds ${count}, since ${span(now - since)}`,
        `look at GET /v1/directories/${directory.id}/held, then POST …/held/release or …/held/discard`,
      );
    }),
  );

/** Identity providers are told in time to take a new token. */
const SOON_MS = 14 * 24 * 3_600_000;

/** Whether the identity provider of each directory is let in, and for how long. */
export function judgeTokens(
  directories: readonly Directory[],
  tokens: readonly DirectoryToken[],
  now: number,
): readonly Finding[] {
  const tokensOf = new Map<string, DirectoryToken[]>(directories.map(({ id }) => [id, []]));
  for (const token of tokens) tokensOf.get(token.directoryId)?.push(token);
  const inUse = directories.filter(({ deletedAt, disabled }) => deletedAt === null && disabled !== true);
  return findingsOr(
    ok('tokens', `${counted(inUse.length, 'directory', 'directories')}, no token expires within ${span(SOON_MS)}`),
    inUse.flatMap((directory) => judgeTokensOf(directory, tokensOf.get(directory.id) ?? [], now)),
  );
}

function judgeTokensOf(directory: Directory, tokens: readonly DirectoryToken[], now: number): Finding[] {
  const action = `make a new one with POST /v1/directories/${directory.id}/tokens and give it to the identity provider`;
  const unrevoked = tokens.filter(({ revokedAt }) => revokedAt === null);
  const live = tokens.filter((token) => isLive(token, now));
  const expiries = (live.length > 0 ? live : unrevoked).flatMap(({ expiresAt }) => expiresAt ?? []);
  // Without a token that could have expired, somebody wanted it so.
  if (expiries.length === 0) return [];
  if (live.length === 0) {
    const last = iso(Math.max(...expiries));
    const finding = `directory ${named(directory)}: its last token expired at ${last}; the identity provider is refused`;
    return [fail('tokens', finding, action)];
  }
  const first = Math.min(...expiries);
  if (first - now >= SOON_MS) return [];
  return [
    warn('tokens', `directory ${named(directory)}: a token expires in ${span(first - now)}, at ${iso(first)}`, action),
  ];
}

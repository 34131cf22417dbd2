import { decideBatch } from '../../../shared/directory/batch.js';
import type { Command, Outcome } from '../../../shared/directory/command.js';
import { GENESIS, type Commit, type Head, type HeldEvent } from '../../../shared/directory/commit.js';
import type { DirectoryRef } from '../../../shared/directory/deletion.js';
import { discardCommit, releaseCommit } from '../../../shared/directory/held.js';
import { mergeLoaded, mergeNeeds, type Loaded, type Needs } from '../../../shared/directory/needs.js';
import type { Membership, ResourceRow } from '../../../shared/directory/resource.js';
import { Missing, NO_FACTS, type Facts } from '../../../shared/directory/view.js';
import type { DirectoryEvent } from '../../../shared/events/event.js';
import { newId } from '../../../shared/runtime/ids.js';

export const directory: DirectoryRef = { id: 'dir', organizationId: 'org', partition: 3 };

const NOW = 1_700_000_000_000;

/** A directory's rows in memory, written the plain way: the reference that batches are compared with. */
export function memoryDirectory(ref: DirectoryRef = directory) {
  const resources = new Map<string, ResourceRow>();
  const memberships = new Map<string, Membership>();
  const held = new Map<number, HeldEvent>();
  const commits: Commit[] = [];
  let loads = 0;
  let asked: Needs['ids'] = new Set();
  let head: Head = GENESIS;

  const load = (needs: Needs): Loaded => {
    loads += 1;
    return {
      resources: [...resources.values()].filter(
        (row) =>
          needs.ids.has(row.id) || needs.keys.some(({ type, key }) => row.type === type && row.keys.includes(key)),
      ),
      memberships: [...memberships.values()].filter(
        (row) =>
          needs.members.has(row.groupId) ||
          needs.memberships.some(({ groupId, memberId }) => row.groupId === groupId && row.memberId === memberId),
      ),
      heldKeys: [...held.values()].flatMap(({ keys }) => keys).filter((key) => needs.heldKeys.has(key)),
    };
  };

  const apply = (commit: Commit): void => {
    const earlier = [...memberships.entries()];
    for (const change of commit.changes) {
      if (change.kind === 'put') {
        expect(change.isNew).toBe(!resources.has(change.resource.id));
        resources.set(change.resource.id, change.resource);
      } else if (change.kind === 'delete') {
        expect(resources.delete(change.id)).toBe(true);
      } else if (change.kind === 'join') {
        memberships.set(`${change.membership.groupId} ${change.membership.memberId}`, change.membership);
      } else if (change.kind === 'leave') {
        memberships.delete(`${change.membership.groupId} ${change.membership.memberId}`);
      } else if (change.kind === 'unlink') {
        for (const [key, row] of earlier)
          if (row.groupId === change.id || row.memberId === change.id) memberships.delete(key);
      } else if (change.kind === 'hold') {
        expect(held.has(change.event.order)).toBe(false);
        held.set(change.event.order, change.event);
      } else if (change.kind === 'unhold') {
        for (const order of held.keys()) if (order <= change.upTo) held.delete(order);
      }
    }
  };

  const take = (commit: Commit | undefined): void => {
    if (commit === undefined) return;
    apply(commit);
    commits.push(commit);
    head = commit;
  };

  return {
    resources,
    memberships,
    held,
    commits,
    get head() {
      return head;
    },
    set head(value: Head) {
      head = value;
    },
    /** How often rows were loaded. */
    get loads() {
      return loads;
    },
    /** Ids of the rows that the last write asked for. */
    asked: () => asked,
    events: () => commits.flatMap(({ events }) => events.map(({ body }) => JSON.parse(body) as DirectoryEvent)),
    /** Decides and commits one batch; answers the outcomes. */
    write(commands: readonly Command[], now = NOW): readonly Outcome[] {
      let facts: Facts = NO_FACTS;
      for (let round = 0; round < 10; round += 1) {
        try {
          const { commit, outcomes } = decideBatch(head, facts, commands, { directory: ref, now, newId });
          take(commit);
          asked = facts.asked.ids;
          return outcomes;
        } catch (error) {
          if (!(error instanceof Missing)) throw error;
          facts = { asked: mergeNeeds(facts.asked, error.needs), loaded: mergeLoaded(facts.loaded, load(error.needs)) };
        }
      }
      throw new Error('The decision still misses rows after 10 loads.');
    },
    /** One commit of a release: of the oldest `limit` held events at most. */
    release(limit: number, now = NOW): void {
      take(releaseCommit(head, [...held.values()].slice(0, limit), { directory: ref, now, newId }, 'release'));
    },
    discard(now = NOW): void {
      take(discardCommit(head, { directory: ref, now, newId }, 'discard'));
    },
  };
}

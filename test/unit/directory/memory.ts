import { decideBatch } from '../../../shared/directory/batch.js';
import type { Command, Outcome } from '../../../shared/directory/command.js';
import { GENESIS, type Commit, type Head } from '../../../shared/directory/commit.js';
import { mergeLoaded, mergeNeeds, type Loaded, type Needs } from '../../../shared/directory/needs.js';
import type { Membership, ResourceRow } from '../../../shared/directory/resource.js';
import { Missing, NO_FACTS, type Facts } from '../../../shared/directory/view.js';
import type { DirectoryEvent } from '../../../shared/events/event.js';
import { newId } from '../../../shared/runtime/ids.js';

export const directory = { id: 'dir', organizationId: 'org', partition: 3 };

/** A directory's rows in memory, written the plain way: the reference that batches are compared with. */
export function memoryDirectory() {
  const resources = new Map<string, ResourceRow>();
  const memberships = new Map<string, Membership>();
  const commits: Commit[] = [];
  let head: Head = GENESIS;

  const load = (needs: Needs): Loaded => ({
    resources: [...resources.values()].filter(
      (row) => needs.ids.has(row.id) || needs.keys.some(({ type, key }) => row.type === type && row.keys.includes(key)),
    ),
    memberships: [...memberships.values()].filter(
      (row) =>
        needs.members.has(row.groupId) ||
        needs.memberships.some(({ groupId, memberId }) => row.groupId === groupId && row.memberId === memberId),
    ),
  });

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
      }
    }
  };

  return {
    resources,
    memberships,
    commits,
    get head() {
      return head;
    },
    set head(value: Head) {
      head = value;
    },
    events: () => commits.flatMap(({ events }) => events.map(({ body }) => JSON.parse(body) as DirectoryEvent)),
    /** Decides and commits one batch; answers the outcomes. */
    write(commands: readonly Command[], now = 1_700_000_000_000): readonly Outcome[] {
      let facts: Facts = NO_FACTS;
      for (let round = 0; round < 10; round += 1) {
        try {
          const { commit, outcomes } = decideBatch(head, facts, commands, { directory, now, newId });
          if (commit !== undefined) {
            apply(commit);
            commits.push(commit);
            head = commit;
          }
          return outcomes;
        } catch (error) {
          if (!(error instanceof Missing)) throw error;
          facts = { asked: mergeNeeds(facts.asked, error.needs), loaded: mergeLoaded(facts.loaded, load(error.needs)) };
        }
      }
      throw new Error('The decision still misses rows after 10 loads.');
    },
  };
}

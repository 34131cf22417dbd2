import { decideBatch, type Batch } from '../directory/batch.js';
import type { Command } from '../directory/command.js';
import type { Decider, Head } from '../directory/commit.js';
import { needsOf } from '../directory/decide.js';
import { NO_RULES } from '../directory/mapping.js';
import { mergeLoaded, mergeNeeds } from '../directory/needs.js';
import { Missing, NO_FACTS, type Facts } from '../directory/view.js';
import type { CommitStore } from './port.js';

/** Decides a batch, loading what the decision turns out to need, until nothing is missing. */
export async function decideLoaded(
  commits: Pick<CommitStore, 'load'>,
  head: Head,
  commands: readonly Command[],
  decider: Decider,
): Promise<Batch> {
  const { id: directoryId, rules = NO_RULES } = decider.directory;
  let facts: Facts = NO_FACTS;
  let needs = mergeNeeds(...commands.map((command) => needsOf(command, rules)));
  for (;;) {
    const loaded = await commits.load(directoryId, needs);
    facts = { asked: mergeNeeds(facts.asked, needs), loaded: mergeLoaded(facts.loaded, loaded) };
    try {
      return decideBatch(head, facts, commands, decider);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      needs = error.needs;
    }
  }
}

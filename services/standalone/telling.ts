import type { CommitStore, Store } from '../../shared/store/port.js';

/** In one process, whoever changes the store tells the loops that would otherwise have to ask for it again and again. */

/** Tells of each commit, whoever makes it: SCIM, a mapping, an operator. */
export const tellOfCommits = (commits: CommitStore, tell: (partition: number) => void): CommitStore => ({
  ...commits,
  async commit(commit) {
    const outcome = await commits.commit(commit);
    if (outcome === 'committed') tell(commit.partition);
    return outcome;
  },
});

type Operated = Pick<Store, 'deliveries' | 'registry'>;

/** Tells of what an operator changes that the dispatcher works by. */
export function tellOfOperators({ deliveries, registry }: Operated, tell: () => void): Operated {
  const telling =
    <Args extends readonly unknown[], Result>(change: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const result = await change(...args);
      tell();
      return result;
    };
  const { endpoints } = registry;
  return {
    deliveries: {
      ...deliveries,
      retry: telling((...change) => deliveries.retry(...change)),
      skip: telling((...change) => deliveries.skip(...change)),
      move: telling((...change) => deliveries.move(...change)),
    },
    registry: {
      ...registry,
      endpoints: {
        ...endpoints,
        replace: telling((record) => endpoints.replace(record)),
        delete: telling((id) => endpoints.delete(id)),
      },
    },
  };
}

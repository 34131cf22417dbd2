import fc from 'fast-check';
import { scan } from '../../../../services/ingest/scan.js';
import type { ResourceRow } from '../../../../shared/directory/resource.js';
import { candidates } from '../../../../shared/scim/filter/candidates.js';
import { compileFilter, relationsIn } from '../../../../shared/scim/filter/evaluate.js';
import { parseFilter } from '../../../../shared/scim/filter/parse.js';
import { indexKeys } from '../../../../shared/scim/keys.js';
import { USER } from '../../../../shared/scim/schemas/index.js';
import { userAttributes } from '../../../unit/scim/arbitraries.js';
import { filterText } from '../../../unit/scim/filter-arbitraries.js';
import { refusalType } from '../../../unit/scim/refusals.js';
import { create, createChain, user } from './fixtures.js';
import { useStore, type StoreHarness } from './harness.js';

const BASE_URL = 'https://scim.example';

/** A filter that the store narrows down by its indexes finds what the evaluator finds among all rows. */
export function describePushdown(harness: StoreHarness, filters: number): void {
  describe(`${harness.name}: filters`, () => {
    const under = useStore(harness);

    test('find by the indexes what the evaluator finds among all resources', async () => {
      const { commits, resources } = under.store;
      const chain = createChain(commits);
      const ids = ['u-1', 'u-2', 'a', '7', ...Array.from({ length: 36 }, (_, index) => `id-${index}`)].sort();
      const rows = fc
        .sample(userAttributes, ids.length)
        .map((attributes, index): ResourceRow =>
          user(ids[index] ?? '', { attributes, keys: indexKeys(USER, attributes) }),
        );
      await chain.write(rows.map(create));
      const texts = fc
        .sample(filterText, filters * 8)
        .filter((text) => refusalType(() => compileFilter(USER, parseFilter(text), BASE_URL)) === 'accepted')
        .filter((text) => relationsIn(USER, parseFilter(text)).length === 0);
      // Those that an index answers first: there the store's part is.
      const narrowing = texts.filter((text) => candidates(USER, parseFilter(text)) !== undefined);
      const asked = [...narrowing, ...texts].slice(0, filters);
      expect(asked).toHaveLength(filters);
      for (const text of asked) {
        const filter = parseFilter(text);
        const found: string[] = [];
        const options = { directoryId: chain.directory.id, baseUrl: BASE_URL, types: [USER], filter, pageSize: 500 };
        for await (const page of scan(resources, options)) found.push(...page.map(({ row }) => row.id));
        const expected = rows.filter(compileFilter(USER, filter, BASE_URL)).map(({ id }) => id);
        expect([text, found]).toEqual([text, expected]);
      }
    }, 120_000);
  });
}

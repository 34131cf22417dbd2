import type { Head } from '../../../shared/directory/commit.js';
import type { ExportSource } from '../../../shared/store/transfer.js';

/** Everything that `read` would page through. */
export async function* pages<Item>(
  size: number,
  read: (after: Item | undefined, limit: number) => Promise<readonly Item[]>,
): AsyncGenerator<Item, void> {
  for (let last: Item | undefined; ;) {
    const page = await read(last, size);
    yield* page;
    last = page.at(-1);
    if (page.length < size) return;
  }
}

const DIRECTORIES_PER_PAGE = 100;

/** Every directory that has a commit. */
export async function* headPages({
  store,
  reader,
}: Pick<ExportSource, 'store' | 'reader'>): AsyncGenerator<{ directoryId: string; head: Head }, void> {
  for await (const directoryId of pages<string>(DIRECTORIES_PER_PAGE, (after, limit) =>
    reader.directories(after ?? '', limit),
  )) {
    yield { directoryId, head: await store.commits.head(directoryId) };
  }
}

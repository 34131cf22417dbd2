import type { Api, Query } from '../api/api.js';
import { listOf, type Json } from '../api/json.js';
import { CommandFailed } from '../api/failures.js';
import { EXIT_USAGE } from '../exit-codes.js';
import { renderFields, renderTable, type Column } from '../output/table.js';
import { print, type Session, type Work } from '../session.js';
import type { ApiVerb } from './verb.js';

/** How much of a list is wanted, and after which cursor. */
export interface Paging {
  readonly limit: number;
  readonly after?: string | undefined;
}

const PAGE_MAX = 100;

/** One request of the management API, and what came of it. A list is as many as it takes. */
export const runVerb =
  (verb: ApiVerb, args: readonly string[], fields: Json, paging: Paging): Work =>
  async (session) => {
    const { method, prints } = verb;
    const path = fill(verb.path, args);
    if (typeof prints === 'object' && 'columns' in prints) {
      return printPage(session, await readPage(session.api, path, fields as Query, paging), prints.columns);
    }
    if (method === 'PATCH' && verb.body === undefined && Object.keys(fields).length === 0) {
      const flags = (verb.flags ?? []).map((flag) => flag.flags.split(' ')[0]).join(', ');
      throw new CommandFailed(`there is nothing to change; give at least one of ${flags}`, EXIT_USAGE);
    }
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: { ...verb.body, ...fields } };
    const answer = await session.api.send(method, path, body);
    if (prints === 'fields') return printOne(session, answer, verb.beside, args);
    print(session, { id: args.at(-1) }, () => [prints.sentence]);
  };

const fill = (path: string, args: readonly string[]): string => {
  const left = [...args];
  return path.replace(/:\w+/g, () => encodeURIComponent(left.shift() ?? ''));
};

interface Page {
  readonly data: readonly Json[];
  /** Null at the end. */
  readonly nextCursor: string | null;
}

async function readPage(api: Api, path: string, query: Query, { limit, after }: Paging): Promise<Page> {
  const data: Json[] = [];
  for (let cursor = after; ;) {
    const page = await api.send('GET', path, {
      query: { ...query, after: cursor, limit: Math.min(PAGE_MAX, limit - data.length) },
    });
    data.push(...listOf(page));
    // Events always have a cursor to go on with later.
    const hasMore = page['hasMore'] ?? page['nextCursor'] !== null;
    if (hasMore !== true || typeof page['nextCursor'] !== 'string') return { data, nextCursor: null };
    cursor = page['nextCursor'];
    if (data.length >= limit) return { data, nextCursor: cursor };
  }
}

function printPage(session: Session, page: Page, columns: readonly Column[]): void {
  const { terminal } = session;
  print(session, page, () => (page.data.length === 0 ? [] : renderTable(columns, page.data, terminal)));
  if (session.isJson) return;
  if (page.data.length === 0) terminal.note('There are none.');
  if (page.nextCursor !== null) terminal.note(terminal.paint.faint(`There are more: --after '${page.nextCursor}'`));
}

async function printOne(
  session: Session,
  found: Json,
  beside: ApiVerb['beside'],
  args: readonly string[],
): Promise<void> {
  const { api, terminal } = session;
  if (beside === undefined) return print(session, found, () => renderFields(found, terminal.paint));
  const { name, path, columns } = beside;
  const list = listOf(await api.send('GET', fill(path, args)));
  print(session, { ...found, [name]: list }, () => [
    ...renderFields(found, terminal.paint),
    ...(list.length === 0 ? [] : ['', terminal.paint.strong(name), ...renderTable(columns, list, terminal)]),
  ]);
}

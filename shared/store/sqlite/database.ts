import { backup, DatabaseSync } from '@photostructure/sqlite';

/** What may be bound. Anything else (a Date, a boolean, undefined, NaN) is refused rather than stored as something else. */
export type Value = string | number | null;

/** A row as it is read; see `columns.ts` for how to take values out of it. */
export type Row = Readonly<Record<string, unknown>>;

export interface Statement {
  /** Answers how many rows changed. */
  run(...values: readonly Value[]): number;
  /** Of an INSERT of one row: answers its rowid, in a third of the time that RETURNING takes. */
  insert(...values: readonly Value[]): number;
  get(...values: readonly Value[]): Row | undefined;
  all(...values: readonly Value[]): Row[];
}

/** One connection to a database file; every call runs to its end before anything else does. */
export interface Database {
  readonly file: string;
  exec(sql: string): void;
  /** Prepared once per text. */
  prepare(sql: string): Statement;
  /** Everything or nothing, and on the disk when it returns. */
  durably<T>(work: () => T): T;
  /**
   * Everything or nothing, and safe from a crash of the process. A power failure may undo the newest of these, back to no
   * further than the last `durably`, because all transactions go through one log that is synced from its start. Right for
   * bookkeeping that is done again with the same result: marks, cursors, leases, and attempts, of which the worst is a repeat.
   */
  lazily<T>(work: () => T): T;
  /**
   * Copies everything as it is at this moment, whatever is written meanwhile, into another database file: what that one had is
   * replaced as one, or stays where the copy fails. `onProgress` is told the share that is done, up to 1.
   */
  copyTo(file: string, onProgress: (share: number) => void): Promise<void>;
  /** Brings everything from the log into the file and empties the log, which has former states of the pages. */
  truncateLog(): void;
  /** Brings everything from the log into the file, so that the file alone is complete; a reader leaves both as they are. */
  close(): void;
}

/** A larger page holds a typical resource and its event; measured 10 % faster than 4 KiB, and the file is 15 % smaller. */
const PAGE_BYTES = 8192;
/** 32 MiB of log between checkpoints: each one rewrites a page once, however often it changed; it takes from 4 to 50 ms. */
const CHECKPOINT_PAGES = 4096;
/** With so many, the commit itself has to: nothing else had its turn. */
const CHECKPOINT_PAGES_MAX = 2 * CHECKPOINT_PAGES;
/** With 16, 20, 24 and 32 MiB a million users are looked up as fast: the system's cache has what this one has not. */
const CACHE_KIB = 16 * 1024;
/** Of a copy: 2 MiB. */
const PAGES_PER_STEP = 256;
/** How long a reader waits for the moments in which the file is closed to readers. */
const READER_PATIENCE_MS = 2000;

type Connection = InstanceType<typeof DatabaseSync>;

/** Makes the file when it is not there. Throws, naming it, when it cannot be opened or is no database. */
export function openDatabase(file: string): Database {
  const connection = connect(file);
  return {
    ...databaseOn(connection, file),
    close() {
      // The driver lets go of the file only when its statements are collected, so that closing alone would leave the log full.
      try {
        connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        connection.close();
      }
    },
  };
}

/**
 * The same, to look at a database that may be another process's: every write fails. A reader holds nobody up but the emptying of
 * the log, for as long as one query takes. Throws when there is no such file.
 */
export function openDatabaseForReading(file: string): Database {
  const connection = new DatabaseSync(file, { readOnly: true, timeout: READER_PATIENCE_MS });
  return databaseOn(connection, file);
}

function databaseOn(connection: Connection, file: string): Database {
  const statements = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = prepareStatement(connection, sql);
    statements.set(sql, statement);
    return statement;
  };
  const begin = connection.prepare('BEGIN IMMEDIATE');
  const commit = connection.prepare('COMMIT');
  const checkpointSoon = prepareCheckpoint(connection);
  let current: 'FULL' | 'NORMAL' = 'FULL';

  const transaction = <T>(synchronous: 'FULL' | 'NORMAL', work: () => T): T => {
    if (synchronous !== current) {
      // Not a prepared statement: this pragma takes effect when it is compiled.
      connection.exec(`PRAGMA synchronous = ${synchronous}`);
      current = synchronous;
    }
    begin.run();
    try {
      const result = work();
      commit.run();
      checkpointSoon();
      return result;
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  };

  return {
    file,
    exec: (sql) => connection.exec(sql),
    prepare,
    durably: (work) => transaction('FULL', work),
    lazily: (work) => transaction('NORMAL', work),
    copyTo: (target, onProgress) => copy(connection, target, onProgress),
    truncateLog: () => connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
    close: () => connection.close(),
  };
}

/** Brings the log into the file when it is long, in a turn of its own: what was committed is answered before. Never throws. */
function prepareCheckpoint(connection: Connection): () => void {
  const look = connection.prepare('PRAGMA wal_checkpoint(NOOP)');
  let isDue = false;
  const checkpoint = (): void => {
    isDue = false;
    if (!connection.isOpen) return;
    try {
      const { log, checkpointed } = look.get() as { readonly log: number; readonly checkpointed: number };
      if (log - checkpointed >= CHECKPOINT_PAGES) connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // Nothing is lost: what is left in the log is read from there, and the next commit tries again.
    }
  };
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(checkpoint);
  };
}

async function copy(connection: Connection, target: string, onProgress: (share: number) => void): Promise<void> {
  // The copy is made in steps; what is read within one transaction is of one moment.
  connection.exec('BEGIN');
  try {
    connection.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(connection, target, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) => onProgress(1 - remainingPages / totalPages),
    });
    onProgress(1);
  } finally {
    connection.exec('COMMIT');
  }
}

function connect(file: string): Connection {
  const connection = new DatabaseSync(file);
  try {
    connection.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA journal_mode = WAL;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES_MAX};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
    `);
    return connection;
  } catch (error) {
    connection.close();
    throw new Error(`${file}: cannot be opened as a database; move it away or restore it from a backup`, {
      cause: error,
    });
  }
}

/**
 * SQLite compiles a statement anew each time that a parameter is bound which is a limit by itself, because the plan may depend on it;
 * that takes longer than most of them do. Into a sum it does not look.
 */
export const compiledOnce = (sql: string): string => sql.replace(/\b(LIMIT|OFFSET) (\?\d*)/g, '$1 ($2 + 0)');

function prepareStatement(connection: Connection, sql: string): Statement {
  const statement = connection.prepare(compiledOnce(sql));
  // Made here, a row costs two thirds of one that the driver makes, which gives each column of each row its name anew.
  statement.setReturnArrays(true);
  const columns = statement.columns().map(({ name }) => name);
  const toRow = (values: readonly unknown[]): Row => {
    const row: Record<string, unknown> = {};
    columns.forEach((column, index) => {
      row[column] = values[index];
    });
    return row;
  };
  return {
    run: (...values) => statement.run(...values.map(bindable)).changes,
    insert: (...values) => Number(statement.run(...values.map(bindable)).lastInsertRowid),
    get: (...values) => {
      const row = statement.get(...values.map(bindable)) as readonly unknown[] | undefined;
      return row && toRow(row);
    },
    all: (...values) => (statement.all(...values.map(bindable)) as (readonly unknown[])[]).map(toRow),
  };
}

/**
 * The driver cuts text at NUL and replaces lone surrogates, so that two different strings could meet. Such a text is bound as a
 * blob of its UTF-16 code units, equal only to itself; `text` reads it back.
 */
function bindable(value: Value): string | number | null | Buffer {
  if (typeof value === 'string') {
    return value.isWellFormed() && !value.includes('\0') ? value : Buffer.from(value, 'utf16le');
  }
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw new TypeError(`cannot store ${String(value)}: bind a string, a finite number or null`);
}

import type { Member, Watcher } from './member.js';

/** What the harness breaks. */
export interface Installation {
  /** As a report names it. */
  readonly title: string;
  readonly url: string;
  readonly adminKey: string;
  /** Where SCIM is served, when it is not where directories say. */
  readonly scimUrl: string | undefined;
  readonly members: readonly Member[];
  /** Of a standalone on SQLite. */
  readonly dataDir?: string;
  /** What the processes rely on, which may be broken too. */
  readonly servers?: Servers;
  /** Ends everything, in order. */
  close(): Promise<void>;
}

/** Servers of the harness's own, and ways to disturb the connections to them. */
export interface Servers {
  readonly mongo: Server;
  readonly kafka: readonly Server[];
  readonly mongoLine: Line;
  readonly kafkaLine: Line | undefined;
}

export interface Server {
  kill(): Promise<void>;
  /** After `kill`. */
  start(): Promise<void>;
}

/** A proxy through which a process speaks to a server. */
export interface Line {
  /** Loses the answer to the next request that passes, with its connection. */
  cutNext(): void;
  /** Half-open: lets nothing through, without a word. */
  setStalled(isStalled: boolean): void;
  /** Holds everything up for so long; 0: not any more. */
  setDelay(ms: number): void;
}

/** Starts one for a run of the harness. `build`: folder of the product as JavaScript. */
export type Install = (build: string, watcher: Watcher) => Promise<Installation>;

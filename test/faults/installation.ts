import type { CuttingProxy } from '../support/cutting-proxy.js';
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

/** Servers of the harness's own. */
interface Servers {
  readonly mongo: Server;
  /** All of its brokers at once. */
  readonly kafka: Server & { readonly brokers: readonly Pick<Server, 'kill' | 'start'>[] };
}

export interface Server {
  /** From the processes that need it, one each to whatever it consists of. */
  readonly lines: ReadonlyMap<Member, readonly CuttingProxy[]>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** After `kill`; resolves when it listens. */
  start(): Promise<void>;
}

/** Starts one for a run of the harness. `build`: folder of the product as JavaScript. */
export type Install = (build: string, watcher: Watcher) => Promise<Installation>;

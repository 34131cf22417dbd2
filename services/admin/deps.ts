import type { Courier } from '../../shared/destinations/port.js';
import type { Branding } from '../../shared/config/branding.js';
import type { Clock } from '../../shared/runtime/clock.js';
import type { Logger } from '../../shared/runtime/logger.js';
import type { Sealer } from '../../shared/runtime/seal.js';
import type { DeliveryStore } from '../../shared/store/deliveries.js';
import type { Journals } from '../../shared/store/journals.js';
import type {
  CommitStore,
  EventReader,
  HeldEventReader,
  Outbox,
  ResourceReader,
  Store,
} from '../../shared/store/port.js';
import type { Registry } from '../../shared/store/registry.js';
import type { Retention } from '../../shared/store/retention.js';
import type { TallyStore } from '../../shared/store/tallies.js';
import type { Feed } from './feed.js';
import type { AdminMetrics } from './metrics.js';
import type { Descriptions } from './openapi/descriptions.js';
import type { Slots } from './streaming.js';

/** What the management API needs of the world. */
export interface AdminDeps {
  readonly registry: Registry;
  /** Read for a directory's state, written only to end a directory, what it holds back, or a user that is to be erased. */
  readonly commits: Pick<CommitStore, 'head' | 'load' | 'commit' | 'confirmHead'>;
  readonly held: HeldEventReader;
  readonly resources: ResourceReader;
  readonly events: EventReader;
  readonly deliveries: Pick<
    DeliveryStore,
    'get' | 'list' | 'search' | 'attempts' | 'lastAttempts' | 'retry' | 'skip' | 'move' | 'countByStatus' | 'countAll'
  >;
  readonly tallies: Pick<TallyStore, 'read'>;
  readonly journals: {
    readonly audit: Pick<Journals['audit'], 'search' | 'append' | 'amend'>;
    readonly requests: Pick<Journals['requests'], 'list' | 'search' | 'get'>;
  };
  readonly outbox: Pick<Outbox, 'oldestAt' | 'count'>;
  /** What the store tells of itself. */
  readonly describe: Store['describe'];
  readonly installation: Installation;
  /** The only one that the caller sees; undefined: every one. */
  readonly organizationId?: string;
  readonly sealer: Sealer;
  /** For test deliveries. */
  readonly courier: Courier;
  /** Without a slash at the end; SCIM base URLs begin with it. */
  readonly publicUrl: string;
  readonly web: Web;
  /** Log partitions over which new directories are spread. */
  readonly partitions: number;
  /** SHA-256 of the operator's own admin key, hex; beside it, the stored keys are good. */
  readonly adminKeyHash?: string | undefined;
  /** How many each admin key may make. */
  readonly requestsPerSecond: number;
  /** Address ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Address ranges that webhooks may reach although the address guard refuses them. */
  readonly allowCidrs: readonly string[];
  /** Tells those who wait for events of new ones. */
  readonly feed: Feed;
  /** Aborts when the process is to stop: answers that would go on end at once. */
  readonly stopping: AbortSignal;
  readonly metrics: AdminMetrics;
  /** Tells users of the directory's new mapping, in the background. */
  readonly remap: (directoryId: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As the process is configured. */
interface Installation {
  readonly eventLog: 'in-process' | 'kafka';
  readonly retention: Retention;
}

/** What browsers are shown. */
interface Web {
  /** Folder of the built console and set-up page. */
  readonly folder: string;
  /** The host application, as the set-up page shows it. */
  readonly app: Branding;
}

/** The same within the running app. */
export interface Deps extends AdminDeps {
  /** How much goes on at one time. */
  readonly slots: {
    /** Answers that read a directory from end to end. */
    readonly wholes: Slots;
    /** Requests that wait for events. */
    readonly waits: Slots;
    readonly streams: Slots;
    /** Streams of set-up pages. */
    readonly setups: Slots;
  };
  /** What the API says of itself. */
  readonly descriptions: Descriptions;
}

import type { Logger } from '../../runtime/logger.js';
import type { BackOff } from '../../runtime/pause.js';
import type { Outage } from '../outage.js';
import { persist } from '../persist.js';
import type { LogConsumer } from '../port.js';

/** Which partitions the group has given to this member, and the consumer's calls for each: one at a time, in order. */
export interface Ownership {
  /**
   * The group has (again) been divided. Who keeps its member id has been in every division since it joined, so that a partition
   * that it still has was nobody else's in between; with a new id, all of them may have been.
   */
  joined(memberId: string, partitions: readonly number[]): void;
  /** Resolves when the consumer is ready for the partition's records; answers false when the partition is not ours. */
  ready(partition: number): Promise<boolean>;
  /** Runs a call about the partition's records; answers false, without running it, when the partition is no longer ours. */
  handle(partition: number, call: () => Promise<void>): Promise<boolean>;
  /** Gives every partition up; resolves after the consumer's last call. Nothing is handled from now on. */
  end(): Promise<void>;
}

interface Holding {
  readonly lost: AbortController;
  /** Whether `assigned` has returned, so that `revoked` is due. */
  isReady: boolean;
  ready: Promise<void>;
}

const FAILING: BackOff = { firstMs: 100, longestMs: 5000 };

export function createOwnership(consumer: LogConsumer, outage: Outage, logger: Logger): Ownership {
  const held = new Map<number, Holding>();
  const calls = new Map<number, Promise<void>>();
  let member: string | undefined;
  let hasEnded = false;

  const inTurn = (partition: number, call: () => Promise<void>): Promise<void> => {
    const done = (calls.get(partition) ?? Promise.resolve()).then(call);
    calls.set(
      partition,
      done.catch(() => undefined),
    );
    return done;
  };

  const gain = (partition: number): void => {
    const holding: Holding = { lost: new AbortController(), isReady: false, ready: Promise.resolve() };
    held.set(partition, holding);
    holding.ready = inTurn(partition, () => assign(partition, holding, consumer, outage));
  };

  const lose = (partition: number, holding: Holding): void => {
    held.delete(partition);
    holding.lost.abort();
    void inTurn(partition, async () => {
      if (holding.isReady) await revoke(partition, consumer, logger);
    });
  };

  return {
    joined(memberId, partitions) {
      if (hasEnded) return;
      const isNewMember = memberId !== member;
      member = memberId;
      for (const [partition, holding] of held) {
        if (isNewMember || !partitions.includes(partition)) lose(partition, holding);
      }
      for (const partition of partitions) if (!held.has(partition)) gain(partition);
    },
    async ready(partition) {
      const holding = held.get(partition);
      await holding?.ready;
      return holding?.isReady === true && !holding.lost.signal.aborted;
    },
    async handle(partition, call) {
      const holding = held.get(partition);
      let isOurs = false;
      await inTurn(partition, async () => {
        isOurs = holding?.isReady === true && !holding.lost.signal.aborted;
        if (isOurs) await call();
      });
      return isOurs;
    },
    async end() {
      hasEnded = true;
      for (const [partition, holding] of held) lose(partition, holding);
      await Promise.all(calls.values());
    },
  };
}

/** Until it succeeds, or the partition is lost. */
async function assign(partition: number, holding: Holding, consumer: LogConsumer, outage: Outage): Promise<void> {
  const onFailure = (error: unknown): void => outage.failed(partition, error);
  holding.isReady = await persist(() => consumer.assigned(partition), FAILING, holding.lost.signal, onFailure);
  outage.ended(partition);
}

async function revoke(partition: number, consumer: LogConsumer, logger: Logger): Promise<void> {
  try {
    await consumer.revoked(partition);
  } catch (error) {
    logger.error({ err: error, partition }, 'A partition of the event log was not given up in order.');
  }
}

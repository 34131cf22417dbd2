import { createOwnership, type Ownership } from '../../../shared/event-log/kafka/ownership.js';
import { createOutage } from '../../../shared/event-log/outage.js';
import { createGate } from '../../contract/event-log/suite/recorder.js';
import { silent } from '../../support/ingest.js';

describe('ownership of partitions', () => {
  let calls: string[];
  let assigning: () => Promise<void>;
  let revoking: () => Promise<void>;
  let ownership: Ownership;
  beforeEach(() => {
    calls = [];
    assigning = revoking = async () => undefined;
    const consumer = {
      async assigned(partition: number) {
        await assigning();
        calls.push(`assigned ${partition}`);
      },
      async revoked(partition: number) {
        calls.push(`revoked ${partition}`);
        await revoking();
      },
      records: async () => undefined,
    };
    ownership = createOwnership(consumer, createOutage('consume', silent), silent);
  });
  const handle = (partition: number): Promise<boolean> =>
    ownership.handle(partition, async () => void calls.push(`records ${partition}`));

  test('a partition is assigned, handled and revoked, in this order', async () => {
    ownership.joined('member', [0]);
    expect(await ownership.ready(0)).toBe(true);
    expect(await handle(0)).toBe(true);
    await ownership.end();
    expect(calls).toEqual(['assigned 0', 'records 0', 'revoked 0']);
  });

  test('a partition that is not ours is never handled', async () => {
    ownership.joined('member', [0]);
    expect(await ownership.ready(1)).toBe(false);
    expect(await handle(1)).toBe(false);
    await ownership.end();
    expect(await handle(0)).toBe(false);
    ownership.joined('member', [0]);
    expect(await ownership.ready(0)).toBe(false);
    expect(calls).toEqual(['assigned 0', 'revoked 0']);
  });

  test('a rebalance revokes what went to others and keeps the rest', async () => {
    ownership.joined('member', [0, 1]);
    await ownership.ready(1);
    ownership.joined('member', [1, 2]);
    await ownership.ready(2);
    expect(calls).toEqual(['assigned 0', 'assigned 1', 'revoked 0', 'assigned 2']);
    expect(await handle(1)).toBe(true);
    expect(await handle(0)).toBe(false);
  });

  test('under a new member id everything is assigned anew: others may have had it in between', async () => {
    ownership.joined('member', [0]);
    await ownership.ready(0);
    ownership.joined('another member', [0]);
    await ownership.ready(0);
    expect(calls).toEqual(['assigned 0', 'revoked 0', 'assigned 0']);
  });

  test('a loss waits for the call under way, and what was queued behind it is dropped', async () => {
    ownership.joined('member', [0]);
    await ownership.ready(0);
    const [started, gate] = [createGate(), createGate()];
    const underWay = ownership.handle(0, async () => {
      started.open();
      await gate.passed;
      calls.push('handled');
    });
    await started.passed;
    const queued = handle(0);
    ownership.joined('member', []);
    gate.open();
    expect([await underWay, await queued]).toEqual([true, false]);
    await ownership.end();
    expect(calls).toEqual(['assigned 0', 'handled', 'revoked 0']);
  });

  test('what a call throws reaches who asked for it, and the next call is made', async () => {
    ownership.joined('member', [0]);
    await ownership.ready(0);
    await expect(ownership.handle(0, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await handle(0)).toBe(true);
  });

  test('a partition whose assignment never succeeded is given up without a call', async () => {
    assigning = () => Promise.reject(new Error('the store cannot be reached'));
    ownership.joined('member', [0]);
    const ready = ownership.ready(0);
    await ownership.end();
    expect(await ready).toBe(false);
    expect(calls).toEqual([]);
  });

  test('a revocation that fails ends all the same', async () => {
    revoking = () => Promise.reject(new Error('no'));
    ownership.joined('member', [0, 1]);
    await ownership.ready(1);
    await ownership.end();
    expect(calls).toEqual(['assigned 0', 'assigned 1', 'revoked 0', 'revoked 1']);
  });
});

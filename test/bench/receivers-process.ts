import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What comes to this path of the good receiver is answered, and not counted. */
export const ASIDE = '/aside';

export type Question = 'forget' | 'report';

/** What has come to the good receiver since it was told to forget. */
export interface Arrivals {
  readonly count: number;
  /** Different events among them. */
  readonly distinct: number;
  /** Milliseconds from the commit of the event to its arrival. */
  readonly p50: number;
  readonly p99: number;
  /** When the last one came, in milliseconds since the epoch. */
  readonly lastAt: number;
}

export interface Receivers {
  /** Ports. */
  readonly good: number;
  readonly bad: readonly number[];
  ask(question: Question): Promise<Arrivals>;
  stop(): void;
}

export async function startReceivers(): Promise<Receivers> {
  const child = fork(join(__dirname, 'receivers.ts'), { execArgv: ['--import', 'tsx'] });
  const [ports] = (await once(child, 'message')) as [{ readonly good: number; readonly bad: readonly number[] }];
  return {
    ...ports,
    async ask(question) {
      child.send(question);
      const [answer] = (await once(child, 'message')) as [Arrivals];
      return answer;
    },
    stop: () => child.disconnect(),
  };
}

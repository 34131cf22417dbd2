import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Measured, Subject } from './bench.js';

export interface Job {
  readonly id: number;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** File that exports `requests`. */
  readonly module: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export type JobResult =
  { readonly id: number; readonly measured: Measured } | { readonly id: number; readonly error: string };

/** The load generator, seen from the process that conducts the bench. */
export interface Load {
  /** Requests made by the file's `requests`, sent to a port of this machine. */
  against(port: number, module: string, parameters?: Readonly<Record<string, string>>): Subject;
  stop(): void;
}

/** Starts a load generator that keeps `connections` connections alive, with one request under way on each. */
export function startLoad(connections: number): Load {
  const child = fork(join(__dirname, 'load.ts'), { execArgv: ['--import', 'tsx'] });
  let id = 0;
  const run = (job: Omit<Job, 'id' | 'connections'>): Promise<Measured> =>
    new Promise((resolve, reject) => {
      id += 1;
      const own = id;
      const gone = (): void => reject(new Error('the load generator ended'));
      const settle = (result: JobResult): void => {
        if (result.id !== own) return;
        child.off('message', settle).off('exit', gone);
        if ('measured' in result) resolve(result.measured);
        else reject(new Error(result.error));
      };
      child.on('message', settle).on('exit', gone);
      child.send({ ...job, id, connections } satisfies Job);
    });
  return {
    against: (port, module, parameters = {}) => ({ measure: (seconds) => run({ port, module, parameters, seconds }) }),
    stop: () => child.disconnect(),
  };
}

import { runUntilStopped } from '../../shared/runtime/lifecycle.js';
import { createSimulator, type Provider } from '../simulator/simulator.js';

export interface SimulateOptions {
  /** SCIM base URL of a directory. */
  readonly url: string;
  readonly token: string;
  readonly provider: Provider;
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
}

/** Plays an identity provider against any service provider, a line per write. Answers the exit code: 1 when a step failed. */
export async function runSimulate({ url, ...options }: SimulateOptions): Promise<number> {
  let failed = 0;
  const code = await runUntilStopped(async (signal) => {
    const simulator = createSimulator({
      ...options,
      baseUrl: url,
      signal,
      onRequest: ({ step, method, path, status, durationMs, error, acknowledged }) => {
        if (acknowledged === null && error === null) return;
        const outcome = `${status ?? 'no answer'} in ${Math.round(durationMs)} ms${error === null ? '' : `: ${error}`}`;
        process.stdout.write(`${step}: ${method} ${path} ${outcome}\n`);
      },
    });
    const { exchanges, failures, world } = await simulator.run();
    const acknowledged = exchanges.filter((exchange) => exchange.acknowledged !== null).length;
    failures.forEach(({ step, reason }) => process.stdout.write(`failed: ${step}: ${reason}\n`));
    process.stdout.write(
      `${exchanges.length} requests, ${acknowledged} writes acknowledged, ${failures.length} steps failed; ` +
        `${world.users.size} users and ${world.groups.size} groups now.\n`,
    );
    failed = failures.length;
  });
  return code === 0 && failed > 0 ? 1 : code;
}

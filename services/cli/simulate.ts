import { processEnvironment } from '../../shared/config/env.js';
import { runUntilStopped } from '../../shared/runtime/lifecycle.js';
import { createSimulator, type Provider, type SimulatorOptions } from '../simulator/simulator.js';
import { EXIT_FAILED, type ExitCode } from './exit-codes.js';
import { renderBar } from './output/bar.js';
import { duration } from './output/text.js';
import { print, type Session, type Work } from './session.js';
import { openTerminal } from './terminal.js';
import { demoDirectory } from './trigger/demo.js';

export interface Story {
  readonly provider: Provider;
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
}

type Stage = Pick<SimulatorOptions, 'baseUrl' | 'token'>;
type Audience = Pick<Session, 'terminal' | 'isJson' | 'signal'>;

/** Plays an identity provider in the demo directory of that provider. */
export const simulateInDemo =
  (story: Story): Work =>
  async (session) => {
    const { scimBaseUrl, token, id } = await demoDirectory(session, story.provider);
    session.terminal.note(`Provisioning into directory ${id}`);
    return play(story, { baseUrl: scimBaseUrl, token }, session);
  };

/** Plays an identity provider against any service provider. Answers the exit code: 1 when a step failed. */
export async function simulateAt(stage: Stage, story: Story, isJson: boolean): Promise<number> {
  const terminal = openTerminal(processEnvironment());
  let code: ExitCode = 0;
  const failed = await runUntilStopped(async (signal) => {
    code = await play(story, stage, { terminal, isJson, signal });
  });
  return failed === 0 ? code : failed;
}

/** A bar where somebody watches, else a line per write. */
async function play(story: Story, stage: Stage, audience: Audience): Promise<ExitCode> {
  const { terminal, isJson, signal } = audience;
  const isWatched = terminal.width !== undefined;
  const startedAt = Date.now();
  const simulator = createSimulator({
    ...{ ...story, ...stage, signal },
    onProgress: (done, total) => terminal.status(renderBar(done, total)),
    onRequest: ({ step, method, path, status, durationMs, error, acknowledged }) => {
      if (isWatched || isJson || (acknowledged === null && error === null)) return;
      const outcome = `${status ?? 'no answer'} in ${Math.round(durationMs)} ms${error === null ? '' : `: ${error}`}`;
      terminal.write(`${step}: ${method} ${path} ${outcome}`);
    },
  });
  const { exchanges, failures, world } = await simulator.run();
  terminal.status('');
  const told = {
    requests: exchanges.length,
    acknowledged: exchanges.filter((exchange) => exchange.acknowledged !== null).length,
    failures,
    users: world.users.size,
    groups: world.groups.size,
    elapsedMs: Date.now() - startedAt,
  };
  print({ terminal, isJson }, told, () => [
    ...failures.map(({ step, reason }) => terminal.paint.bad(`failed: ${step}: ${reason}`)),
    `${told.requests} requests, ${told.acknowledged} writes acknowledged, ${failures.length} steps failed in ${duration(told.elapsedMs)}; ` +
      `${told.users} users and ${told.groups} groups now.`,
  ]);
  return failures.length > 0 ? EXIT_FAILED : 0;
}

import { createHttpCourier } from '../../../shared/destinations/http/courier.js';
import type { Courier } from '../../../shared/destinations/port.js';
import { systemClock } from '../../../shared/runtime/clock.js';
import { pause, pauseAfter, type BackOff } from '../../../shared/runtime/pause.js';
import type { Attempt } from '../../../shared/webhooks/delivery.js';
import { createSecret, createSigner, type Signer } from '../../../shared/webhooks/sign.js';
import { CommandFailed, Refused } from '../api/failures.js';
import { endOf, follow } from '../api/follow.js';
import { EXIT_NOT_FOUND } from '../exit-codes.js';
import { keep, readKept } from '../folder.js';
import { readEvent, renderEvent, type SeenEvent } from '../output/event.js';
import { subjectOf } from '../output/subject.js';
import { duration, onOneLine } from '../output/text.js';
import type { Paint } from '../paint.js';
import { tellInterruption } from '../resources/interruption.js';
import type { Session, Work } from '../session.js';

export interface ListenOptions {
  readonly forwardTo: string;
  readonly types?: readonly string[];
  readonly directory?: string;
  /** Without: from now on. */
  readonly since?: string;
  readonly secret?: string;
}

/** The application is the developer's own, wherever it is. */
const ANYWHERE = ['0.0.0.0/0', '::/0'];
const PAUSES: BackOff = { firstMs: 250, longestMs: 2_000 };

/**
 * Forwards events to a local application as they are committed, each once, one after another. What the application answers is
 * shown; a refusal is not repeated. Where nothing listens, the event waits until something does.
 */
export const listen =
  (options: ListenOptions): Work =>
  async (session) => {
    const { api, dataDir, terminal, isJson, signal } = session;
    const { forwardTo: url, types, directory: directoryId, since } = options;
    const secret = options.secret ?? signingSecret(dataDir);
    const forwarder: Forwarder = {
      session,
      url,
      courier: createHttpCourier(ANYWHERE, systemClock),
      sign: createSigner([secret]),
    };
    const after = since === undefined ? await endOf(api, directoryId) : undefined;
    const say = isJson ? terminal.note : terminal.write;
    say(`Forwarding events of ${api.url} to ${url} from ${since ?? 'now on'}. Stop with Ctrl+C.`);
    say(`Signing secret: ${terminal.paint.strong(secret)}`);
    const query = { type: types, directoryId, since };
    try {
      for await (const body of follow({ api, query, after, signal, onInterruption: tellInterruption(api, terminal) })) {
        const attempt = await forward(body, forwarder);
        if (attempt === undefined) break;
        const event = readEvent(body);
        terminal.write(isJson ? JSON.stringify(outcome(event, attempt)) : render(event, attempt, terminal.paint));
      }
    } catch (error) {
      throw isPurged(error)
        ? new CommandFailed(
            `${error.detail} So far goes what was forwarded. Begin anew with rollcall listen, from now on or --since a time.`,
            EXIT_NOT_FOUND,
          )
        : error;
    } finally {
      await forwarder.courier.close();
    }
  };

const isPurged = (error: unknown): error is Refused => error instanceof Refused && error.status === 410;

/** The same each time in one data folder, so that the application need not be told another one. */
function signingSecret(dataDir: string): string {
  const former = readKept(dataDir).signingSecret;
  if (former !== undefined) return former;
  const secret = createSecret();
  keep(dataDir, (old) => ({ ...old, signingSecret: secret }));
  return secret;
}

interface Forwarder {
  readonly session: Session;
  readonly url: string;
  readonly courier: Courier;
  readonly sign: Signer;
}

/** What came of the one request that went out; undefined when none had before the command was stopped. */
async function forward(body: string, { session, url, courier, sign }: Forwarder): Promise<Attempt | undefined> {
  const { terminal, signal } = session;
  const { id } = readEvent(body);
  const message = { delivery: { id, eventId: id, endpointId: 'listen' }, url, body: Buffer.from(body), sign };
  for (let failures = 0; ; failures += 1) {
    const { attempt, isSent } = await courier.attempt(message);
    if (isSent) {
      if (failures > 0) terminal.note(terminal.paint.good(`${url} is there again; going on.`));
      return attempt;
    }
    if (failures === 0)
      terminal.note(terminal.paint.doubtful(`${attempt.error ?? url}; waiting for it, with this event.`));
    await pause(pauseAfter(PAUSES, failures + 1), signal);
    if (signal.aborted) return undefined;
  }
}

const outcome = (event: SeenEvent, { status, durationMs, error }: Attempt): object => ({
  ...{ id: event.id, type: event.type, directoryId: event.directoryId, seq: event.seq, subject: subjectOf(event) },
  ...{ status, durationMs, error },
});

const RESPONSE_MAX = 120;

function render(event: SeenEvent, { status, durationMs, error, response }: Attempt, paint: Paint): string {
  const answer = `→ ${status ?? 'no answer'}  ${duration(durationMs)}`;
  const said = onOneLine(response).slice(0, RESPONSE_MAX);
  const why = error === null ? '' : `  ${error}${said === '' ? '' : `: ${said}`}`;
  return `${renderEvent(event, paint)}  ${error === null ? paint.good(answer) : paint.bad(`${answer}${why}`)}`;
}

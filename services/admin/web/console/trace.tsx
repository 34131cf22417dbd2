import { Children, type ReactNode } from 'react';
import { Ago } from '../ui/ago.js';
import { Diff } from '../ui/diff.js';
import { duration } from '../ui/duration.js';
import { withShortIds } from '../ui/short-id.js';
import { Status, type Tone } from '../ui/status.js';
import { TimeLine, type Step } from '../ui/time-line.js';
import { deliveryTone, DeliveryWord } from './delivery-status.js';
import { Link } from './router.js';
import type { Attempt, ScimRequest, Trace } from './shapes.js';
import styles from './trace.module.css';

/** The way of one event: SCIM request → commit → event → each endpoint's attempts. */
export function TraceLine({ trace }: { readonly trace: Trace }) {
  return <TimeLine label="From the request to the endpoints" steps={stepsOf(trace)} />;
}

function stepsOf({ event, request, deliveries }: Trace): Step[] {
  return [
    ...(event.cause === null ? [] : [requestStep(event.cause.requestId, request)]),
    ...(event.seq === null ? [] : [commitStep(event.seq, event.timestamp, request)]),
    {
      key: 'event',
      kind: 'Event',
      title: <Link to={`/events/${event.id}`}>{event.type}</Link>,
      tone: 'good',
      children: event.previous && <Diff previous={event.previous} data={event.data} />,
    },
    ...deliveries.flatMap((delivery) => deliverySteps(delivery, event.timestamp)),
  ];
}

const commitStep = (seq: number, at: string, request: ScimRequest | null): Step => ({
  key: 'commit',
  kind: 'Commit',
  title: `seq ${seq.toLocaleString('en')}`,
  tone: 'good',
  at,
  elapsedMs: request === null ? undefined : between(request.at, at),
});

function requestStep(requestId: string, request: ScimRequest | null): Step {
  if (request === null) {
    const why = 'It is not in the request log: it is older than that is kept, or it was no SCIM request.';
    return { key: 'request', kind: 'Request', title: requestId, tone: 'idle', children: <Facts>{why}</Facts> };
  }
  const { id, directoryId, method, path, status, at, durationMs, attributes, userAgent } = request;
  return {
    key: 'request',
    kind: 'Request',
    title: <Link to={`/directories/${directoryId}/requests/${id}`}>{`${method} ${withShortIds(path)}`}</Link>,
    tone: status < 400 ? 'good' : 'bad',
    at,
    children: (
      <Facts>
        {`Answered ${status} after ${duration(durationMs)}`}
        {attributes.length > 0 && `Attributes: ${attributes.join(', ')}`}
        {userAgent !== null && `From ${userAgent}`}
      </Facts>
    ),
  };
}

function deliverySteps({ id, status, endpoint, attempts, ...delivery }: Trace['deliveries'][number], since: string) {
  const waits = delivery.nextAttemptAt !== null && (
    <>
      {' '}
      · next attempt <Ago at={delivery.nextAttemptAt} />
    </>
  );
  const head: Step = {
    key: id,
    kind: 'Endpoint',
    title: <Link to={`/deliveries/${id}`}>{endpoint?.url ?? delivery.endpointId}</Link>,
    tone: deliveryTone(status),
    children: (
      <Facts>
        {endpoint?.description}
        <>
          <DeliveryWord status={status} />
          {waits}
        </>
      </Facts>
    ),
  };
  return [head, ...attemptSteps(attempts, since)];
}

/** A delivery's attempts alone. `since`: when there was something to send. */
export function AttemptLine({ attempts, since }: { readonly attempts: readonly Attempt[]; readonly since: string }) {
  return <TimeLine label="Attempts" steps={attemptSteps(attempts, since)} />;
}

const attemptSteps = (attempts: readonly Attempt[], since: string): Step[] =>
  attempts.map((attempt, index) => attemptStep(attempt, endOf(attempts[index - 1]) ?? since, index));

function attemptStep(
  { id, startedAt, durationMs, status, error, response }: Attempt,
  since: string,
  index: number,
): Step {
  const tone: Tone = error === null ? 'good' : 'bad';
  return {
    key: id,
    kind: `Attempt ${index + 1}`,
    title: (
      <>
        <Status tone={tone}>{status ?? 'No answer'}</Status> after {duration(durationMs)}
      </>
    ),
    tone,
    at: startedAt,
    elapsedMs: between(since, startedAt),
    isMinor: true,
    children: error !== null && (
      <>
        <p className={styles.error}>{error}</p>
        {response !== '' && <pre className={styles.answer}>{response}</pre>}
      </>
    ),
  };
}

/** Each in a line of its own. */
function Facts({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles.facts}>
      {Children.toArray(children).map((fact, index) => (
        <p key={index}>{fact}</p>
      ))}
    </div>
  );
}

const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

const endOf = (attempt: Attempt | undefined): string | undefined =>
  attempt && new Date(Date.parse(attempt.startedAt) + attempt.durationMs).toISOString();

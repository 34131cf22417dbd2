import { useState } from 'react';
import type { EventType } from '../../../../../shared/events/event.js';
import { api } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Code } from '../../ui/code.js';
import { Dialog, DialogActions } from '../../ui/dialog.js';
import { duration } from '../../ui/duration.js';
import { Failed } from '../../ui/notice.js';
import { Select } from '../../ui/select.js';
import { Status } from '../../ui/status.js';
import { useAction } from '../../use-action.js';
import { Cause } from '../events/cause.js';
import { shortUrl } from '../names.js';
import { EVENT_TYPES } from '../event-types.js';
import type { Endpoint } from './shapes.js';

interface Outcome {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly response: string;
}

const TYPES = Object.fromEntries(Object.keys(EVENT_TYPES).map((type) => [type, type])) as Record<EventType, string>;

/** Sends an example event now, and shows what the receiver says. */
export function TryOut({ endpoint, onClose }: { readonly endpoint: Endpoint; readonly onClose: () => void }) {
  const [type, setType] = useState<EventType>('user.created');
  const [outcome, setOutcome] = useState<Outcome>();
  const { run, isBusy, problem } = useAction(async () => {
    setOutcome(undefined);
    setOutcome(await api<Outcome>(`/v1/endpoints/${endpoint.id}/test`, { method: 'POST', body: { type } }));
  });
  return (
    <Dialog title="Send a test event" onClose={onClose}>
      <p>
        One signed example goes to <strong>{shortUrl(endpoint.url)}</strong> with the header{' '}
        <code>webhook-test: true</code>. It tells of nobody real, is not tried again, and does not count in the
        endpoint’s health.
      </p>
      <Select label="Event" value={type} options={TYPES} onChange={setType} />
      {problem && <Failed problem={problem} />}
      <div role="status">{outcome && <Answer outcome={outcome} />}</div>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" isBusy={isBusy} onClick={() => void run()}>
          {outcome === undefined ? 'Send' : 'Send again'}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Answer({ outcome: { delivered, status, error, durationMs, response } }: { readonly outcome: Outcome }) {
  return (
    <>
      <p>
        <Status tone={delivered ? 'good' : 'bad'}>{status === null ? 'No answer' : `Answered ${status}`}</Status> after{' '}
        {duration(durationMs)}
      </p>
      {error !== null && <Cause status={status} error={error} />}
      {response !== '' && <Code label="The receiver’s answer" text={response} />}
    </>
  );
}

import { useState } from 'react';
import { api, errorAt } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Dialog, DialogActions } from '../../ui/dialog.js';
import { Failed } from '../../ui/notice.js';
import { Field } from '../../ui/field.js';
import { Select } from '../../ui/select.js';
import { useAction } from '../../use-action.js';
import { SUBJECTS } from '../event-types.js';
import { shortUrl } from '../names.js';
import { Picker } from '../picker.js';
import { localTime } from '../times.js';
import styles from './endpoints.module.css';
import type { Endpoint } from './shapes.js';

interface Props {
  readonly endpoint: Endpoint;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const HOUR_MS = 3_600_000;
const TYPES: Readonly<Record<string, string>> = {
  '': 'Every type',
  ...Object.fromEntries(
    SUBJECTS.flatMap(({ subject, types }) => [`${subject}.*`, ...types]).map((type) => [type, type]),
  ),
};

/** Sends what an endpoint got in a time again. */
export function ReplayRange({ endpoint, onDone, onClose }: Props) {
  const [since, setSince] = useState(() => localTime(Date.now() - HOUR_MS));
  const [until, setUntil] = useState('');
  const [directoryId, setDirectory] = useState(endpoint.directoryId ?? '');
  const [type, setType] = useState('');
  const { run, isBusy, problem } = useAction(async () => {
    const body = {
      since: new Date(since).toISOString(),
      ...(until === '' ? {} : { until: new Date(until).toISOString() }),
      ...(directoryId === '' ? {} : { directoryId }),
      ...(type === '' ? {} : { types: [type] }),
    };
    await api(`/v1/endpoints/${endpoint.id}/replay`, { method: 'POST', body });
    onDone();
    onClose();
  });
  return (
    <Dialog title="Replay a time" onClose={onClose}>
      <p>
        What <strong>{shortUrl(endpoint.url)}</strong> was sent of that time goes out again, in order and under the same
        ids: a receiver that keeps them does nothing twice.
      </p>
      <div className={styles.range}>
        <Field
          label="From"
          type="datetime-local"
          value={since}
          error={errorAt(problem, 'since')}
          onChange={(event) => setSince(event.target.value)}
        />
        <Field
          label="Until"
          type="datetime-local"
          value={until}
          error={errorAt(problem, 'until')}
          hint="Empty: now"
          onChange={(event) => setUntil(event.target.value)}
        />
      </div>
      <Picker
        kind="directories"
        label="Directory"
        value={directoryId}
        hint="Empty: every one"
        onChange={setDirectory}
      />
      <Select label="Events" value={type} options={TYPES} onChange={setType} />
      {problem?.errors.length === 0 && <Failed problem={problem} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" isBusy={isBusy} disabled={since === ''} onClick={() => void run()}>
          Replay
        </Button>
      </DialogActions>
    </Dialog>
  );
}

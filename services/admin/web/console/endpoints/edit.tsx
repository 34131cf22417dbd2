import { useState } from 'react';
import { api } from '../../api.js';
import { Button } from '../../ui/button.js';
import { DialogActions } from '../../ui/dialog.js';
import { Failed } from '../../ui/notice.js';
import { useAction } from '../../use-action.js';
import { shortUrl } from '../names.js';
import { Panel } from '../panel.js';
import { submitting } from '../submitting.js';
import { changeOf, draftOf } from './draft.js';
import styles from './endpoints.module.css';
import { EndpointFields } from './fields.js';
import type { CountedEndpoint } from './shapes.js';

interface Props {
  readonly endpoint: CountedEndpoint;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function EditEndpoint({ endpoint, onChanged, onClose }: Props) {
  const [draft, setDraft] = useState(() => draftOf(endpoint));
  const { run, isBusy, problem } = useAction(async () => {
    await api(`/v1/endpoints/${endpoint.id}`, { method: 'PATCH', body: changeOf(draft, endpoint) });
    onChanged();
    onClose();
  });
  return (
    <Panel title={`Edit ${shortUrl(endpoint.url)}`} back={`/endpoints/${endpoint.id}`} onClose={onClose}>
      <form className={styles.form} onSubmit={submitting(run)} noValidate>
        <EndpointFields draft={draft} onChange={setDraft} problem={problem} headerNames={endpoint.headerNames} />
        {problem?.errors.length === 0 && <Failed problem={problem} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Panel>
  );
}

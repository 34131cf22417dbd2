import { useState } from 'react';
import { api } from '../../api.js';
import { Button } from '../../ui/button.js';
import { DialogActions } from '../../ui/dialog.js';
import { Failed } from '../../ui/notice.js';
import { Secret } from '../../ui/secret.js';
import { useAction } from '../../use-action.js';
import { submitting } from '../submitting.js';
import { Panel } from '../panel.js';
import { Link, useNavigate } from '../router.js';
import { useSession } from '../session.js';
import { creationOf, EMPTY } from './draft.js';
import styles from './endpoints.module.css';
import { EndpointFields } from './fields.js';
import type { Endpoint } from './shapes.js';

interface Props {
  readonly back: string;
  readonly onMade: () => void;
}

type Made = Endpoint & { readonly secret: string };

/** A new endpoint; then its signing secret, this once. */
export function NewEndpoint({ back, onMade }: Props) {
  const { organizationId } = useSession();
  const navigate = useNavigate();
  const [draft, setDraft] = useState({ ...EMPTY, organizationId: organizationId ?? '' });
  const [made, setMade] = useState<Made>();
  const { run, isBusy, problem } = useAction(async () => {
    setMade(await api<Made>('/v1/endpoints', { method: 'POST', body: creationOf(draft) }));
    onMade();
  });
  if (made !== undefined) {
    return (
      <Panel title="The endpoint is there" back={back}>
        <Secret name="signing secret" value={made.secret} />
        <p>
          The receiver verifies every message by it; any library of Standard Webhooks does that. Then{' '}
          <Link to={`/endpoints/${made.id}`}>look at the endpoint</Link> and send it a test event.
        </p>
      </Panel>
    );
  }
  return (
    <Panel title="New endpoint" back={back}>
      <form className={styles.form} onSubmit={submitting(run)} noValidate>
        <EndpointFields draft={draft} onChange={setDraft} problem={problem} />
        {problem?.errors.length === 0 && <Failed problem={problem} />}
        <DialogActions>
          <Button onClick={() => navigate(back)}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            Create the endpoint
          </Button>
        </DialogActions>
      </form>
    </Panel>
  );
}

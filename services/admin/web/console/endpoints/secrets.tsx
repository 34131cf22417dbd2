import { useState } from 'react';
import { api } from '../../api.js';
import { absolute } from '../../ui/ago.js';
import { Button } from '../../ui/button.js';
import { Dialog, DialogActions } from '../../ui/dialog.js';
import { Failed } from '../../ui/notice.js';
import { Secret } from '../../ui/secret.js';
import { Select } from '../../ui/select.js';
import { useAction } from '../../use-action.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import type { Endpoint } from './shapes.js';

interface Props {
  readonly endpoint: Endpoint;
  readonly onChanged: () => void;
}

/** The signing secrets: only a new one can be shown. */
export function Secrets({ endpoint, onChanged }: Props) {
  const [isAsked, setAsked] = useState(false);
  const mayChange = useMayChange();
  return (
    <Section title="Signing secret" action={mayChange && <Button onClick={() => setAsked(true)}>Rotate…</Button>}>
      <p>
        Every message is signed with it (<code>webhook-signature</code>). It was shown when it was made, and is not
        shown again.
      </p>
      {isAsked && <Rotation endpoint={endpoint} onChanged={onChanged} onClose={() => setAsked(false)} />}
    </Section>
  );
}

const OVERLAPS = {
  '24': 'For 24 hours',
  '1': 'For an hour',
  '72': 'For 3 days',
  '168': 'For 7 days',
  '0': 'Not at all: it has leaked',
};

interface Rotated {
  readonly secret: string;
  readonly formerValidUntil: string;
}

function Rotation({ endpoint, onChanged, onClose }: Props & { readonly onClose: () => void }) {
  const [overlapHours, setOverlap] = useState<keyof typeof OVERLAPS>('24');
  const [rotated, setRotated] = useState<Rotated>();
  const { run, isBusy, problem } = useAction(async () => {
    const path = `/v1/endpoints/${endpoint.id}/secret/rotate`;
    setRotated(await api<Rotated>(path, { method: 'POST', body: { overlapHours: Number(overlapHours) } }));
    onChanged();
  });
  if (rotated !== undefined) {
    return (
      <Dialog title="The new signing secret" onClose={onClose}>
        <Secret name="signing secret" value={rotated.secret} />
        <p>
          {overlapHours === '0'
            ? 'The former one is not valid any more.'
            : `The former one signs too until ${absolute(rotated.formerValidUntil)}: give the receiver the new one before that.`}
        </p>
        <DialogActions>
          <Button kind="primary" onClick={onClose}>
            I have stored it
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title="Rotate the signing secret" onClose={onClose}>
      <p>A new secret signs from now on. While both are valid, every message has a signature by each.</p>
      <Select label="The present one stays valid" value={overlapHours} options={OVERLAPS} onChange={setOverlap} />
      {problem && <Failed problem={problem} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" isBusy={isBusy} onClick={() => void run()}>
          Rotate the secret
        </Button>
      </DialogActions>
    </Dialog>
  );
}

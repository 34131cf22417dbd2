import { useState } from 'react';
import { api, errorAt } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Dialog, DialogActions } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';
import { Failed } from '../../ui/notice.js';
import { Secret } from '../../ui/secret.js';
import { Select } from '../../ui/select.js';
import { useAction } from '../../use-action.js';
import { Picker } from '../picker.js';
import { submitting } from '../submitting.js';

const DAY_MS = 86_400_000;
const SCOPES = { 'read,write': 'Look and change', read: 'Look only', write: 'Change only' };
const LIVES = { '90': 'In 90 days', '30': 'In 30 days', '365': 'In a year', '0': 'Never' };

interface Props {
  readonly onMade: () => void;
  readonly onClose: () => void;
}

/** Makes a key with no more than it needs, and shows it this once. */
export function NewKey({ onMade, onClose }: Props) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<keyof typeof SCOPES>('read,write');
  const [organizationId, setOrganization] = useState('');
  const [days, setDays] = useState<keyof typeof LIVES>('90');
  const [key, setKey] = useState<string>();
  const { run, isBusy, problem } = useAction(async () => {
    const owner = organizationId === '' ? null : organizationId;
    const body = { name, scopes: scopes.split(','), organizationId: owner, expiresAt: expiryIn(Number(days)) };
    setKey((await api<{ key: string }>('/v1/admin-keys', { method: 'POST', body })).key);
    onMade();
  });
  if (key !== undefined) return <MadeKey name={name} value={key} onClose={onClose} />;
  return (
    <Dialog title="New admin key" onClose={onClose}>
      <form onSubmit={submitting(run)} noValidate className="stack">
        <Field
          label="What it is for"
          placeholder="Nightly report"
          autoFocus
          required
          value={name}
          error={errorAt(problem, 'name')}
          hint="The audit log names it by that."
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label="It may"
          value={scopes}
          options={SCOPES}
          error={errorAt(problem, 'scopes')}
          onChange={setScopes}
        />
        <Picker
          kind="organizations"
          label="Organization"
          value={organizationId}
          error={errorAt(problem, 'organizationId')}
          hint="The only one that it reaches; empty: every one."
          onChange={setOrganization}
        />
        <Select
          label="It expires"
          value={days}
          options={LIVES}
          error={errorAt(problem, 'expiresAt')}
          onChange={setDays}
        />
        {problem?.errors.length === 0 && <Failed problem={problem} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            Make the key
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const expiryIn = (days: number): string | null =>
  days === 0 ? null : new Date(Date.now() + days * DAY_MS).toISOString();

interface MadeProps {
  readonly name: string;
  readonly value: string;
  readonly onClose: () => void;
}

function MadeKey({ name, value, onClose }: MadeProps) {
  return (
    <Dialog title={`The key “${name}”`} onClose={onClose}>
      <Secret name="admin key" value={value} />
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          I have stored it
        </Button>
      </DialogActions>
    </Dialog>
  );
}

import { useState } from 'react';
import { api } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Dialog, DialogActions } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';
import { Failed } from '../../ui/notice.js';
import { useAction } from '../../use-action.js';
import { useNavigate } from '../router.js';
import type { Directory } from '../shapes.js';
import { submitting } from '../submitting.js';

interface Props {
  readonly directory: Directory;
  readonly onClose: () => void;
}

/** Deletes a directory, once its name was typed. */
export function DeleteDirectory({ directory, onClose }: Props) {
  const { id, name, counts } = directory;
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const { run, isBusy, problem } = useAction(async () => {
    await api(`/v1/directories/${id}`, { method: 'DELETE' });
    navigate('/directories');
  });
  return (
    <Dialog title={`Delete ${name}?`} onClose={onClose}>
      <form className="stack" onSubmit={submitting(run)} noValidate>
        <p>
          Its {counts.users.toLocaleString('en')} users, {counts.groups.toLocaleString('en')} groups, tokens and set-up
          links are gone at once, and everything of it is erased. Endpoints get one last event,{' '}
          <code>directory.deleted</code>: hosts end the access of all its users. This cannot be taken back.
        </p>
        <Field
          label={`Type “${name}” to confirm`}
          value={typed}
          autoComplete="off"
          autoFocus
          onChange={(event) => setTyped(event.target.value)}
        />
        {problem && <Failed problem={problem} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" isBusy={isBusy} disabled={typed !== name}>
            Delete the directory
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

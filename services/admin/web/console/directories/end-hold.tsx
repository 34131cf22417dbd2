import { useState } from 'react';
import { api } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Dialog, DialogActions } from '../../ui/dialog.js';
import { Failed } from '../../ui/notice.js';
import { useAction } from '../../use-action.js';
import { useEvery } from '../../use-api.js';
import type { Directory } from '../shapes.js';
import styles from './directories.module.css';

const LOOK_MS = 500;

interface Props {
  readonly directory: Directory;
  readonly way: 'release' | 'discard';
  readonly onClose: () => void;
}

/** Releases or discards all that a directory holds; says what that touches before, how far it is meanwhile, and what it did. */
export function EndHold({ directory, way, onClose }: Props) {
  const [all] = useState(directory.hold?.events ?? 0);
  const [left, setLeft] = useState(all);
  const [ended, setEnded] = useState<number>();
  const { run, isBusy, problem } = useAction(async () => {
    const path = `/v1/directories/${directory.id}/held/${way}`;
    const { released, discarded } = await api<{ released?: number; discarded?: number }>(path, {
      method: 'POST',
      body: {},
    });
    setEnded(released ?? discarded ?? 0);
  });
  useEvery(LOOK_MS, () => {
    if (!isBusy) return;
    void api<Directory>(`/v1/directories/${directory.id}`).then(
      ({ hold }) => setLeft(hold?.events ?? 0),
      () => undefined,
    );
  });
  const [count, isRelease] = [all.toLocaleString('en'), way === 'release'];
  if (ended !== undefined) {
    const done = `${ended.toLocaleString('en')} changes ${isRelease ? 'are on their way to the endpoints' : 'were discarded'}.`;
    return (
      <Dialog title={isRelease ? 'Released' : 'Discarded'} onClose={onClose}>
        <p role="status">{done}</p>
        <DialogActions>
          <Button kind="primary" onClick={onClose}>
            Close
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title={isRelease ? `Release ${count} changes?` : `Discard ${count} changes?`} onClose={onClose}>
      <p>
        {isRelease
          ? `Every endpoint that subscribes to ${nameOf(directory)} is told of all ${count}, removals of users among them, in order. Hosts will delete or deactivate these accounts.`
          : `No endpoint is ever told of these ${count} changes of ${nameOf(directory)}. In the directory itself they stay done, so that hosts keep accounts that it no longer has.`}{' '}
        This cannot be taken back.
      </p>
      {isBusy && (
        <label className={styles.progress}>
          {(all - left).toLocaleString('en')} of {count} done
          <progress max={all} value={all - left} />
        </label>
      )}
      {problem && <Failed problem={problem} />}
      <DialogActions>
        <Button onClick={onClose} disabled={isBusy}>
          Cancel
        </Button>
        <Button kind={isRelease ? 'primary' : 'danger'} isBusy={isBusy} onClick={() => void run()}>
          {isRelease ? 'Release all' : 'Discard all'}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

const nameOf = ({ organizationName, name }: Directory): string =>
  organizationName === null ? name : `${organizationName} (${name})`;

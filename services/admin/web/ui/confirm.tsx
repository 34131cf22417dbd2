import type { ReactNode } from 'react';
import { useAction } from '../use-action.js';
import { Button } from './button.js';
import { Dialog, DialogActions } from './dialog.js';
import { Failed } from './notice.js';

interface Props {
  readonly title: string;
  /** What it touches, and what cannot be taken back. */
  readonly children: ReactNode;
  /** What the button says: a verb and its object. */
  readonly action: string;
  readonly isDanger?: boolean;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Says what something touches before it is done. */
export function Confirm({ title, children, action, isDanger = false, onConfirm, onClose }: Props) {
  const { run, isBusy, problem } = useAction(async () => {
    await onConfirm();
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {problem && <Failed problem={problem} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button kind={isDanger ? 'danger' : 'primary'} isBusy={isBusy} onClick={() => void run()}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

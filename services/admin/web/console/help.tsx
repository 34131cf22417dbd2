import { Dialog, DialogActions } from '../ui/dialog.js';
import { Button } from '../ui/button.js';
import styles from './help.module.css';
import { SCREENS } from './screens.js';

const ANYWHERE: readonly (readonly [string, string])[] = [
  ['/', 'Search'],
  ['?', 'These keys'],
  ['j', 'The next row of a list'],
  ['k', 'The row before'],
  ['Enter', 'Open the row'],
  ['Escape', 'Close what is open'],
];

/** What the keyboard can do. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className={styles.keys}>
        {[...SCREENS.map(({ keys, name }) => [keys, name] as const), ...ANYWHERE].map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}

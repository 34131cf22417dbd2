import { useRef, useState } from 'react';
import { api } from '../../api.js';
import { Button } from '../../ui/button.js';
import { problemFrom } from '../../use-api.js';
import styles from './many.module.css';

interface Props {
  readonly ids: ReadonlySet<string>;
  readonly onClear: () => void;
  readonly onDone: () => void;
}

interface Progress {
  readonly of: number;
  readonly done: number;
  /** Why some were refused, each reason with how often. */
  readonly refused: ReadonlyMap<string, number>;
}

/** Sends what is ticked again, one after the other, and tells how far it is. */
export function Many({ ids, onClear, onDone }: Props) {
  const [progress, setProgress] = useState<Progress>();
  const stopping = useRef(new AbortController());
  const isBusy = progress !== undefined && progress.done < progress.of;
  const sendAgain = async (): Promise<void> => {
    stopping.current = new AbortController();
    const { signal } = stopping.current;
    let state: Progress = { of: ids.size, done: 0, refused: new Map() };
    setProgress(state);
    for (const id of ids) {
      if (signal.aborted) break;
      const refusal = await api(`/v1/deliveries/${id}/retry`, { method: 'POST', body: {} }).then(
        () => undefined,
        (error: unknown) => problemFrom(error).message,
      );
      const refused = new Map(state.refused);
      if (refusal !== undefined) refused.set(refusal, (refused.get(refusal) ?? 0) + 1);
      state = { ...state, done: state.done + 1, refused };
      setProgress(state);
    }
    setProgress({ ...state, of: state.done });
    onDone();
  };
  return (
    <section className={styles.many} aria-label="What is selected">
      <div className={styles.line}>
        <p role="status">{progress === undefined ? `${count(ids.size)} selected` : toldOf(progress)}</p>
        {isBusy && <progress className={styles.bar} value={progress.done} max={progress.of} aria-label="Sent again" />}
        {isBusy ? (
          <Button onClick={() => stopping.current.abort()}>Stop</Button>
        ) : (
          <>
            {progress === undefined && (
              <Button kind="primary" onClick={() => void sendAgain()}>
                Send again
              </Button>
            )}
            <Button onClick={onClear}>{progress === undefined ? 'Clear' : 'Close'}</Button>
          </>
        )}
      </div>
      {progress !== undefined &&
        [...progress.refused].map(([reason, times]) => (
          <p key={reason} className={styles.reason}>
            {count(times)} not: {reason}
          </p>
        ))}
    </section>
  );
}

function toldOf({ of, done, refused }: Progress): string {
  const sent = done - [...refused.values()].reduce((sum, times) => sum + times, 0);
  return done < of ? `${count(done)} of ${count(of)}` : `${count(sent)} of ${count(of)} on their way again`;
}

const count = (value: number): string => value.toLocaleString('en');

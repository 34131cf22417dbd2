import { useState } from 'react';
import { api, errorAt } from '../../api.js';
import { Button } from '../../ui/button.js';
import { Field } from '../../ui/field.js';
import { Failed } from '../../ui/notice.js';
import { useAction } from '../../use-action.js';
import { Section } from '../panel.js';
import { useMayChange } from '../session.js';
import type { Directory } from '../shapes.js';
import { submitting } from '../submitting.js';
import styles from './directories.module.css';

interface Props {
  readonly directory: Directory;
  readonly onSaved: () => void;
}

const WINDOW_MINUTES = '60';

/** When a mass removal is held back; with neither limit, never. */
export function Guard({ directory, onSaved }: Props) {
  const mayChange = useMayChange();
  const now = directory.deletionGuard;
  const [maxUsers, setMaxUsers] = useState(written(now?.maxUsers));
  const [maxPercent, setMaxPercent] = useState(written(now?.maxPercent));
  const [windowMinutes, setWindow] = useState(written(now?.windowMinutes) || WINDOW_MINUTES);
  const isOff = maxUsers === '' && maxPercent === '';
  const { run, isBusy, problem } = useAction(async () => {
    const limits = {
      ...(maxUsers !== '' && { maxUsers: Number(maxUsers) }),
      ...(maxPercent !== '' && { maxPercent: Number(maxPercent) }),
    };
    const deletionGuard = isOff ? null : { ...limits, windowMinutes: Number(windowMinutes) };
    await api(`/v1/directories/${directory.id}`, { method: 'PATCH', body: { deletionGuard } });
    onSaved();
  });
  const figure = (label: string, value: string, set: (value: string) => void, field: string) => (
    <Field
      label={label}
      inputMode="numeric"
      value={value}
      disabled={!mayChange}
      placeholder="no limit"
      error={errorAt(problem, `deletionGuard.${field}`)}
      onChange={(event) => set(event.target.value.trim())}
    />
  );
  return (
    <Section title="Deletion guard">
      <form className="stack" onSubmit={submitting(run)} noValidate>
        <p>
          When the provider removes more users at once than this, the events wait under “Held changes” until you release
          or discard them.
        </p>
        <div className={styles.fields}>
          {figure('Users removed', maxUsers, setMaxUsers, 'maxUsers')}
          {figure('or percent of all', maxPercent, setMaxPercent, 'maxPercent')}
          {figure('within minutes', windowMinutes, setWindow, 'windowMinutes')}
        </div>
        {problem && errorAt(problem, 'deletionGuard') === undefined && <Failed problem={problem} />}
        {mayChange && (
          <div className={styles.row}>
            <Button type="submit" isBusy={isBusy}>
              {isOff && now !== null ? 'Switch it off' : 'Save the guard'}
            </Button>
          </div>
        )}
      </form>
    </Section>
  );
}

const written = (figure: number | undefined): string => (figure === undefined ? '' : String(figure));

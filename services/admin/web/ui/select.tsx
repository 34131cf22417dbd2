import { useId, type ReactNode } from 'react';
import field from './field.module.css';
import { classes } from './classes.js';
import styles from './select.module.css';

interface Props<Value extends string> {
  readonly label: string;
  readonly value: Value;
  /** By value, in the order of the list: what each is called. */
  readonly options: Readonly<Record<Value, string>>;
  readonly onChange: (value: Value) => void;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** A filter stands in a row: its label is for those who do not see it. */
  readonly isFilter?: boolean;
}

/** One of a few values. */
export function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
  hint,
  error,
  isFilter = false,
}: Props<Value>) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className={classes(field.field, isFilter && styles.filter)}>
      <label htmlFor={id} className={isFilter ? 'unseen' : undefined}>
        {label}
      </label>
      <div className={styles.frame}>
        <select
          id={id}
          className={classes(field.input, styles.select, isFilter && value !== '' && styles.isSet)}
          value={value}
          aria-describedby={about}
          aria-invalid={error !== undefined}
          onChange={(event) => onChange(event.target.value as Value)}
        >
          {Object.entries<string>(options).map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <p id={about} className={error === undefined ? field.hint : field.error}>
        {error ?? hint}
      </p>
    </div>
  );
}

import { useId, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes } from 'react';
import styles from './field.module.css';
import { classes } from './classes.js';

interface Labelled {
  readonly label: string;
  /** Below the field, until there is an error. */
  readonly hint?: ReactNode;
  /** What is wrong with the value, and how to mend it. */
  readonly error?: string | undefined;
  readonly isMono?: boolean;
  /** It stands in a row of filters: its label is for those who do not see it. */
  readonly isFilter?: boolean;
  readonly className?: string | undefined;
}

/** A line of input with its label, and what is wrong with it. */
export function Field(props: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const { label, hint, error, isMono = false, isFilter, className, ...rest } = props;
  return (
    <Frame id={id} label={label} hint={hint} error={error} isFilter={isFilter} className={className}>
      <input {...rest} {...attributes(id, error)} className={classes(styles.input, isMono && styles.mono)} />
    </Frame>
  );
}

/** Several lines of input, likewise. */
export function TextArea(props: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  const { label, hint, error, isMono = false, isFilter, className, ...rest } = props;
  const look = classes(styles.input, styles.area, isMono && styles.mono);
  return (
    <Frame id={id} label={label} hint={hint} error={error} isFilter={isFilter} className={className}>
      <textarea {...rest} {...attributes(id, error)} className={look} />
    </Frame>
  );
}

const attributes = (id: string, error: string | undefined) => ({
  id,
  'aria-invalid': error !== undefined,
  'aria-describedby': `${id}-about`,
});

type FrameProps = { readonly id: string; readonly children: ReactNode } & {
  readonly [Name in 'label' | 'hint' | 'error' | 'isFilter' | 'className']: Labelled[Name];
};

function Frame({ id, label, hint, error, isFilter = false, className, children }: FrameProps) {
  const isWrong = error !== undefined;
  return (
    <div className={classes(styles.field, isFilter && styles.filter, className)}>
      <label htmlFor={id} className={isFilter ? 'unseen' : undefined}>
        {label}
      </label>
      {children}
      <p id={`${id}-about`} className={isWrong ? styles.error : styles.hint} role={isWrong ? 'alert' : undefined}>
        {error ?? hint}
      </p>
    </div>
  );
}

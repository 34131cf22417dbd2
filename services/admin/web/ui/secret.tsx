import { CopyButton } from './copy.js';
import { Notice } from './notice.js';
import styles from './secret.module.css';

/** A secret, the only time that it can be seen. */
export function Secret({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <Notice tone="good">
      <p>Store it now: this {name} is not shown again.</p>
      <p className={styles.line}>
        <code className={styles.secret} data-secret>
          {value}
        </code>
        <CopyButton text={value} label={`Copy the ${name}`} />
      </p>
    </Notice>
  );
}

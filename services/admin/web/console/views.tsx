import { classes } from '../ui/classes.js';
import { Link } from './router.js';
import styles from './views.module.css';

interface View {
  readonly name: string;
  /** Its address. */
  readonly to: string;
  readonly isChosen: boolean;
}

/** Several views of one screen, each with its address. */
export function Views({ label, views }: { readonly label: string; readonly views: readonly View[] }) {
  return (
    <nav aria-label={label}>
      <ul className={styles.views}>
        {views.map(({ name, to, isChosen }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes(styles.view, isChosen && styles.chosen)}
              aria-current={isChosen ? 'page' : undefined}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

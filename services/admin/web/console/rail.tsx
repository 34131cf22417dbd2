import { useState } from 'react';
import markUrl from '../ui/mark.svg';
import { classes } from '../ui/classes.js';
import styles from './rail.module.css';
import { Link } from './router.js';
import { SCREENS } from './screens.js';
import { signOut, useSession } from './session.js';
import { applyTheme, nextTheme, storedTheme } from './theme.js';

interface Props {
  readonly chosen: string | undefined;
  readonly onHelp: () => void;
  readonly onSignedOut: () => void;
}

/** The way to each screen, at the left; at the bottom where the page is narrow. */
export function Rail({ chosen, onHelp, onSignedOut }: Props) {
  const { name } = useSession();
  const [theme, setTheme] = useState(storedTheme);
  const turn = (): void => {
    applyTheme(nextTheme(theme));
    setTheme(nextTheme(theme));
  };
  return (
    <nav className={styles.rail} aria-label="Screens">
      <p className={styles.mark}>
        <img src={markUrl} alt="" width="20" height="20" /> Rollcall
      </p>
      <ul className={styles.screens}>
        {SCREENS.map((screen) => (
          <li key={screen.path}>
            <Link
              to={screen.path}
              className={classes(styles.link, chosen === screen.path && styles.chosen)}
              aria-current={chosen === screen.path ? 'page' : undefined}
            >
              <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d={screen.icon} />
              </svg>
              <span>{screen.name}</span>
              <kbd aria-hidden="true">{screen.keys}</kbd>
            </Link>
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <p title="The admin key that you signed in with">{name}</p>
        <button type="button" onClick={onHelp}>
          Keys <kbd aria-hidden="true">?</kbd>
        </button>
        <button type="button" onClick={turn} aria-label={`Theme: ${theme}. Change it`}>
          Theme: {theme}
        </button>
        <button type="button" onClick={() => void signOut().finally(onSignedOut)}>
          Sign out
        </button>
      </div>
    </nav>
  );
}

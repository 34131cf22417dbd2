import { EVENT_TYPES, SUBJECTS } from '../event-types.js';
import styles from './event-types.module.css';

interface Props {
  /** Types and patterns; none: every event. */
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** What an endpoint is told of: all of it, or some types and subjects. */
export function EventTypes({ chosen, error, onChange }: Props) {
  const turn = (pattern: string, swallowed: readonly string[] = []): void => {
    const others = chosen.filter((one) => one !== pattern && !swallowed.includes(one));
    onChange(chosen.includes(pattern) ? others : [...others, pattern]);
  };
  return (
    <fieldset className={styles.types}>
      <legend>Events</legend>
      <p className={styles.hint}>
        {chosen.length === 0
          ? 'None is chosen: it is told of every event of directories.'
          : 'It is told of the chosen ones.'}
      </p>
      <div className={styles.subjects}>
        {SUBJECTS.map(({ subject, types }) => {
          const all = `${subject}.*`;
          return (
            <ul key={subject}>
              <li>
                <label>
                  <input type="checkbox" checked={chosen.includes(all)} onChange={() => turn(all, types)} />{' '}
                  <code>{all}</code>
                </label>
              </li>
              {types.map((type) => (
                <li key={type}>
                  <label title={EVENT_TYPES[type]}>
                    <input
                      type="checkbox"
                      checked={chosen.includes(all) || chosen.includes(type)}
                      disabled={chosen.includes(all)}
                      onChange={() => turn(type)}
                    />{' '}
                    <code>{type}</code>
                  </label>
                </li>
              ))}
            </ul>
          );
        })}
      </div>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

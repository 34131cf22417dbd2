import type { Mapping } from '../../../../shared/directory/mapping.js';
import type { UserData } from '../../../../shared/events/event.js';
import { classes } from '../ui/classes.js';
import styles from './mapped-fields.module.css';
import { FIELDS, sourceOf, valueOf, type FieldName, type SourceName } from './mapped.js';
import { useText } from './reading.js';

interface Props {
  readonly user: UserData;
  /** Fields that differ from what is in force. */
  readonly changed: readonly string[];
  readonly mapping: Mapping;
  readonly onChoose: (to: FieldName, source: SourceName | undefined) => void;
}

/** Each field with its value, and where it comes from. */
export function MappedFields({ user, changed, mapping, onChoose }: Props) {
  const { map } = useText();
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{map.field}</th>
            <th scope="col">{map.value}</th>
            <th scope="col">{map.from}</th>
          </tr>
        </thead>
        <tbody>
          {FIELDS.map(({ to, sources }) => (
            <tr key={to} className={classes(changed.includes(to.split('.')[0] ?? to) && styles.changed)}>
              <th scope="row">{map.fields[to]}</th>
              <td>
                <Shown value={valueOf(user, to)} />
              </td>
              <td>
                {sources.length === 0 ? (
                  <span className={styles.dim}>{map.fields[to]}</span>
                ) : (
                  <Source to={to} sources={sources} mapping={mapping} onChoose={onChoose} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status" className={styles.dim}>
        {changed.length > 0 && map.changes(changed.length)}
      </p>
    </>
  );
}

function Shown({ value }: { readonly value: string | boolean | null }) {
  const { map } = useText();
  if (value === null) return <span className={styles.dim}>{map.empty}</span>;
  return typeof value === 'boolean' ? (value ? map.yes : map.no) : value;
}

interface SourceProps extends Pick<Props, 'mapping' | 'onChoose'> {
  readonly to: FieldName;
  readonly sources: readonly SourceName[];
}

function Source({ to, sources, mapping, onChoose }: SourceProps) {
  const { map } = useText();
  const now = sourceOf(mapping, to);
  const isForeign = now !== undefined && (now.name === undefined || !sources.includes(now.name));
  return (
    <select
      className={styles.select}
      aria-label={map.fromOf(map.fields[to])}
      value={isForeign ? now.path : (now?.name ?? '')}
      onChange={({ target }) =>
        onChoose(
          to,
          sources.find((source) => source === target.value),
        )
      }
    >
      <option value="">{to === 'email' ? map.usualEmail : map.fields[to]}</option>
      {sources.map((source) => (
        <option key={source} value={source}>
          {map.sources[source]}
        </option>
      ))}
      {isForeign && <option value={now.path}>{now.path}</option>}
    </select>
  );
}

import { useState } from 'react';
import { Field } from '../../ui/field.js';
import { Select } from '../../ui/select.js';
import { SUBJECTS } from '../event-types.js';
import { useQuery } from '../router.js';
import styles from './events.module.css';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A user or group by its id, as the address has it. */
export function ResourceFilter() {
  const [chosen, setChosen] = useQuery('resourceId');
  const [typed, setTyped] = useState<string>();
  const isWrong = typed !== undefined && typed !== '' && !UUID.test(typed);
  return (
    <Field
      label="User or group"
      type="search"
      isMono
      isFilter
      className={styles.resource}
      placeholder="Id of a user or group"
      value={typed ?? chosen}
      error={isWrong ? 'An id looks like 0197…-…: a directory’s lists have it.' : undefined}
      onChange={(event) => {
        const text = event.target.value.trim();
        const isWhole = text === '' || UUID.test(text);
        setTyped(isWhole ? undefined : text);
        if (isWhole) setChosen(text);
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
}

const PATTERNS = Object.fromEntries(
  SUBJECTS.flatMap(({ subject, types }) => [`${subject}.*`, ...types]).map((type) => [type, type]),
);

/** Types of events; deliveries are found by one type alone. */
export function TypeFilter({ name, hasPatterns }: { readonly name: string; readonly hasPatterns: boolean }) {
  const [chosen, setChosen] = useQuery(name);
  const found = Object.entries(PATTERNS).filter(([pattern]) => hasPatterns || !pattern.endsWith('*'));
  return (
    <Select
      label="Type"
      value={chosen}
      options={Object.fromEntries([['', 'Every type'], ...found])}
      onChange={setChosen}
      isFilter
    />
  );
}

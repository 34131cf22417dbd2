import { useMemo } from 'react';
import { Select } from '../ui/select.js';
import { useQuery } from './router.js';
import styles from './time-filter.module.css';
import { localTime } from './times.js';

const HOUR_MS = 3_600_000;
const SPANS: Readonly<Record<string, string>> = {
  '': 'Any time',
  '1': 'Last hour',
  '24': 'Last 24 hours',
  '168': 'Last 7 days',
  own: 'From … until …',
};

interface Times {
  readonly since: string | undefined;
  readonly until: string | undefined;
}

/** The times that the address asks for. */
export function useTimes(): Times {
  const [last] = useQuery('last');
  const [since] = useQuery('since');
  const [until] = useQuery('until');
  return useMemo(() => {
    const hours = Number(last);
    if (hours > 0) return { since: new Date(Date.now() - hours * HOUR_MS).toISOString(), until: undefined };
    return { since: since === '' ? undefined : since, until: until === '' ? undefined : until };
  }, [last, since, until]);
}

export function TimeFilter() {
  const [last, setLast] = useQuery('last');
  const [since, setSince] = useQuery('since');
  const [until, setUntil] = useQuery('until');
  const isOwn = last === 'own' || since !== '' || until !== '';
  return (
    <>
      <Select label="Time" value={isOwn ? 'own' : last} options={SPANS} onChange={setLast} isFilter />
      {isOwn && last === 'own' && (
        <>
          <Moment label="From" value={since} onChange={setSince} />
          <Moment label="Until" value={until} onChange={setUntil} />
        </>
      )}
    </>
  );
}

function Moment({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (at: string) => void;
}) {
  return (
    <input
      type="datetime-local"
      className={styles.moment}
      aria-label={label}
      value={value === '' ? '' : localTime(Date.parse(value))}
      onChange={(event) => onChange(event.target.value === '' ? '' : new Date(event.target.value).toISOString())}
    />
  );
}

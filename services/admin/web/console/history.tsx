import { useState } from 'react';
import { pathWith } from '../api.js';
import { Ago } from '../ui/ago.js';
import { Button } from '../ui/button.js';
import { classes } from '../ui/classes.js';
import { Failed, Loading } from '../ui/notice.js';
import { useApi, useEvery, usePages } from '../use-api.js';
import { changedIn, summaryOf } from './event-summary.js';
import styles from './history.module.css';
import type { Event, Trace } from './shapes.js';
import { TraceLine } from './trace.js';

/** Beside other things a few are enough. */
const [PAGE, FEW] = [20, 8];
const REFRESH_MS = 10_000;

interface Props {
  readonly directoryId: string;
  /** The user or group; undefined: all that is in the directory. */
  readonly resourceId?: string;
}

/** All that happened to a user, a group or a directory, newest first; each event opens into its way from the request to the endpoints. */
export function History({ directoryId, resourceId }: Props) {
  const path = pathWith('/v1/events', { directoryId, resourceId, order: 'desc' });
  const page = resourceId === undefined ? FEW : PAGE;
  const { data, problem, more, isLoading, reload, refresh } = usePages<Event>(path, page);
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  useEvery(REFRESH_MS, refresh);
  if (data === undefined)
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} retry={reload} />;
  if (data.length === 0) return <p>Nothing has happened yet, or its events are no longer kept.</p>;
  return (
    <>
      <ol className={styles.history} aria-label="History, newest first">
        {data.map((event, index) => {
          const isOpen = turned.get(event.id) ?? (index === 0 && resourceId !== undefined);
          const turn = (): void => setTurned(new Map([...turned, [event.id, !isOpen]]));
          const isOfOne = event.data['id'] === resourceId;
          const summary = isOfOne ? changedIn(event) : summaryOf(event);
          return <Happened key={event.id} event={event} summary={summary} isOpen={isOpen} onTurn={turn} />;
        })}
      </ol>
      {more && (
        <div className={styles.more}>
          <Button onClick={more} isBusy={isLoading}>
            Show older events
          </Button>
        </div>
      )}
    </>
  );
}

interface HappenedProps {
  readonly event: Event;
  readonly summary: string;
  readonly isOpen: boolean;
  readonly onTurn: () => void;
}

function Happened({ event, summary, isOpen, onTurn }: HappenedProps) {
  return (
    <li className={classes(styles.event, isOpen && styles.isOpen)}>
      <button type="button" className={styles.head} aria-expanded={isOpen} onClick={onTurn}>
        <span className={styles.dot} aria-hidden="true" />
        <span className={styles.what}>
          <span className={styles.type}>{event.type}</span> <span className={styles.summary}>{summary}</span>
        </span>
        <span className={styles.when}>
          <Ago at={event.timestamp} />
        </span>
      </button>
      {isOpen && (
        <div className={styles.trace}>
          <EventTrace eventId={event.id} />
        </div>
      )}
    </li>
  );
}

/** The way of one event, which is looked at again while it goes on. */
function EventTrace({ eventId }: { readonly eventId: string }) {
  const { data, problem, reload } = useApi<Trace>(`/v1/events/${eventId}/trace`);
  const isUnderWay = data?.deliveries.some(({ status }) => ['pending', 'sending', 'retrying'].includes(status));
  useEvery(isUnderWay === true ? 2_000 : 30_000, reload);
  if (data === undefined)
    return problem === undefined ? <Loading rows={4} /> : <Failed problem={problem} retry={reload} />;
  return <TraceLine trace={data} />;
}

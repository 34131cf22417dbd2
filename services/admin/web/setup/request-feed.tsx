import { Ago } from '../ui/ago.js';
import { Status } from '../ui/status.js';
import { isAccepted, type LoggedRequest } from './deed.js';
import { diagnose } from './diagnose.js';
import type { Live } from './directory.js';
import { inWords } from './explain.js';
import { useReading } from './reading.js';
import styles from './request-feed.module.css';

const SHOWN = 10;

/** The newest requests, in words. */
export function RequestFeed({ live: { requests } }: { readonly live: Live }) {
  const { language, text } = useReading();
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">{text.test.requests}</h2>
      {requests.length === 0 ? (
        <p className={styles.none}>{text.test.noRequests}</p>
      ) : (
        <ul className={styles.feed}>
          {requests.slice(0, SHOWN).map((request) => (
            <li key={request.id} className={styles.request}>
              <span className={styles.what}>{capital(inWords(request, text))}</span>
              <Came request={request} />
              <Ago at={request.at} language={language} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Came({ request }: { readonly request: LoggedRequest }) {
  const { text } = useReading();
  if (isAccepted(request)) return <Status tone="good">{text.test.accepted}</Status>;
  if (diagnose(request) === undefined) return <Status tone="idle">{text.test.notThere}</Status>;
  return <Status tone="bad">{text.test.refusedOf(request.status)}</Status>;
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

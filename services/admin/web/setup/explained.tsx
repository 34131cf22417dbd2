import { Ago } from '../ui/ago.js';
import type { LoggedRequest } from './deed.js';
import { explain } from './explain.js';
import styles from './explained.module.css';
import type { Provider, Way } from './providers/provider.js';
import { Marked, useReading } from './reading.js';

interface Props {
  readonly request: LoggedRequest;
  readonly provider: Provider;
  readonly way: Way;
}

/** One refused request: what came, what we need, what to do; and what the server said, for whoever wants it. */
export function Explained({ request, provider, way }: Props) {
  const { language, text } = useReading();
  const explanation = explain(request, { provider, way, text });
  if (explanation === undefined) return null;
  const { sent, need, fix } = explanation;
  return (
    <article className={styles.explained}>
      <dl>
        {(
          [
            [text.test.sent, sent],
            [text.test.need, need],
            [text.test.fix, fix],
          ] as const
        ).map(([name, said]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Marked>{said}</Marked>
            </dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>{text.test.server}</summary>
        <p className={styles.request}>
          {request.method} {request.path} → {request.status} {request.scimType}
        </p>
        {request.detail !== null && (
          <p lang="en" className={styles.detail}>
            {request.detail}
          </p>
        )}
        <p>
          <Ago at={request.at} language={language} />
        </p>
      </details>
    </article>
  );
}

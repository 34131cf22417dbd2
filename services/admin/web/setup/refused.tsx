import type { ApiProblem } from '../api.js';
import { Button } from '../ui/button.js';
import { Notice } from '../ui/notice.js';
import { useText } from './reading.js';

interface Props {
  readonly problem: ApiProblem;
  /** What a conflict means where it happened. */
  readonly conflict?: string;
  readonly retry?: () => void;
}

const CONFLICT = 409;

/** What did not work, in the language of the page; what the server said of it, for whoever is asked for help. */
export function Refused({ problem: { status, message, requestId }, conflict, retry }: Props) {
  const text = useText();
  return (
    <Notice tone="bad">
      <p>{(status === CONFLICT ? conflict : undefined) ?? text.refused[kindOf(status)]}</p>
      {status !== 0 && (
        <details>
          <summary>{text.test.server}</summary>
          <p lang="en">{message}</p>
          {requestId !== undefined && <code>{requestId}</code>}
        </details>
      )}
      {retry && <Button onClick={retry}>{text.retry}</Button>}
    </Notice>
  );
}

function kindOf(status: number): 'offline' | 'busy' | 'other' {
  if (status === 0) return 'offline';
  return status === 429 || status === 503 ? 'busy' : 'other';
}

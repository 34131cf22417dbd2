import { Notice } from '../../ui/notice.js';
import { explain } from './causes.js';

/** What went wrong, what that means, and what to do. */
export function Cause({ status, error }: { readonly status: number | null; readonly error: string }) {
  const { cause, advice } = explain(status, error);
  return (
    <Notice tone="bad">
      <p>
        <strong>{cause}</strong> {advice}
      </p>
      <p>
        <code>{error}</code>
      </p>
    </Notice>
  );
}

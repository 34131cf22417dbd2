import type { SyntheticEvent } from 'react';

/** What a form does instead of leaving the page. */
export const submitting =
  (work: () => Promise<void>) =>
  (event: SyntheticEvent): void => {
    event.preventDefault();
    void work();
  };

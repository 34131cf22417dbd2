import { useEffect, useRef, useState } from 'react';
import type { ApiProblem } from './api.js';
import { problemFrom } from './use-api.js';

export interface Action<Asked extends readonly unknown[]> {
  /** Does it; a refusal is told by `problem`, not thrown. */
  readonly run: (...asked: Asked) => Promise<void>;
  readonly isBusy: boolean;
  /** Why it was refused the last time. */
  readonly problem: ApiProblem | undefined;
}

/** Something that changes things, with what a page has to show of it meanwhile and afterwards. */
export function useAction<Asked extends readonly unknown[]>(
  work: (...asked: Asked) => Promise<unknown>,
): Action<Asked> {
  const [state, setState] = useState<{ isBusy: boolean; problem?: ApiProblem }>({ isBusy: false });
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => void (isThere.current = false);
  }, []);
  const run = async (...asked: Asked): Promise<void> => {
    setState({ isBusy: true });
    try {
      await work(...asked);
      if (isThere.current) setState({ isBusy: false });
    } catch (error) {
      if (isThere.current) setState({ isBusy: false, problem: problemFrom(error) });
    }
  };
  return { run, ...state, problem: state.problem };
}

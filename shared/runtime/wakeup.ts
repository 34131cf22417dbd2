/** A sleeper that can be woken. Waking is only ever a hint: whoever waits polls as well. */
export interface Wakeup {
  wake(): void;
  /** Resolves when woken (also by a wake since the last wait), after `timeoutMs`, or when `signal` aborts. Never rejects. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** For one waiter at a time. */
export function createWakeup(): Wakeup {
  let woken = false;
  let resume = (): void => undefined;
  return {
    wake() {
      woken = true;
      resume();
    },
    async wait(timeoutMs, signal) {
      if (!woken && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            resolve();
          };
          const timer = setTimeout(done, timeoutMs);
          signal.addEventListener('abort', done);
          resume = done;
        });
      }
      resume = () => undefined;
      woken = false;
    },
  };
}

import { useEffect, useState } from 'preact/hooks';
import { RequestError } from '../../client/request-error.js';

/** A value that can be reloaded; null until it is loaded. */
export interface Loaded<T> {
  value: T | null;
  problem: string | null;
  reload: () => void;
  /** Runs an action and reloads; an error is stored as the problem. */
  act: (action: () => Promise<unknown>) => void;
}

/** Loads on mount, and again whenever `watch` calls back. */
export function useLoaded<T>(
  load: () => Promise<T>,
  watch?: (listener: () => void) => () => void,
): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function run(action: () => Promise<unknown>): Promise<void> {
    setProblem(null);
    try {
      await action();
      setValue(await load());
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.message);
    }
  }
  const reload = (): void => void run(() => Promise.resolve());
  useEffect(() => {
    reload();
    return watch?.(reload);
  }, []);
  return { value, problem, reload, act: (action) => void run(action) };
}

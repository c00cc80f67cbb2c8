import { useCallback, useEffect, useState } from 'preact/hooks';
import { RequestError } from '../../client/request-error.js';

export type Loaded<T> =
  | { name: 'loading' }
  | { name: 'loaded'; value: T }
  | { name: 'failed'; message: string };

/**
 * Loads on mount and whenever `load` changes. The returned function loads again; the current state
 * remains until the result arrives.
 */
export function useLoaded<T>(load: () => Promise<T>): [Loaded<T>, () => Promise<void>] {
  const [state, setState] = useState<Loaded<T>>({ name: 'loading' });
  const reload = useCallback(async () => {
    try {
      setState({ name: 'loaded', value: await load() });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setState({ name: 'failed', message: error.message });
    }
  }, [load]);
  useEffect(() => void reload(), [reload]);
  return [state, reload];
}

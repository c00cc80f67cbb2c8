import { useCallback, useEffect } from 'preact/hooks';
import type { RestreamTargetList } from '../../../../src/protocol/restream.js';
import { restreamApi } from '../../../client/restream-api.js';
import { type Loaded, useLoaded } from '../../account/use-loaded.js';

const POLL_MS = 3_000;

/** The restreams of a channel with their states, which are polled. */
export function useRestreams(channel: string): [Loaded<RestreamTargetList>, () => Promise<void>] {
  const load = useCallback(() => restreamApi.list(channel), [channel]);
  const [state, reload] = useLoaded(load);
  useEffect(() => {
    const timer = setInterval(() => void reload(), POLL_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return [state, reload];
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../common/logger.js';

/** The interval between retries while the database fails. */
export const RETRY_MS = 2_000;

/**
 * Retries `work` until the database responds, or rejects once `stopping` is aborted. In the
 * meantime, the media remains in the live playback files.
 */
export async function untilDone<T>(
  work: () => Promise<T>,
  { log, stopping }: { log: Log; stopping: AbortSignal },
): Promise<T> {
  for (let failures = 0; ; failures += 1)
    try {
      return await work();
    } catch (err) {
      if (stopping.aborted) throw err;
      if (failures === 0) log.warn({ err }, 'the database could not store a recording; retrying');
      await pause(RETRY_MS, undefined, { signal: stopping, ref: false });
    }
}

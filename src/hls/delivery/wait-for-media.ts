import type { IncomingMessage } from 'node:http';
import type { Awaited } from '../run/playlist-waiters.js';
import { assertReleased, tooManyWait } from './refusals.js';
import type { Run } from '../run/run.js';

/**
 * Waits for a run's media on behalf of a request. The run may end before the media exists.
 * @throws {DomainError} `unavailable` if too many requests are waiting, or the media does not
 *   arrive in time
 */
export async function waitForMedia(
  { waiters, targetDurationS }: Run,
  awaited: Awaited,
  request: IncomingMessage,
): Promise<void> {
  if (!waiters.hasRoomFor(request)) throw tooManyWait();
  assertReleased(await waiters.wait(awaited, request), targetDurationS * 1_000);
}

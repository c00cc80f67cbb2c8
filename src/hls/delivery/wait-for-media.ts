import type { IncomingMessage } from 'node:http';
import type { Awaited } from '../run/playlist-waiters.js';
import { assertReleased, tooManyWait } from './refusals.js';
import type { Run } from '../run/run.js';

/**
 * Makes a request wait for media of a run; the run may end without it.
 * @throws {DomainError} `unavailable` if too many requests wait already, or the media does not
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

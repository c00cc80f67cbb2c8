import type { IncomingMessage } from 'node:http';
import type { Awaited } from '../run/playlist-waiters.js';
import { assertReleased, tooManyWait } from './refusals.js';
import type { Run } from '../run/run.js';

/**
 * Lets a request wait for something of a run; it may have ended without it.
 * @throws {DomainError} `unavailable` when too many wait already, or it doesn't come in time
 */
export async function waitForMedia(
  { waiters, targetDurationS }: Run,
  awaited: Awaited,
  request: IncomingMessage,
): Promise<void> {
  if (!waiters.hasRoomFor(request)) throw tooManyWait();
  assertReleased(await waiters.wait(awaited, request), targetDurationS * 1_000);
}

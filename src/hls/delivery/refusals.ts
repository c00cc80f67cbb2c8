import { DomainError } from '../../common/domain-error.js';
import type { WaitEnd } from '../run/playlist-waiters.js';

/** The client disconnected while its request was waiting, so no response is needed. */
class ClientGoneError extends Error {
  constructor() {
    super('the client disconnected');
    this.name = 'ClientGoneError';
  }
}

export const isClientGone = (error: unknown): boolean => error instanceof ClientGoneError;

/** @throws unless the wait ended so that the request can check its condition again */
export function assertReleased(end: WaitEnd, retryAfterMs: number): void {
  if (end === 'gone') throw new ClientGoneError();
  if (end === 'late') throw tooEarly(retryAfterMs);
}

export const notFound = (): DomainError =>
  new DomainError('not_found', 'There is nothing at this address.');

export const noPicture = (): DomainError =>
  new DomainError('not_found', 'This channel has no thumbnail at the moment.');

export const notLive = (channel: string): DomainError =>
  new DomainError('not_found', `${channel} is not live.`);

export const noSuchRun = (): DomainError =>
  new DomainError('not_found', 'This playlist is no longer available. Load index.m3u8 again.');

export const noSuchRendition = (): DomainError =>
  new DomainError('not_found', 'This broadcast has no such rendition. Load index.m3u8 again.');

export const noSuchMedia = (): DomainError =>
  new DomainError('not_found', 'This segment does not exist yet, or is no longer available.');

export const withoutHls = (): DomainError =>
  new DomainError(
    'not_found',
    'This broadcast is only available over WebRTC: its video can’t be sent as HLS.',
  );

export const tooEarly = (retryAfterMs: number): DomainError =>
  new DomainError(
    'unavailable',
    'The publisher is not sending media at the moment. Try again soon.',
    {
      retryAfterMs,
    },
  );

export const tooManyWait = (): DomainError =>
  new DomainError(
    'unavailable',
    'Too many requests are waiting for this broadcast. Try again soon.',
    {
      retryAfterMs: 1_000,
    },
  );

/**
 * The node that packages the broadcast isn't responding. hls.js repeats a request after a 503, but
 * not after a 404 or a dropped connection.
 */
export const originUnreachable = (): DomainError =>
  new DomainError(
    'unavailable',
    'The server that receives this broadcast can’t be reached at the moment. Try again soon.',
    { retryAfterMs: 1_000 },
  );

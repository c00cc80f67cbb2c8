import { DomainError } from '../../common/domain-error.js';
import type { WaitEnd } from '../run/playlist-waiters.js';

/** The client disconnected while its request waited: no answer is needed. */
class ClientGoneError extends Error {
  constructor() {
    super('the client went away');
    this.name = 'ClientGoneError';
  }
}

export const isClientGone = (error: unknown): boolean => error instanceof ClientGoneError;

/** @throws unless the wait ended because the media may be available now */
export function assertReleased(end: WaitEnd, retryAfterMs: number): void {
  if (end === 'gone') throw new ClientGoneError();
  if (end === 'late') throw tooEarly(retryAfterMs);
}

export const nothingHere = (): DomainError =>
  new DomainError('not_found', 'There is nothing at this address.');

export const noPicture = (): DomainError =>
  new DomainError('not_found', 'There is no picture of this channel now.');

export const notLive = (channel: string): DomainError =>
  new DomainError('not_found', `${channel} is not live.`);

export const noSuchRun = (): DomainError =>
  new DomainError('not_found', 'This playlist is of another broadcast; load index.m3u8 again.');

export const noSuchRendition = (): DomainError =>
  new DomainError('not_found', 'This broadcast has no such rendition; load index.m3u8 again.');

export const noSuchMedia = (): DomainError =>
  new DomainError('not_found', 'There is no such segment: not yet, or not any more.');

export const withoutHls = (): DomainError =>
  new DomainError(
    'not_found',
    'This broadcast can be watched over WebRTC only: its video can’t be sent as HLS.',
  );

export const tooEarly = (retryAfterMs: number): DomainError =>
  new DomainError('unavailable', 'The broadcaster sends nothing at the moment, try again soon.', {
    retryAfterMs,
  });

export const tooManyWait = (): DomainError =>
  new DomainError('unavailable', 'Too many requests wait for this broadcast, try again soon.', {
    retryAfterMs: 1_000,
  });

export const unforeseen = (cause: unknown): DomainError =>
  new DomainError('internal', 'Something went wrong on the server.', { cause });

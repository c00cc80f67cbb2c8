import { DomainError } from '../common/domain-error.js';

/**
 * The time after which to retry a start that is refused because this node is stopping or draining,
 * or because another node is starting a broadcast.
 */
const RETRY_MS = 1_000;

export function notPublishing(): DomainError {
  return new DomainError('not_publishing', 'This connection is not publishing. Go live first.');
}

export function notYours(): DomainError {
  return new DomainError('forbidden', 'This channel belongs to another account.');
}

export function notLive(): DomainError {
  return new DomainError('not_live', 'This channel is not live.');
}

export function limitReached(): DomainError {
  return new DomainError(
    'broadcast_limit',
    'Your account has reached its limit of simultaneous broadcasts. End one of them first.',
  );
}

export function tryAgain(): DomainError {
  return new DomainError('unavailable', 'The server can’t start a broadcast now. Try again.', {
    retryAfterMs: RETRY_MS,
  });
}

import { DomainError } from '../common/domain-error.js';
import { GUESTS_ON_STAGE_MAX, GUESTS_WAITING_MAX } from '../protocol/limits.js';

/** How long a guest should wait before retrying if the stage isn't open. */
const CLOSED_RETRY_MS = 5_000;
/** How long a guest should wait before retrying if the green room is full. */
const FULL_RETRY_MS = 15_000;

export function notOnStage(): DomainError {
  return new DomainError('not_joined', 'This connection is not on a stage. Join first.');
}

export function stageClosed(): DomainError {
  return new DomainError('stage_closed', 'The host has not opened the stage.', {
    retryAfterMs: CLOSED_RETRY_MS,
  });
}

/**
 * Returns the error for a stage that may be open on a node other than the one that this connection
 * reaches.
 */
export function stageElsewhere(): DomainError {
  return new DomainError(
    'unavailable',
    'The stage is not open on the server that you reached. If the host has opened it, reload the page to reach another server.',
    { retryAfterMs: CLOSED_RETRY_MS },
  );
}

export function stageEnded(): DomainError {
  return new DomainError('stage_closed', 'The host has closed the stage.');
}

export function greenRoomFull(): DomainError {
  return new DomainError(
    'stage_limit',
    `${GUESTS_WAITING_MAX} guests are already waiting. Try again when the host has brought some of them on stage.`,
    { retryAfterMs: FULL_RETRY_MS },
  );
}

export function stageFull(): DomainError {
  return new DomainError(
    'stage_limit',
    `${GUESTS_ON_STAGE_MAX} guests are already on stage. Take one of them off stage before you bring on another.`,
  );
}

export function hostOnly(): DomainError {
  return new DomainError('forbidden', 'Only the host can do this.');
}

export function notInvited(message: string): DomainError {
  return new DomainError('stage_invitation_refused', message);
}

export function connectionLost(): DomainError {
  return new DomainError('not_joined', 'The connection was lost. Join again.');
}

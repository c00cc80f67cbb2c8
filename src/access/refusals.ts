import { DomainError } from '../common/domain-error.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import type { Decision } from './access-policy.js';

/**
 * Returns the error for a channel that doesn't exist or that the caller can't see, so that the two
 * cases are indistinguishable.
 */
export function channelNotFound(name: string): DomainError {
  // The name can be any text from the URL.
  const known = CHANNEL_NAME_PATTERN.test(name);
  return new DomainError(
    'channel_not_found',
    known ? `There is no channel “${name}”.` : 'There is no channel with this name.',
  );
}

/**
 * @throws {DomainError} `channel_not_found`, `password_required` unless the decision is `allowed`
 */
export function assertAllowed(decision: Decision, name: string): void {
  if (decision === 'not_found') throw channelNotFound(name);
  if (decision === 'password_needed')
    throw new DomainError(
      'password_required',
      `The channel “${name}” has a password. Enter it on the channel’s page first.`,
    );
}

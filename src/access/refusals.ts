import { DomainError } from '../common/domain-error.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import type { Decision } from './access-policy.js';

/** There is no such channel, or none for who asks: nobody can tell which. */
export function channelNotFound(name: string): DomainError {
  // The name may be anything that was typed into the address.
  const known = CHANNEL_NAME_PATTERN.test(name);
  return new DomainError(
    'channel_not_found',
    known ? `There is no channel “${name}”.` : 'There is no channel of this name.',
  );
}

/** @throws {DomainError} `channel_not_found`, `password_required` unless the decision is to let in */
export function assertAllowed(decision: Decision, name: string): void {
  if (decision === 'not_found') throw channelNotFound(name);
  if (decision === 'password_needed')
    throw new DomainError(
      'password_required',
      `The channel “${name}” has a password. Type it on the channel’s page first.`,
    );
}

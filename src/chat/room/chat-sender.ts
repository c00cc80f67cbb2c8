import type { Visitor } from '../../access/visitor.js';
import { DomainError } from '../../common/domain-error.js';
import type { OnairSocket } from '../../common/gateway.js';
import type { Identity } from '../../common/identity.js';
import { type Author, authorKey, authorOf, displayNameOf } from '../messages/chat-message.js';
import type { Sender } from './room-bans.js';

/** A chat participant, as identified by their connection or request. */
export type ChatSender = Sender &
  Readonly<{
    account: Identity['account'];
    author: Author;
    /** The result of {@link authorKey}. */
    key: string;
    /** The name to show instead of the username; empty to show the username. */
    displayName: string;
  }>;

/** Returns the sender to whom a connection belongs. */
export function senderOf({
  data: { identity, addressHash },
}: Pick<OnairSocket, 'data'>): ChatSender {
  const author = authorOf(identity);
  return {
    account: identity.account,
    author,
    key: authorKey(author),
    displayName: displayNameOf(identity),
    addressHash,
  };
}

/**
 * Returns the sender of an HTTP request, who must be logged in. The sender has no address, so
 * address bans don't apply.
 * @throws {DomainError} `not_logged_in`
 */
export function accountOf({ identity }: Visitor): ChatSender {
  if (identity.account === null) throw new DomainError('not_logged_in', 'Log in first.');
  const author = authorOf(identity);
  return {
    account: identity.account,
    author,
    key: authorKey(author),
    displayName: displayNameOf(identity),
    addressHash: '',
  };
}

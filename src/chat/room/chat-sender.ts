import type { Visitor } from '../../access/visitor.js';
import { DomainError } from '../../common/domain-error.js';
import type { OnairSocket } from '../../common/gateway.js';
import type { Identity } from '../../common/identity.js';
import { type Author, authorKey, authorOf, displayNameOf } from '../messages/chat-message.js';
import type { Sender } from './room-bans.js';

/** Somebody in a chat, as their connection knows them. */
export type ChatSender = Sender &
  Readonly<{
    account: Identity['account'];
    author: Author;
    /** {@link authorKey} */
    key: string;
    /** What is shown in place of the username; empty: the username. */
    displayName: string;
  }>;

/** Who a connection is, in a chat. */
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
 * Who an HTTP request is from, for what accounts do: there is no address to ban.
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

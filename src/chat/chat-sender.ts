import type { OnairSocket } from '../common/gateway.js';
import type { Identity } from '../common/identity.js';
import { type Author, authorKey, authorOf, displayNameOf } from './chat-message.js';
import type { Sender } from './moderation/room-bans.js';

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

/** The same of an HTTP request, for what accounts do: there is no address to ban. */
export function visitorAsSender(identity: Pick<Identity, 'account' | 'guestId'>): ChatSender {
  const author = authorOf(identity);
  return {
    account: identity.account,
    author,
    key: authorKey(author),
    displayName: displayNameOf(identity),
    addressHash: '',
  };
}

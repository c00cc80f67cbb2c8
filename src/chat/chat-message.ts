import type { Identity } from '../common/identity.js';
import type { ChatMessage } from '../protocol/chat.js';

/** Who wrote something: an account, or a guest's device. Both null: the account is gone. */
export type Author = Readonly<{ accountId: string | null; guestId: string | null }>;

/** A message on its way to the database. */
export type NewMessage = Readonly<
  Author & {
    channelId: string;
    /** Chosen by the sender: the same one sent again is stored once. */
    nonce: string;
    /** The broadcast that was on. */
    broadcastId: string | null;
    name: string;
    role: ChatMessage['role'];
    text: string;
  }
>;

/** A message in the database. */
export type StoredMessage = Readonly<
  NewMessage & { seq: number; sentAt: Date; deletedAt: Date | null }
>;

/** What names a writer for bans and rate limits. */
export function authorKey({ accountId, guestId }: Author): string {
  return accountId === null ? `guest:${guestId}` : `account:${accountId}`;
}

/** Who a connection or a request writes as. */
export function authorOf({ account, guestId }: Identity): Author {
  return account ? { accountId: account.id, guestId: null } : { accountId: null, guestId };
}

/** What everybody in the chat may see of a message. */
export function viewOf(message: StoredMessage): ChatMessage {
  const { seq, nonce, name, role, text, sentAt, deletedAt } = message;
  const shown = { seq, nonce, name, role, sentAt: sentAt.toISOString() };
  return deletedAt === null ? { ...shown, text } : { ...shown, text: '', deleted: true };
}

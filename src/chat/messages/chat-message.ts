import type { Identity } from '../../common/identity.js';
import type { ChatMessage, ChatQuote, ChatReactionCount } from '../../protocol/chat.js';
import { QUOTE_MAX } from '../../protocol/limits.js';
import { mentionsOf } from './mentions.js';

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
    /** What to show in place of the name; empty: the name. */
    displayName: string;
    role: ChatMessage['role'];
    text: string;
    replyToSeq: number | null;
  }
>;

/** A message in the database. The text of a deleted one is still there: for moderators. */
export type StoredMessage = Readonly<
  NewMessage & { seq: number; sentAt: Date; deletedAt: Date | null }
>;

/** What a view shows besides the message itself. */
export type ViewParts = Readonly<{
  quote?: ChatQuote | undefined;
  reactions?: readonly ChatReactionCount[] | undefined;
  /** Whether the text of a deleted message is shown. */
  forModerators?: boolean;
}>;

/** What names a writer for bans and rate limits. */
export function authorKey({ accountId, guestId }: Author): string {
  return accountId === null ? `guest:${guestId}` : `account:${accountId}`;
}

/** Who a connection or a request writes as. */
export function authorOf({ account, guestId }: Pick<Identity, 'account' | 'guestId'>): Author {
  return account ? { accountId: account.id, guestId: null } : { accountId: null, guestId };
}

/** The name to show in place of the username; empty where they are the same. */
export function displayNameOf({ account }: Pick<Identity, 'account'>): string {
  return account && account.displayName !== account.username ? account.displayName : '';
}

/** What the chat may see of a message. */
export function viewOf(message: StoredMessage, parts: ViewParts = {}): ChatMessage {
  const { seq, nonce, name, displayName, role, sentAt, deletedAt } = message;
  const { quote, reactions = [], forModerators = false } = parts;
  const isHidden = deletedAt !== null && !forModerators;
  const text = isHidden ? '' : message.text;
  const mentions = mentionsOf(text);
  return {
    seq,
    nonce,
    name,
    ...(displayName === '' ? {} : { displayName }),
    role,
    sentAt: sentAt.toISOString(),
    text,
    ...(deletedAt === null ? {} : { deleted: true }),
    ...(quote && !isHidden ? { replyTo: quote } : {}),
    ...(mentions.length > 0 ? { mentions } : {}),
    ...(reactions.length > 0 && !isHidden ? { reactions: [...reactions] } : {}),
  };
}

/** What is shown of a message where another one answers it. */
export function quoteOf(
  message: Pick<StoredMessage, 'seq' | 'name' | 'displayName' | 'text' | 'deletedAt'>,
): ChatQuote {
  const { seq, name, displayName, text, deletedAt } = message;
  const shown = { seq, name, ...(displayName === '' ? {} : { displayName }) };
  if (deletedAt !== null) return { ...shown, text: '', deleted: true };
  return { ...shown, text: text.slice(0, QUOTE_MAX).toWellFormed() };
}

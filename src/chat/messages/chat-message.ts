import type { Identity } from '../../common/identity.js';
import type { ChatMessage, ChatQuote, ChatReactionCount } from '../../protocol/chat.js';
import { QUOTE_MAX } from '../../protocol/limits.js';
import { mentionsOf } from './mentions.js';

/**
 * The author of a message or reaction: an account or a guest's device. Both ids are null once the
 * account is deleted.
 */
export type Author = Readonly<{ accountId: string | null; guestId: string | null }>;

/** A message that is not stored yet. */
export type NewMessage = Readonly<
  Author & {
    channelId: string;
    /**
     * An id chosen by the sender. A message that is repeated with the same nonce is stored only
     * once.
     */
    nonce: string;
    /** The broadcast that was live when the message was sent; null if none was. */
    broadcastId: string | null;
    name: string;
    /** The name to show instead of the username; empty to show the username. */
    displayName: string;
    role: ChatMessage['role'];
    text: string;
    replyToSeq: number | null;
  }
>;

/** A stored message. Deleted messages keep their text, for moderators. */
export type StoredMessage = Readonly<
  NewMessage & { seq: number; sentAt: Date; deletedAt: Date | null }
>;

/** The parts of a view that aren't contained in the message itself. */
export type ViewParts = Readonly<{
  quote?: ChatQuote | undefined;
  reactions?: readonly ChatReactionCount[] | undefined;
  /** Whether to show the text of deleted messages. */
  forModerators?: boolean;
}>;

/** Returns the key that identifies an author for bans and rate limits. */
export function authorKey({ accountId, guestId }: Author): string {
  return accountId === null ? `guest:${guestId}` : `account:${accountId}`;
}

/** Returns the author of messages sent by a connection or request. */
export function authorOf({ account, guestId }: Pick<Identity, 'account' | 'guestId'>): Author {
  return account ? { accountId: account.id, guestId: null } : { accountId: null, guestId };
}

/** Returns the display name; empty if it equals the username. */
export function displayNameOf({ account }: Pick<Identity, 'account'>): string {
  return account && account.displayName !== account.username ? account.displayName : '';
}

/** Converts a stored message to its public view. */
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

/** Converts the view of a message to the public view after its deletion. */
export function emptied({
  replyTo: _replyTo,
  mentions: _mentions,
  reactions: _reactions,
  ...view
}: ChatMessage): ChatMessage {
  return { ...view, text: '', deleted: true };
}

/** Returns the quote shown above a reply to this message. */
export function quoteOf(
  message: Pick<StoredMessage, 'seq' | 'name' | 'displayName' | 'text' | 'deletedAt'>,
): ChatQuote {
  const { seq, name, displayName, text, deletedAt } = message;
  const shown = { seq, name, ...(displayName === '' ? {} : { displayName }) };
  if (deletedAt !== null) return { ...shown, text: '', deleted: true };
  return { ...shown, text: text.slice(0, QUOTE_MAX).toWellFormed() };
}

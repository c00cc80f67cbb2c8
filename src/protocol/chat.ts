import { z } from 'zod';
import { ChannelName } from './channel.js';
import { ChatRules } from './chat-rules.js';
import {
  CHAT_PAGE,
  CHAT_TEXT_MAX,
  FLOATING_EMOJI,
  GUEST_NAME_MAX,
  GUEST_NAME_MIN,
} from './limits.js';

/** The largest seq that the database can store. */
const SEQ_MAX = 2 ** 31 - 1;

/** A message's number in its channel. Numbers start at 1 and have no gaps. */
export const Seq = z.int().min(0).max(SEQ_MAX);

/** A guest's name: letters and digits, with single spaces, `.`, `_` or `-` in between. */
export const GuestName = z
  .string()
  .transform((text) => text.normalize('NFKC').replaceAll(/\s+/gu, ' ').trim())
  .pipe(
    z
      .string()
      .min(GUEST_NAME_MIN, `at least ${GUEST_NAME_MIN} characters`)
      .max(GUEST_NAME_MAX, `at most ${GUEST_NAME_MAX} characters`)
      .regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*$/u, 'letters, digits, spaces, ".", "_" or "-"'),
  );

/** A message's text, never markup. Control characters except line breaks are removed. */
export const ChatText = z
  .string()
  .transform((text) => text.replaceAll(/[^\P{Cc}\n]+/gu, '').trim())
  .pipe(
    z.string().min(1, 'enter a message').max(CHAT_TEXT_MAX, `at most ${CHAT_TEXT_MAX} characters`),
  );

/** A person's role in a channel. */
export const ChatRole = z.enum(['owner', 'moderator', 'member', 'guest']);
export type ChatRole = z.output<typeof ChatRole>;

/** One emoji, as recommended for general interchange (Unicode's RGI). */
export const Emoji = z
  .string()
  .max(40)
  .regex(/^\p{RGI_Emoji}$/v, 'one emoji');

/** The beginning of a message that another message replies to. */
export const ChatQuote = z.object({
  seq: Seq,
  name: z.string(),
  displayName: z.string().optional(),
  /** The beginning of the text; empty if the message was deleted. */
  text: z.string(),
  deleted: z.literal(true).optional(),
});
export type ChatQuote = z.output<typeof ChatQuote>;

/** The reactions to a message with one emoji. */
export const ChatReactionCount = z.object({
  emoji: z.string(),
  count: z.int().nonnegative(),
  /**
   * Set if one of the reactions is the reader's own. Only replies contain this field, because
   * everyone gets the same events.
   */
  mine: z.literal(true).optional(),
});
export type ChatReactionCount = z.output<typeof ChatReactionCount>;

export const ChatMessage = z
  .object({
    seq: Seq,
    /**
     * An id chosen by the sender, so that it recognizes its own message. A resent message is stored
     * only once.
     */
    nonce: z.uuid(),
    /** The account's username or the guest's name, as used in mentions and commands. */
    name: z.string(),
    /** The name to show instead of `name`, if the account has set one. */
    displayName: z.string().optional(),
    role: ChatRole,
    text: z.string(),
    sentAt: z.iso.datetime(),
    /**
     * Set if the message was deleted. Its text is then empty, except for the channel's owner and
     * moderators.
     */
    deleted: z.literal(true).optional(),
    replyTo: ChatQuote.optional(),
    /** The names mentioned as `@name`, in lowercase, with `_` for spaces. */
    mentions: z.array(z.string()).optional(),
    reactions: z.array(ChatReactionCount).optional(),
  })
  .meta({ id: 'ChatMessage' });
export type ChatMessage = z.output<typeof ChatMessage>;

/** The caller's identity and permissions in a chat. */
export const ChatMe = z.object({
  role: ChatRole,
  name: z.string().nullable(),
  /** Whether the caller can read but not chat, permanently or until `bannedUntil`. */
  banned: z.boolean(),
  bannedUntil: z.iso.datetime().nullable(),
  /**
   * Whether the caller can chat. False for banned people, and for guests if only accounts can chat.
   * Individual messages can still be refused by the rules.
   */
  canWrite: z.boolean(),
  /**
   * The time since which the caller has followed the channel; null if the caller doesn't follow it.
   */
  followsSince: z.iso.datetime().nullable(),
});
export type ChatMe = z.output<typeof ChatMe>;

export const ChatJoin = z.strictObject({
  channel: ChannelName,
  /**
   * The last seq that this client has. Absent on the first join, whose reply contains the newest
   * messages.
   */
  afterSeq: Seq.optional(),
});

export const ChatJoined = z.object({
  me: ChatMe,
  rules: ChatRules,
  pinned: ChatMessage.nullable(),
  /** Messages ordered by seq: at most one page of those after `afterSeq`, or the newest page. */
  messages: z.array(ChatMessage),
  lastSeq: Seq,
  /**
   * Whether more messages follow, which can be requested with `chat:history` and the last received
   * seq.
   */
  more: z.boolean(),
  /**
   * The seqs of the deleted messages among the last 1,000 messages that this client may already
   * show. The other messages among these 1,000 are not deleted.
   */
  deletedSeqs: z.array(Seq),
  /** The number of held messages; null for everyone except the owner and moderators. */
  heldCount: z.int().nonnegative().nullable(),
});
export type ChatJoined = z.output<typeof ChatJoined>;

export const ChatSend = z.strictObject({
  channel: ChannelName,
  nonce: z.uuid(),
  text: ChatText,
  /** The guest's name; ignored for accounts. */
  guestName: GuestName.optional(),
  /** The message that this one replies to. */
  replyToSeq: Seq.optional(),
});
export type ChatSend = z.output<typeof ChatSend>;

/**
 * Reports that the message is committed, so every later history contains it under this seq. For a
 * held message, the seq is 0, and `chat:judged` reports the decision.
 */
export const ChatSent = z.object({
  seq: Seq,
  sentAt: z.iso.datetime(),
  held: z.boolean(),
});
export type ChatSent = z.output<typeof ChatSent>;

export const ChatReact = z.strictObject({
  channel: ChannelName,
  seq: Seq,
  emoji: Emoji,
  /** Whether to add the reaction; false removes it. */
  on: z.boolean(),
});
export type ChatReact = z.output<typeof ChatReact>;

export const ChatFloat = z.strictObject({
  channel: ChannelName,
  emoji: z.enum(FLOATING_EMOJI),
});
export type ChatFloat = z.output<typeof ChatFloat>;

/** Requests one page of history, after a seq (to catch up) or before a seq (to read back). */
export const ChatHistory = z.strictObject({
  channel: ChannelName,
  afterSeq: Seq.optional(),
  beforeSeq: Seq.optional(),
  limit: z.int().min(1).max(CHAT_PAGE).default(CHAT_PAGE),
});
export type ChatHistory = z.output<typeof ChatHistory>;

export const ChatPage = z
  .object({ messages: z.array(ChatMessage), more: z.boolean() })
  .meta({ id: 'ChatPage' });
export type ChatPage = z.output<typeof ChatPage>;

/** The query parameters for a page of a broadcast's chat. */
export const ChatQuery = z.object({
  /** The last seq that the caller has. */
  after: z.coerce.number('a whole number').int().min(0).max(SEQ_MAX).default(0),
  from: z.iso.datetime().optional().describe('only messages sent at this time or later'),
  until: z.iso
    .datetime()
    .optional()
    .describe('only messages sent before this time; returns the newest of them'),
  limit: z.coerce.number('a whole number').int().min(1).max(CHAT_PAGE).default(CHAT_PAGE),
});
export type ChatQuery = z.output<typeof ChatQuery>;

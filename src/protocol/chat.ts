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

/** The largest value that the database stores. */
const SEQ_MAX = 2 ** 31 - 1;

/** A message's number in its channel: 1, 2, 3, … without gaps. */
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

/** A message's text: data, never markup. Control characters (but line breaks) are taken out. */
export const ChatText = z
  .string()
  .transform((text) => text.replaceAll(/[^\P{Cc}\n]+/gu, '').trim())
  .pipe(
    z.string().min(1, 'type a message').max(CHAT_TEXT_MAX, `at most ${CHAT_TEXT_MAX} characters`),
  );

/** What somebody is in a channel. */
export const ChatRole = z.enum(['owner', 'moderator', 'member', 'guest']);
export type ChatRole = z.output<typeof ChatRole>;

/** One emoji, as recommended for general interchange (Unicode's RGI). */
export const Emoji = z
  .string()
  .max(40)
  .regex(/^\p{RGI_Emoji}$/v, 'one emoji');

/** The beginning of a message that another one answers. */
export const ChatQuote = z.object({
  seq: Seq,
  name: z.string(),
  displayName: z.string().optional(),
  /** Empty where it was deleted. */
  text: z.string(),
  deleted: z.literal(true).optional(),
});
export type ChatQuote = z.output<typeof ChatQuote>;

/** How often one emoji was given to a message. */
export const ChatReactionCount = z.object({
  emoji: z.string(),
  count: z.int().nonnegative(),
  /** One of them is one's own; only in replies, since events are the same for everybody. */
  mine: z.literal(true).optional(),
});
export type ChatReactionCount = z.output<typeof ChatReactionCount>;

export const ChatMessage = z
  .object({
    seq: Seq,
    /** Chosen by the sender, so that it knows its own message and a repeated one is stored once. */
    nonce: z.uuid(),
    /** The account's username or the guest's name: what mentions and commands take. */
    name: z.string(),
    /** What to show in its place, where the account has chosen something else. */
    displayName: z.string().optional(),
    role: ChatRole,
    text: z.string(),
    sentAt: z.iso.datetime(),
    /** Deleted by a moderator: the text is empty, but for the channel's owner and moderators. */
    deleted: z.literal(true).optional(),
    replyTo: ChatQuote.optional(),
    /** Who is spoken to by `@name`: names in small letters, `_` for spaces. */
    mentions: z.array(z.string()).optional(),
    reactions: z.array(ChatReactionCount).optional(),
  })
  .meta({ id: 'ChatMessage' });
export type ChatMessage = z.output<typeof ChatMessage>;

/** Who one is in a chat. */
export const ChatMe = z.object({
  role: ChatRole,
  name: z.string().nullable(),
  /** May read, not write: for ever, or until `bannedUntil`. */
  banned: z.boolean(),
  bannedUntil: z.iso.datetime().nullable(),
  /** False when banned, or a guest where guests may not write. The rules can refuse a message besides. */
  canWrite: z.boolean(),
  /** Since when one follows the channel; null: one doesn't. */
  followsSince: z.iso.datetime().nullable(),
});
export type ChatMe = z.output<typeof ChatMe>;

export const ChatJoin = z.strictObject({
  channel: ChannelName,
  /** The last seq this client has; absent on a first join, which gets the newest messages. */
  afterSeq: Seq.optional(),
});

export const ChatJoined = z.object({
  me: ChatMe,
  rules: ChatRules,
  pinned: ChatMessage.nullable(),
  /** In the order of seq: all after `afterSeq` up to a page, or the newest page. */
  messages: z.array(ChatMessage),
  lastSeq: Seq,
  /** True when more follow: ask `chat:history` with the last seq received. */
  more: z.boolean(),
  /** Of the last messages this client may already show, those that are deleted: others of them are not. */
  deletedSeqs: z.array(Seq),
  /** How many messages wait for a moderator; null for who is none. */
  heldCount: z.int().nonnegative().nullable(),
});
export type ChatJoined = z.output<typeof ChatJoined>;

export const ChatSend = z.strictObject({
  channel: ChannelName,
  nonce: z.uuid(),
  text: ChatText,
  /** A guest's name; ignored for accounts. */
  guestName: GuestName.optional(),
  /** The message that this one replies to. */
  replyToSeq: Seq.optional(),
});
export type ChatSend = z.output<typeof ChatSend>;

/**
 * The message is committed: every later history contains it under this seq. A held message has 0;
 * `chat:judged` reports the decision.
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
  /** False removes it. */
  on: z.boolean(),
});
export type ChatReact = z.output<typeof ChatReact>;

export const ChatFloat = z.strictObject({
  channel: ChannelName,
  emoji: z.enum(FLOATING_EMOJI),
});
export type ChatFloat = z.output<typeof ChatFloat>;

/** One page of history, after a seq (to catch up) or before one (to read back). */
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

/** A page of a broadcast's chat: query parameters. */
export const ChatQuery = z.object({
  /** The last seq the caller has. */
  after: z.coerce.number('a whole number').int().min(0).max(SEQ_MAX).default(0),
  from: z.iso.datetime().optional().describe('only what was written at this time or later'),
  until: z.iso
    .datetime()
    .optional()
    .describe('only what was written before this time, and of that the newest'),
  limit: z.coerce.number('a whole number').int().min(1).max(CHAT_PAGE).default(CHAT_PAGE),
});
export type ChatQuery = z.output<typeof ChatQuery>;

import { z } from 'zod';
import { ChannelName } from './channel.js';
import { CHAT_PAGE, CHAT_TEXT_MAX, GUEST_NAME_MAX, GUEST_NAME_MIN } from './limits.js';

/** The largest that the database keeps. */
const SEQ_MAX = 2 ** 31 - 1;

/** A message's number in its channel: 1, 2, 3, … without gaps. */
export const Seq = z.int().min(0).max(SEQ_MAX);

/** What a guest calls themselves: letters, digits and single spaces, `.`, `_`, `-` between. */
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

export const ChatMessage = z
  .object({
    seq: Seq,
    /** Chosen by the sender, so that it knows its own message and a repeated one is stored once. */
    nonce: z.uuid(),
    name: z.string(),
    role: z.enum(['owner', 'moderator', 'member', 'guest']),
    text: z.string(),
    sentAt: z.iso.datetime(),
    /** Deleted by a moderator: the text is empty. */
    deleted: z.literal(true).optional(),
  })
  .meta({ id: 'ChatMessage' });
export type ChatMessage = z.output<typeof ChatMessage>;

export const ChatJoin = z.strictObject({
  channel: ChannelName,
  /** The last seq this client has; absent on a first join, which gets the newest messages. */
  afterSeq: Seq.optional(),
});

export const ChatJoined = z.object({
  /** Who one is here; `banned` can read, not write. `needsName`: a guest must give a name to write. */
  me: z.object({
    role: z.enum(['owner', 'moderator', 'member', 'guest']),
    name: z.string().nullable(),
    banned: z.boolean(),
    canWrite: z.boolean(),
  }),
  /** In the order of seq: all after `afterSeq` up to a page, or the newest page. */
  messages: z.array(ChatMessage),
  lastSeq: Seq,
  /** True when more follow: ask `chat:history` with the last seq received. */
  more: z.boolean(),
  /** Of the messages this client may already show, those deleted since. */
  deletedSeqs: z.array(Seq),
});
export type ChatJoined = z.output<typeof ChatJoined>;

export const ChatSend = z.strictObject({
  channel: ChannelName,
  nonce: z.uuid(),
  text: ChatText,
  /** A guest's name; ignored for accounts. */
  guestName: GuestName.optional(),
});
export type ChatSend = z.output<typeof ChatSend>;

/** The message is committed: it will be in every later history under this seq. */
export const ChatSent = z.object({ seq: Seq, sentAt: z.iso.datetime() });
export type ChatSent = z.output<typeof ChatSent>;

/** One page of history, after a seq (catching up) or before one (reading back). */
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

/** Which part of a broadcast's chat: query parameters. */
export const ChatQuery = z.object({
  /** The last seq that one has. */
  after: z.coerce.number('a whole number').int().min(0).max(SEQ_MAX).default(0),
  limit: z.coerce.number('a whole number').int().min(1).max(CHAT_PAGE).default(CHAT_PAGE),
});
export type ChatQuery = z.output<typeof ChatQuery>;

export const ChatTarget = z.strictObject({ channel: ChannelName, seq: Seq });

export const ChatBanView = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(['member', 'guest']),
  createdAt: z.iso.datetime(),
});
export type ChatBanView = z.output<typeof ChatBanView>;

import { z } from 'zod';
import { ChannelName } from './channel.js';
import { ChatMessage, Seq } from './chat.js';
import {
  CHAT_PAGE,
  CHAT_TEXT_MAX,
  REASON_MAX,
  SEARCH_MAX,
  SEARCH_MIN,
  TIMEOUT_MAX_S,
  TIMEOUT_MIN_S,
} from './limits.js';

const Name = z.string().trim().min(1, 'type a name').max(60);
const Reason = z.string().trim().max(REASON_MAX, `at most ${REASON_MAX} characters`).default('');

const onePerson = ({ seq, name }: { seq?: number | undefined; name?: string | undefined }) =>
  (seq === undefined) !== (name === undefined);
const ONE_PERSON = { error: 'give either seq or name', path: ['name'] };

/**
 * Whom an action is about: the sender of a message, or the account of a name; a guest's name stands for
 * the last guest who wrote under it. In names, `_` stands for spaces as well.
 */
const Person = z.strictObject({
  channel: ChannelName,
  seq: Seq.optional(),
  name: Name.optional(),
});

export const ChatMessageTarget = z.strictObject({ channel: ChannelName, seq: Seq });

export const ChatPerson = Person.refine(onePerson, ONE_PERSON);
export type ChatPerson = z.output<typeof ChatPerson>;

export const ChatBan = Person.extend({ reason: Reason }).refine(onePerson, ONE_PERSON);
export type ChatBan = z.output<typeof ChatBan>;

export const ChatTimeout = Person.extend({
  seconds: z.int().min(TIMEOUT_MIN_S).max(TIMEOUT_MAX_S),
  reason: Reason,
}).refine(onePerson, ONE_PERSON);
export type ChatTimeout = z.output<typeof ChatTimeout>;

/** By the ban's id, or by the name of who was banned or timed out. */
export const ChatUnban = z
  .strictObject({ channel: ChannelName, banId: z.uuid().optional(), name: Name.optional() })
  .refine(({ banId, name }) => (banId === undefined) !== (name === undefined), {
    error: 'give either banId or name',
    path: ['name'],
  });
export type ChatUnban = z.output<typeof ChatUnban>;

/** A ban, or a time-out: one that ends. */
export const ChatBanView = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(['member', 'guest']),
  createdAt: z.iso.datetime(),
  /** Null: for ever. */
  expiresAt: z.iso.datetime().nullable(),
  reason: z.string(),
});
export type ChatBanView = z.output<typeof ChatBanView>;

export const ChatPin = z.strictObject({
  channel: ChannelName,
  /** Null: takes down what is pinned. */
  seq: Seq.nullable(),
});

/** A message that waits for a moderator's word. */
export const HeldMessageView = z.object({
  id: z.uuid(),
  name: z.string(),
  displayName: z.string().optional(),
  role: ChatMessage.shape.role,
  text: z.string(),
  reason: z.enum(['link', 'first_message']),
  sentAt: z.iso.datetime(),
});
export type HeldMessageView = z.output<typeof HeldMessageView>;

export const ChatJudge = z.strictObject({
  channel: ChannelName,
  heldId: z.uuid(),
  /** True: it is published now. False: it is thrown away. */
  approve: z.boolean(),
});

/** What is written down of moderators' doings. */
export const AuditAction = z.enum([
  'delete',
  'restore',
  'clear',
  'timeout',
  'ban',
  'unban',
  'pin',
  'unpin',
  'settings',
  'approve',
  'refuse',
  'appoint',
  'dismiss',
]);
export type AuditAction = z.output<typeof AuditAction>;

export const AuditEntry = z
  .object({
    id: z.uuid(),
    action: AuditAction,
    /** Who did it. */
    by: z.string(),
    /** Whom or what it was done to, as people read it. */
    target: z.string(),
    reason: z.string(),
    at: z.iso.datetime(),
    /** When it was undone; null: it stands. */
    undoneAt: z.iso.datetime().nullable(),
    /** Whether `chat:undo` can undo it. */
    undoable: z.boolean(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof AuditEntry>;

export const AuditPage = z
  .object({ entries: z.array(AuditEntry), more: z.boolean() })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.output<typeof AuditPage>;

/** The newest entries, or those before one. */
export const ChatAudit = z.strictObject({
  channel: ChannelName,
  beforeId: z.uuid().optional(),
  limit: z.int().min(1).max(CHAT_PAGE).default(50),
});
export type ChatAudit = z.output<typeof ChatAudit>;

export const ChatSearch = z.strictObject({
  channel: ChannelName,
  /** Part of a text, in any case. */
  query: z
    .string()
    .trim()
    .min(SEARCH_MIN, `at least ${SEARCH_MIN} characters`)
    .max(SEARCH_MAX, `at most ${SEARCH_MAX} characters`)
    .optional(),
  /** Whose messages: a name as in other requests. */
  name: Name.optional(),
  /** From a reply, to look further back. */
  beforeSeq: Seq.optional(),
});
export type ChatSearch = z.output<typeof ChatSearch>;

/** What was found of a stretch of messages, the newest first. */
export const ChatFound = z.object({
  messages: z.array(ChatMessage),
  /** Ask again with it as `beforeSeq` to look further back; null: that was all. */
  nextBeforeSeq: Seq.nullable(),
});
export type ChatFound = z.output<typeof ChatFound>;

/** Somebody who is in the chat now. */
export const ChatViewer = z.object({
  name: z.string(),
  displayName: z.string().optional(),
  role: ChatMessage.shape.role,
  /** Can't write now, by a ban or a time-out. */
  banned: z.boolean(),
});
export type ChatViewer = z.output<typeof ChatViewer>;

export const ChatViewers = z.object({
  /** People; one with several connections is one. */
  accounts: z.int().nonnegative(),
  guests: z.int().nonnegative(),
  /** Owner, moderators, other accounts, guests who wrote lately; in each by name. */
  viewers: z.array(ChatViewer),
  /** True when there are more than a list names. */
  more: z.boolean(),
});
export type ChatViewers = z.output<typeof ChatViewers>;

export const ChatCommand = z.strictObject({
  channel: ChannelName,
  /** With the slash: `/timeout milo 60 spam`. */
  text: z.string().trim().startsWith('/').max(CHAT_TEXT_MAX),
});

/** What was done, for who asked for it. */
export const ChatCommandDone = z.object({ message: z.string() });
export type ChatCommandDone = z.output<typeof ChatCommandDone>;

/** An account that moderates a channel. */
export const ModeratorView = z
  .object({ username: z.string(), displayName: z.string(), since: z.iso.datetime() })
  .meta({ id: 'Moderator' });
export type ModeratorView = z.output<typeof ModeratorView>;

/** A channel's moderators, by name. */
export const ModeratorList = z.array(ModeratorView).meta({ id: 'ModeratorList' });
export type ModeratorList = z.output<typeof ModeratorList>;

/** Which part of the audit log: query parameters. */
export const AuditQuery = z.object({
  /** The last id that one has. */
  before: z.uuid().optional(),
  limit: z.coerce.number('a whole number').int().min(1).max(CHAT_PAGE).default(50),
});
export type AuditQuery = z.output<typeof AuditQuery>;

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

const Name = z.string().trim().min(1, 'enter a name').max(60);
const Reason = z.string().trim().max(REASON_MAX, `at most ${REASON_MAX} characters`).default('');

const onePerson = ({ seq, name }: { seq?: number | undefined; name?: string | undefined }) =>
  (seq === undefined) !== (name === undefined);
const ONE_PERSON = { error: 'specify either seq or name', path: ['name'] };

/**
 * The target of an action: the author of a message, or the person with the given name. A guest's
 * name refers to the last guest who used it. In names, `_` also stands for a space.
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

/** Identifies the ban by its id, or by the name of the banned person. */
export const ChatUnban = z
  .strictObject({ channel: ChannelName, banId: z.uuid().optional(), name: Name.optional() })
  .refine(({ banId, name }) => (banId === undefined) !== (name === undefined), {
    error: 'specify either banId or name',
    path: ['name'],
  });
export type ChatUnban = z.output<typeof ChatUnban>;

/** A ban, or a time-out, which is a ban that expires. */
export const ChatBanView = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(['member', 'guest']),
  createdAt: z.iso.datetime(),
  /** The time at which the ban ends; null if it is permanent. */
  expiresAt: z.iso.datetime().nullable(),
  reason: z.string(),
});
export type ChatBanView = z.output<typeof ChatBanView>;

export const ChatPin = z.strictObject({
  channel: ChannelName,
  /** The message to pin; null to unpin the current one. */
  seq: Seq.nullable(),
});

/** A message awaiting a moderator's approval. */
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
  /** Whether to publish the message now; otherwise it is discarded. */
  approve: z.boolean(),
});

/** Actions recorded in the audit log. */
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
    /** The acting moderator. */
    by: z.string(),
    /** The target, as human-readable text. */
    target: z.string(),
    reason: z.string(),
    at: z.iso.datetime(),
    /** The time at which the action was undone; null if it wasn't. */
    undoneAt: z.iso.datetime().nullable(),
    /** Whether `chat:undo` can undo the action. */
    undoable: z.boolean(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.output<typeof AuditEntry>;

export const AuditPage = z
  .object({ entries: z.array(AuditEntry), more: z.boolean() })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.output<typeof AuditPage>;

/** Requests the newest entries, or those before a given one. */
export const ChatAudit = z.strictObject({
  channel: ChannelName,
  beforeId: z.uuid().optional(),
  limit: z.int().min(1).max(CHAT_PAGE).default(50),
});
export type ChatAudit = z.output<typeof ChatAudit>;

export const ChatSearch = z.strictObject({
  channel: ChannelName,
  /** A part of the text, case-insensitive. */
  query: z
    .string()
    .trim()
    .min(SEARCH_MIN, `at least ${SEARCH_MIN} characters`)
    .max(SEARCH_MAX, `at most ${SEARCH_MAX} characters`)
    .optional(),
  /** The author's name, in the same form as in other requests. */
  name: Name.optional(),
  /** The `nextBeforeSeq` from a previous reply, to search further back. */
  beforeSeq: Seq.optional(),
});
export type ChatSearch = z.output<typeof ChatSearch>;

/** Matches in a range of messages, newest first. */
export const ChatFound = z.object({
  messages: z.array(ChatMessage),
  /**
   * The value to pass as `beforeSeq` to search further back; null if there are no earlier messages.
   */
  nextBeforeSeq: Seq.nullable(),
});
export type ChatFound = z.output<typeof ChatFound>;

/** A current participant of the chat. */
export const ChatViewer = z.object({
  name: z.string(),
  displayName: z.string().optional(),
  role: ChatMessage.shape.role,
  /** Whether the person is currently banned or timed out. */
  banned: z.boolean(),
});
export type ChatViewer = z.output<typeof ChatViewer>;

export const ChatViewers = z.object({
  /** The number of people with an account. A person with several connections counts once. */
  accounts: z.int().nonnegative(),
  guests: z.int().nonnegative(),
  /**
   * The owner, then the moderators, then other accounts, then guests who chatted recently; each
   * group is sorted by name.
   */
  viewers: z.array(ChatViewer),
  /** True if the list is truncated. */
  more: z.boolean(),
});
export type ChatViewers = z.output<typeof ChatViewers>;

export const ChatCommand = z.strictObject({
  channel: ChannelName,
  /** The command including the slash, such as `/timeout milo 60 spam`. */
  text: z.string().trim().startsWith('/').max(CHAT_TEXT_MAX),
});

/** A description of the result, for the caller. */
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

/** The query parameters for a page of the audit log. */
export const AuditQuery = z.object({
  /** The id of the last entry that the caller has. */
  before: z.uuid().optional(),
  limit: z.coerce.number('a whole number').int().min(1).max(CHAT_PAGE).default(50),
});
export type AuditQuery = z.output<typeof AuditQuery>;

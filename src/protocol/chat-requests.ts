import { z } from 'zod';
import { ChannelName } from './channel.js';
import {
  AuditEntry,
  AuditPage,
  ChatAudit,
  ChatBan,
  ChatBanView,
  ChatCommand,
  ChatCommandDone,
  ChatFound,
  ChatJudge,
  ChatMessageTarget,
  ChatPerson,
  ChatPin,
  ChatSearch,
  ChatTimeout,
  ChatUnban,
  ChatViewers,
  HeldMessageView,
} from './chat-moderation.js';
import { ChatRules, ChatSettings, ChatSettingsChange } from './chat-rules.js';
import {
  ChatFloat,
  ChatHistory,
  ChatJoin,
  ChatJoined,
  ChatMe,
  ChatMessage,
  ChatPage,
  ChatReact,
  ChatSend,
  ChatSent,
  Seq,
} from './chat.js';
import { Nothing } from './signaling.js';

const OneChannel = z.strictObject({ channel: ChannelName });

/** Requests for the owner and moderators; everyone else gets `forbidden`. */
const moderationRequests = {
  'chat:delete': { payload: ChatMessageTarget, data: Nothing },
  'chat:restore': { payload: ChatMessageTarget, data: Nothing },
  'chat:clear': { payload: ChatPerson, data: z.object({ deleted: z.int().nonnegative() }) },
  'chat:timeout': { payload: ChatTimeout, data: ChatBanView },
  'chat:ban': { payload: ChatBan, data: ChatBanView },
  'chat:unban': { payload: ChatUnban, data: Nothing },
  'chat:bans': { payload: OneChannel, data: z.object({ bans: z.array(ChatBanView) }) },
  'chat:pin': { payload: ChatPin, data: Nothing },
  'chat:settings': { payload: OneChannel, data: ChatSettings },
  'chat:change-settings': { payload: ChatSettingsChange, data: ChatSettings },
  'chat:held': { payload: OneChannel, data: z.object({ held: z.array(HeldMessageView) }) },
  'chat:judge': { payload: ChatJudge, data: z.object({ seq: Seq }) },
  'chat:audit': { payload: ChatAudit, data: AuditPage },
  'chat:undo': {
    payload: z.strictObject({ channel: ChannelName, entryId: z.uuid() }),
    data: AuditEntry,
  },
  'chat:search': { payload: ChatSearch, data: ChatFound },
  'chat:viewers': { payload: OneChannel, data: ChatViewers },
} as const;

/** The chat requests: for each event name, the payload and the `data` of the reply. */
export const chatRequests = {
  'chat:join': { payload: ChatJoin, data: ChatJoined },
  'chat:leave': { payload: OneChannel, data: Nothing },
  'chat:send': { payload: ChatSend, data: ChatSent },
  'chat:history': { payload: ChatHistory, data: ChatPage },
  'chat:react': { payload: ChatReact, data: Nothing },
  'chat:float': { payload: ChatFloat, data: Nothing },
  'chat:command': { payload: ChatCommand, data: ChatCommandDone },
  ...moderationRequests,
} as const;

const Judged = z.object({
  channel: ChannelName,
  nonce: z.uuid(),
  approved: z.boolean(),
  /** The seq of the message; 0 if it was rejected. */
  seq: Seq,
});

/** Events sent to everyone in a chat, unless noted otherwise. */
export const chatEvents = {
  /** All messages of one update, ordered by seq. */
  'chat:messages': z.object({ channel: ChannelName, messages: z.array(ChatMessage) }),
  'chat:deleted': z.object({ channel: ChannelName, seqs: z.array(Seq) }),
  /** Messages that were restored and must be shown again at their original positions. */
  'chat:restored': z.object({ channel: ChannelName, messages: z.array(ChatMessage) }),
  /**
   * The server lost messages that it had sent, or can't determine what changed. The client must
   * join again, without `afterSeq`.
   */
  'chat:reset': z.object({ channel: ChannelName }),
  'chat:pinned': z.object({ channel: ChannelName, message: ChatMessage.nullable() }),
  'chat:rules': z.object({ channel: ChannelName, rules: ChatRules }),
  /**
   * The reaction counts that changed within about 200 ms; a count of 0 means that none are left.
   */
  'chat:reactions': z.object({
    channel: ChannelName,
    changes: z.array(z.object({ seq: Seq, emoji: z.string(), count: z.int().nonnegative() })),
  }),
  /** The floating emoji sent within about 200 ms. */
  'chat:floats': z.object({
    channel: ChannelName,
    floats: z.array(z.object({ emoji: z.string(), count: z.int().positive() })),
  }),
  /**
   * Sent to a person who was banned, timed out, allowed to chat again, appointed or dismissed, or
   * who followed or unfollowed the channel. Also sent to guests when they gain or lose permission
   * to chat.
   */
  'chat:me': z.object({ channel: ChannelName, me: ChatMe, reason: z.string() }),
  /** Sent to the sender of a held message. */
  'chat:judged': Judged,
  /** Sent to moderators when a message awaits approval. */
  'chat:held-added': z.object({ channel: ChannelName, held: HeldMessageView }),
  /** Sent to moderators when the message no longer awaits approval. */
  'chat:held-removed': z.object({ channel: ChannelName, heldId: z.uuid(), approved: z.boolean() }),
  /**
   * Sent to moderators when an action was taken or undone. If it was undone, the entry has
   * `undoneAt`.
   */
  'chat:audited': z.object({ channel: ChannelName, entry: AuditEntry }),
} as const;

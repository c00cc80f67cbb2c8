import { z } from 'zod';
import { ChannelName } from './channel.js';
import {
  BLOCKED_WORD_MAX,
  BLOCKED_WORDS_MAX,
  FOLLOW_AGE_MAX_MIN,
  SLOW_MODE_MAX_S,
} from './limits.js';

/**
 * Rules for everyone in a chat except the owner and moderators. The rules are visible to everyone.
 */
export const ChatRules = z
  .object({
    /**
     * The minimum number of seconds between two messages from one author; 0 if slow mode is off.
     */
    slowModeS: z.int().min(0).max(SLOW_MODE_MAX_S),
    /** Whether only accounts can chat, but not guests. */
    registeredOnly: z.boolean(),
    /** The minimum age of an author's follow, in minutes; null if no follow is required. */
    followersOnlyMin: z.int().min(0).max(FOLLOW_AGE_MAX_MIN).nullable(),
    emojiOnly: z.boolean(),
    /** Whether to hold messages with links for approval. */
    holdLinks: z.boolean(),
    /** Whether to hold an author's messages for approval until one of them has been published. */
    holdFirst: z.boolean(),
  })
  .meta({ id: 'ChatRules' });
export type ChatRules = z.output<typeof ChatRules>;

/** A blocked word or phrase. With a `*` at its beginning or end, it also matches longer words. */
export const BlockedWord = z
  .string()
  .trim()
  .min(1, 'enter a word')
  .max(BLOCKED_WORD_MAX, `at most ${BLOCKED_WORD_MAX} characters`);

/** The rules, including the parts that only moderators see. */
export const ChatSettings = z
  .object({ rules: ChatRules, blockedWords: z.array(z.string()) })
  .meta({ id: 'ChatSettings' });
export type ChatSettings = z.output<typeof ChatSettings>;

/** Changes settings; omitted fields remain unchanged. */
export const ChatSettingsChange = z.strictObject({
  channel: ChannelName,
  rules: z.strictObject(ChatRules.shape).partial().optional(),
  /** The complete list, which replaces the current one. */
  blockedWords: z
    .array(BlockedWord)
    .max(BLOCKED_WORDS_MAX, `at most ${BLOCKED_WORDS_MAX} words`)
    .optional(),
});
export type ChatSettingsChange = z.output<typeof ChatSettingsChange>;

import { z } from 'zod';
import { ChannelName } from './channel.js';
import {
  BLOCKED_WORD_MAX,
  BLOCKED_WORDS_MAX,
  FOLLOW_AGE_MAX_MIN,
  SLOW_MODE_MAX_S,
} from './limits.js';

/** What holds for everybody who writes in a chat but its owner and moderators. Everybody may know it. */
export const ChatRules = z
  .object({
    /** Seconds between two messages of one sender; 0: off. */
    slowModeS: z.int().min(0).max(SLOW_MODE_MAX_S),
    /** No guests. */
    registeredOnly: z.boolean(),
    /** How long one must follow the channel to write, minutes; null: nobody must. */
    followersOnlyMin: z.int().min(0).max(FOLLOW_AGE_MAX_MIN).nullable(),
    emojiOnly: z.boolean(),
    /** Messages with links wait for a moderator. */
    holdLinks: z.boolean(),
    /** The first messages of a sender wait for a moderator. */
    holdFirst: z.boolean(),
  })
  .meta({ id: 'ChatRules' });
export type ChatRules = z.output<typeof ChatRules>;

/** A blocked word or phrase; `*` at an end: also as a part of longer words. */
export const BlockedWord = z
  .string()
  .trim()
  .min(1, 'type a word')
  .max(BLOCKED_WORD_MAX, `at most ${BLOCKED_WORD_MAX} characters`);

/** The rules with what only moderators see of them. */
export const ChatSettings = z
  .object({ rules: ChatRules, blockedWords: z.array(z.string()) })
  .meta({ id: 'ChatSettings' });
export type ChatSettings = z.output<typeof ChatSettings>;

/** What is left out stays as it is. */
export const ChatSettingsChange = z.strictObject({
  channel: ChannelName,
  rules: z.strictObject(ChatRules.shape).partial().optional(),
  /** The whole list. */
  blockedWords: z
    .array(BlockedWord)
    .max(BLOCKED_WORDS_MAX, `at most ${BLOCKED_WORDS_MAX} words`)
    .optional(),
});
export type ChatSettingsChange = z.output<typeof ChatSettingsChange>;

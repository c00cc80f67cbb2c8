import { z } from 'zod';
import { ChannelName } from './channel.js';
import {
  BLOCKED_WORD_MAX,
  BLOCKED_WORDS_MAX,
  FOLLOW_AGE_MAX_MIN,
  SLOW_MODE_MAX_S,
} from './limits.js';

/** Rules for everybody who writes in a chat except its owner and moderators. Public. */
export const ChatRules = z
  .object({
    /** Seconds between two messages of one author; 0: off. */
    slowModeS: z.int().min(0).max(SLOW_MODE_MAX_S),
    /** Guests cannot write. */
    registeredOnly: z.boolean(),
    /** How long one must have followed the channel to write, in minutes; null: not required. */
    followersOnlyMin: z.int().min(0).max(FOLLOW_AGE_MAX_MIN).nullable(),
    emojiOnly: z.boolean(),
    /** Holds messages with links for approval. */
    holdLinks: z.boolean(),
    /** Holds the first messages of an author for approval. */
    holdFirst: z.boolean(),
  })
  .meta({ id: 'ChatRules' });
export type ChatRules = z.output<typeof ChatRules>;

/** A blocked word or phrase; `*` at an end also matches longer words. */
export const BlockedWord = z
  .string()
  .trim()
  .min(1, 'type a word')
  .max(BLOCKED_WORD_MAX, `at most ${BLOCKED_WORD_MAX} characters`);

/** The rules, including the parts that only moderators see. */
export const ChatSettings = z
  .object({ rules: ChatRules, blockedWords: z.array(z.string()) })
  .meta({ id: 'ChatSettings' });
export type ChatSettings = z.output<typeof ChatSettings>;

/** Omitted fields stay unchanged. */
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

import type { ChatRules, ChatSettings } from '../../protocol/chat-rules.js';
import { WordFilter } from '../filter/word-filter.js';

/** A channel's rules in memory, prepared for fast checks of messages. */
export class RoomRules {
  readonly rules: ChatRules;
  readonly blockedWords: readonly string[];
  readonly #filter: WordFilter | null;

  constructor({ rules, blockedWords }: ChatSettings) {
    this.rules = rules;
    this.blockedWords = blockedWords;
    this.#filter = blockedWords.length === 0 ? null : new WordFilter(blockedWords);
  }

  get settings(): ChatSettings {
    return { rules: this.rules, blockedWords: [...this.blockedWords] };
  }

  /** Returns true if the text contains a blocked word. */
  blocks(text: string): boolean {
    return this.#filter?.blocks(text) ?? false;
  }
}

/** The settings of a new channel. */
export const NO_RULES: ChatSettings = {
  rules: {
    slowModeS: 0,
    registeredOnly: false,
    followersOnlyMin: null,
    emojiOnly: false,
    holdLinks: false,
    holdFirst: false,
  },
  blockedWords: [],
};

import type { Visibility } from '../../../src/protocol/access.js';

/** Who may watch, in a word or two. */
export const VISIBILITY_WORDS: Readonly<Record<Visibility, string>> = {
  public: 'Everybody',
  unlisted: 'Unlisted',
  password: 'With password',
  private: 'Private',
};

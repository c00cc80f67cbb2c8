import type { Visibility } from '../../../src/protocol/access.js';

/** A short label for each visibility. */
export const VISIBILITY_WORDS: Readonly<Record<Visibility, string>> = {
  public: 'Everyone',
  unlisted: 'Unlisted',
  password: 'Password',
  private: 'Private',
};

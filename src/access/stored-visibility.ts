import type { Visibility } from '../protocol/access.js';

/** Maps visibilities to their names in the database. */
export const TO_STORED = {
  public: 'PUBLIC',
  unlisted: 'UNLISTED',
  password: 'PASSWORD',
  private: 'PRIVATE',
} as const satisfies Record<Visibility, string>;

/** The inverse of {@link TO_STORED}. */
export const FROM_STORED = {
  PUBLIC: 'public',
  UNLISTED: 'unlisted',
  PASSWORD: 'password',
  PRIVATE: 'private',
} as const satisfies Record<(typeof TO_STORED)[Visibility], Visibility>;

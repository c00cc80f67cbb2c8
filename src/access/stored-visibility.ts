import type { Visibility } from '../protocol/access.js';

/** What the database calls visibilities. */
export const TO_STORED = {
  public: 'PUBLIC',
  unlisted: 'UNLISTED',
  password: 'PASSWORD',
  private: 'PRIVATE',
} as const satisfies Record<Visibility, string>;

/** The other way round. */
export const FROM_STORED = {
  PUBLIC: 'public',
  UNLISTED: 'unlisted',
  PASSWORD: 'password',
  PRIVATE: 'private',
} as const satisfies Record<(typeof TO_STORED)[Visibility], Visibility>;

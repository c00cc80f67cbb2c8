import type { ChatRole } from '../../protocol/chat.js';

/** A role as stored in the database. */
export type StoredRole = Uppercase<ChatRole>;

export const TO_STORED_ROLE = {
  owner: 'OWNER',
  moderator: 'MODERATOR',
  member: 'MEMBER',
  guest: 'GUEST',
} as const satisfies Record<ChatRole, StoredRole>;

export const FROM_STORED_ROLE = {
  OWNER: 'owner',
  MODERATOR: 'moderator',
  MEMBER: 'member',
  GUEST: 'guest',
} as const satisfies Record<StoredRole, ChatRole>;

import type { ChatRole } from '../../../src/protocol/chat.js';

/** A person in a chat. */
export type Who = Readonly<{ name: string | null; role: ChatRole }>;

/**
 * Returns whether a person can time out or ban another. Only the owner and moderators can, and only
 * the owner can moderate moderators. No one can moderate the owner or themselves. The server makes
 * the final decision. This is a pure function.
 */
export function mayModerate(me: Who, other: Who): boolean {
  if (other.role === 'owner' || (other.name !== null && other.name === me.name)) return false;
  if (other.role === 'moderator') return me.role === 'owner';
  return me.role === 'owner' || me.role === 'moderator';
}

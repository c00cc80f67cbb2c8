import type { ChatRole } from '../../../src/protocol/chat.js';

/** Somebody in a chat. */
export type Who = Readonly<{ name: string | null; role: ChatRole }>;

/**
 * Whether somebody can time another one out, or ban them: nobody the owner, only the owner a
 * moderator, and nobody themselves. The server has the last word. Pure.
 */
export function mayModerate(me: Who, other: Who): boolean {
  if (other.role === 'owner' || (other.name !== null && other.name === me.name)) return false;
  if (other.role === 'moderator') return me.role === 'owner';
  return me.role === 'owner' || me.role === 'moderator';
}

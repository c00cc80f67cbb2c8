import type { Author } from './chat-message.js';

/** Returns the key that identifies the author of a reaction. */
export function reactorOf({ accountId, guestId }: Author): string {
  return accountId === null ? `g:${guestId}` : `a:${accountId}`;
}

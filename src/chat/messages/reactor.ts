import type { Author } from './chat-message.js';

/** How reactions name who gave them. */
export function reactorOf({ accountId, guestId }: Author): string {
  return accountId === null ? `g:${guestId}` : `a:${accountId}`;
}

import type { RequestError } from './request-error.js';

const CODES: ReadonlySet<string> = new Set([
  'bad_request',
  'banned',
  'blocked_word',
  'emoji_only',
  'followers_only',
  'guests_not_allowed',
  'message_not_found',
  'slow_mode',
  'timed_out',
]);

/**
 * Returns whether the chat currently rejects the message or its sender, in which case a retry alone
 * doesn't help.
 */
export function isRefusal({ code }: Pick<RequestError, 'code'>): boolean {
  return CODES.has(code);
}

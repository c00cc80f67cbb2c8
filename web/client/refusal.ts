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

/** Whether the chat does not take a message as it is, or not from its sender, or not now: trying again alone won't help. */
export function isRefusal({ code }: Pick<RequestError, 'code'>): boolean {
  return CODES.has(code);
}

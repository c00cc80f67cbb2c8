import type { SendError } from '../../client/chat.js';

/** What to say about the latest message, which has not gone through. */
export function sendNote({ error, retryAtMs }: SendError, nowMs: number): string {
  const secondsLeft = retryAtMs === null ? 0 : Math.ceil((retryAtMs - nowMs) / 1000);
  if (secondsLeft <= 0) return error.message;
  return error.code === 'rate_limited'
    ? `That was fast. Your message goes out in ${secondsLeft} s.`
    : `${error.message} Next try in ${secondsLeft} s.`;
}

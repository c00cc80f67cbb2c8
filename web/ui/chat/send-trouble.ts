import type { SendError } from '../../client/chat.js';

/** What to say about the latest message, which has not gone through. */
export function sendNote({ error, retryAtMs }: SendError, nowMs: number): string {
  const secondsLeft = retryAtMs === null ? 0 : Math.ceil((retryAtMs - nowMs) / 1000);
  if (secondsLeft <= 0) return error.message;
  if (error.code === 'rate_limited')
    return `That was fast. Your message goes out in ${secondsLeft} s.`;
  // It is not sent by itself: one may have something else to say by then.
  if (error.code === 'slow_mode') return `Slow mode: you can send this in ${secondsLeft} s.`;
  return `${error.message} Next try in ${secondsLeft} s.`;
}

import type { SendError } from '../../client/chat.js';

/** Explains why the latest message wasn't sent. */
export function sendNote({ error, retryAtMs }: SendError, nowMs: number): string {
  const secondsLeft = retryAtMs === null ? 0 : Math.ceil((retryAtMs - nowMs) / 1000);
  if (secondsLeft <= 0) return error.message;
  if (error.code === 'rate_limited')
    return `Too fast. Your message will be sent in ${secondsLeft} s.`;
  // The message isn't resent automatically, because by then the user may want to say something
  // else.
  if (error.code === 'slow_mode') return `Slow mode: you can send this in ${secondsLeft} s.`;
  return `${error.message} Retrying in ${secondsLeft} s.`;
}

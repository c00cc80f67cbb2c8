import type { SendError } from '../../client/chat.js';

/** What to say about the latest message that has not gone through, or undefined. */
export function sendNote(trouble: SendError | null, nowMs: number): string | undefined {
  if (!trouble) return undefined;
  const { error, retryAtMs } = trouble;
  // The line without connection says it already.
  if (error.code === 'offline') return undefined;
  const secondsLeft = retryAtMs === null ? 0 : Math.ceil((retryAtMs - nowMs) / 1000);
  if (secondsLeft <= 0) return error.message;
  return error.code === 'rate_limited'
    ? `That was fast. Your message goes out in ${secondsLeft} s.`
    : `${error.message} Next try in ${secondsLeft} s.`;
}

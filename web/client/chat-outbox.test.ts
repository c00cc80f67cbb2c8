import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ChatOutbox } from './chat-outbox.js';
import { RequestError } from './request-error.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('keeps the order and loses nothing when somebody types on while sending too fast', async () => {
  const sent: string[] = [];
  let refusals = 2;
  const outbox = new ChatOutbox({
    isOnline: () => true,
    onError: () => {},
    send: async ({ text }) => {
      if (text === '2' && refusals > 0) {
        refusals -= 1;
        throw new RequestError('rate_limited', 'Too fast.', { retryAfterMs: 1_000 });
      }
      sent.push(text);
      return { seq: sent.length, sentAt: '2026-01-01T00:00:00.000Z' };
    },
  });
  for (const text of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
    outbox.add({ nonce: text, text, guestName: undefined, typedMs: 0 });
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(sent).toEqual(['1']);
  expect(refusals).toBe(1);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(sent).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ChatSent } from '../../src/protocol/chat.js';
import { ChatOutbox, type OutboxEntry } from './chat-outbox.js';
import { RequestError, type RequestErrorCode } from './request-error.js';

type Answer = ChatSent | RequestError;

/** A server that returns the given replies, one per message, and then accepts all messages. */
class FakeServer {
  readonly sent: OutboxEntry[] = [];
  readonly #answers: Answer[];
  online = true;

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  send = async (entry: OutboxEntry): Promise<ChatSent> => {
    this.sent.push(entry);
    const answer = this.#answers.shift() ?? sent(this.sent.length);
    if (answer instanceof RequestError) throw answer;
    return answer;
  };

  get nonces(): string[] {
    return this.sent.map(({ nonce }) => nonce);
  }
}

const sent = (seq: number): ChatSent => ({ seq, sentAt: '2026-01-01T00:00:00.000Z', held: false });
const error = (code: RequestErrorCode, retryAfterMs?: number) =>
  new RequestError(code, code, { retryAfterMs });
const typed = (nonce: string) => ({
  nonce,
  text: `text ${nonce}`,
  guestName: undefined,
  typedMs: 0,
});

function outboxOf(server: FakeServer) {
  const errors: string[] = [];
  const outbox = new ChatOutbox({
    send: server.send,
    isOnline: () => server.online,
    onError: ({ code }) => errors.push(code),
  });
  const states = () => outbox.entries.value.map(({ nonce, state }) => [nonce, state.name]);
  return { outbox, errors, states };
}

describe('ChatOutbox', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends messages one at a time, in the order they were typed', async () => {
    const server = new FakeServer();
    const { outbox, states } = outboxOf(server);
    for (const nonce of ['a', 'b', 'c']) outbox.add(typed(nonce));
    expect(server.nonces).toEqual(['a']);
    expect(states()).toEqual([
      ['a', 'pending'],
      ['b', 'pending'],
      ['c', 'pending'],
    ]);
    await vi.advanceTimersByTimeAsync(0);
    expect(server.nonces).toEqual(['a', 'b', 'c']);
    expect(states().map(([, state]) => state)).toEqual(['sent', 'sent', 'sent']);
  });

  it('waits as long as the server requests, then resends the message before the others', async () => {
    const server = new FakeServer(error('rate_limited', 700));
    const { outbox, errors } = outboxOf(server);
    outbox.add(typed('a'));
    outbox.add(typed('b'));
    await vi.advanceTimersByTimeAsync(699);
    expect(server.nonces).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.nonces).toEqual(['a', 'a', 'b']);
    expect(errors).toEqual(['rate_limited']);
  });

  it('keeps a permanently failed message until it is retried or discarded', async () => {
    const server = new FakeServer(error('guest_name_taken'), sent(1), error('banned'));
    const { outbox, states } = outboxOf(server);
    outbox.add(typed('a'));
    outbox.add(typed('b'));
    await vi.advanceTimersByTimeAsync(0);
    expect(states()).toEqual([
      ['a', 'failed'],
      ['b', 'sent'],
    ]);
    outbox.retry('a', 'Zoë');
    await vi.advanceTimersByTimeAsync(0);
    expect(server.sent.at(-1)).toMatchObject({ nonce: 'a', guestName: 'Zoë' });
    expect(outbox.discard('b')).toBeUndefined();
    expect(outbox.discard('a')).toBe('text a');
    expect(states()).toEqual([['b', 'sent']]);
  });

  it('gives up after five attempts with transient errors, and starts over on retry', async () => {
    const server = new FakeServer(...Array.from({ length: 5 }, () => error('unavailable', 10)));
    const { outbox, states } = outboxOf(server);
    outbox.add(typed('a'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.nonces).toHaveLength(5);
    expect(states()).toEqual([['a', 'failed']]);
    outbox.retry('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(states()).toEqual([['a', 'sent']]);
  });

  it('waits for the connection without counting attempts', async () => {
    const server = new FakeServer(error('offline'));
    const { outbox, states } = outboxOf(server);
    server.online = false;
    outbox.add(typed('a'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(server.nonces).toEqual([]);
    server.online = true;
    outbox.flush(); // fails at once
    await vi.advanceTimersByTimeAsync(600_000);
    expect(states()).toEqual([['a', 'pending']]);
    outbox.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(states()).toEqual([['a', 'sent']]);
  });

  it('removes messages that appeared in the chat, even if the reply was lost', async () => {
    const server = new FakeServer(sent(7), error('timeout'));
    const { outbox, errors, states } = outboxOf(server);
    outbox.add(typed('a'));
    await vi.advanceTimersByTimeAsync(0);
    outbox.arrived(new Set(), 6);
    expect(states()).toEqual([['a', 'sent']]);
    outbox.arrived(new Set(), 7);
    expect(states()).toEqual([]);
    outbox.add(typed('b'));
    outbox.arrived(new Set(['b']), 8);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.nonces).toEqual(['a', 'b']);
    expect(errors).toEqual([]);
  });

  it('keeps the order and loses nothing when a user keeps typing while rate-limited', async () => {
    const stored: string[] = [];
    let refusals = 2;
    const outbox = new ChatOutbox({
      isOnline: () => true,
      onError: () => {},
      send: async ({ text }) => {
        if (text === '2' && refusals > 0) {
          refusals -= 1;
          throw new RequestError('rate_limited', 'Too fast.', { retryAfterMs: 1_000 });
        }
        stored.push(text);
        return { seq: stored.length, sentAt: '2026-01-01T00:00:00.000Z', held: false };
      },
    });
    for (const text of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
      outbox.add({ nonce: text, text, guestName: undefined, typedMs: 0 });
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(stored).toEqual(['1']);
    expect(refusals).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(stored).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });
});

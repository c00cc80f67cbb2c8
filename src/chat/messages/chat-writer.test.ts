import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewMessage, StoredMessage } from './chat-message.js';
import { ChatWriter } from './chat-writer.js';

const AT = new Date('2026-01-01T00:00:00.000Z');

/** A fake database that numbers messages per channel, recognizes nonces, and fails on demand. */
class FakeStore {
  readonly batches: string[][] = [];
  readonly #rows = new Map<string, StoredMessage>();
  readonly #seqs = new Map<string, number>();
  fail: ((messages: readonly NewMessage[]) => Error | null) | null = null;
  gate: Promise<void> = Promise.resolve();

  store = async (messages: readonly NewMessage[]): Promise<StoredMessage[]> => {
    this.batches.push(messages.map(({ text }) => text));
    await this.gate;
    const error = this.fail?.(messages);
    if (error) throw error;
    return messages.map((message) => {
      const key = message.channelId + message.nonce;
      const seq = (this.#seqs.get(message.channelId) ?? 0) + 1;
      const row = this.#rows.get(key) ?? { ...message, seq, sentAt: AT, deletedAt: null };
      if (!this.#rows.has(key)) this.#seqs.set(message.channelId, seq);
      this.#rows.set(key, row);
      return row;
    });
  };
}

const message = (text: string, more: Partial<NewMessage> = {}): NewMessage => ({
  channelId: 'one',
  nonce: `nonce of ${text}`,
  broadcastId: null,
  accountId: 'ann',
  guestId: null,
  name: 'ann',
  displayName: '',
  role: 'member',
  replyToSeq: null,
  text,
  ...more,
});

describe('ChatWriter', () => {
  let store: FakeStore;
  let writer: ChatWriter;
  let reported: [string, number[]][];

  beforeEach(() => {
    vi.useFakeTimers();
    store = new FakeStore();
    writer = new ChatWriter({
      store: store.store,
      nowMs: () => AT.getTime(),
      log: pino({ level: 'silent' }),
    });
    reported = [];
    writer.events.on('committed', (id, messages) =>
      reported.push([id, messages.map(({ seq }) => seq)]),
    );
  });
  afterEach(() => void vi.useRealTimers());

  const settle = () => vi.advanceTimersByTimeAsync(100);
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'stored',
      (error: { code?: string }) => error.code,
    );

  it('stores messages that arrive within a few milliseconds in one commit, for all channels', async () => {
    const written = Promise.all([
      writer.write(message('a')),
      writer.write(message('b', { channelId: 'two' })),
      writer.write(message('c')),
    ]);
    await settle();
    expect((await written).map(({ seq }) => seq)).toEqual([1, 1, 2]);
    expect(store.batches).toEqual([['a', 'b', 'c']]);
    expect(reported).toEqual([
      ['one', [1, 2]],
      ['two', [1]],
    ]);
  });

  it('gathers messages for the next commit while one is running, and never runs two at once', async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const first = writer.write(message('a'));
    await settle();
    const others = Promise.all(['b', 'c', 'd'].map((text) => writer.write(message(text))));
    await settle();
    expect(store.batches).toEqual([['a']]);
    gate.resolve();
    await Promise.all([first, others]);
    expect(store.batches).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('reports a message before acknowledging it', async () => {
    const order: string[] = [];
    writer.events.on('committed', () => order.push('reported'));
    const acknowledged = writer.write(message('a')).then(() => order.push('acknowledged'));
    await settle();
    await acknowledged;
    expect(order).toEqual(['reported', 'acknowledged']);
  });

  it('returns the original seq of a repeated message, and rejects its nonce from another sender', async () => {
    const twice = [writer.write(message('a')), writer.write(message('a'))];
    const thief = code(writer.write(message('a', { accountId: 'bob' })));
    await settle();
    expect((await Promise.all(twice)).map(({ seq }) => seq)).toEqual([1, 1]);
    expect(await thief).toBe('bad_request');
    const again = writer.write(message('a'));
    await settle();
    expect((await again).seq).toBe(1);
  });

  it('rejects messages while the database is unreachable, and stores later ones', async () => {
    store.fail = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const lost = ['a', 'b'].map((text) => code(writer.write(message(text))));
    await settle();
    expect(await Promise.all(lost)).toEqual(['unavailable', 'unavailable']);
    expect(store.batches).toHaveLength(1);
    store.fail = null;
    const found = writer.write(message('a'));
    await settle();
    expect((await found).seq).toBe(1);
  });

  it('stores the other messages when the database rejects one', async () => {
    store.fail = (messages) =>
      messages.some(({ text }) => text === 'poison') ? new Error('invalid text') : null;
    const written = ['a', 'poison', 'b'].map((text) => code(writer.write(message(text))));
    await settle();
    expect(await Promise.all(written)).toEqual(['stored', undefined, 'stored']);
  });

  it('times out while the database hangs, and reports the message when the database recovers', async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const hanging = code(writer.write(message('a')));
    await vi.advanceTimersByTimeAsync(8_100);
    expect(await hanging).toBe('unavailable');
    gate.resolve();
    await settle();
    expect(reported).toEqual([['one', [1]]]);
    const again = writer.write(message('a'));
    await settle();
    expect((await again).seq).toBe(1);
  });

  it('rejects messages beyond the limit', async () => {
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const held = Array.from({ length: 5_000 }, (_, i) => writer.write(message(`message ${i}`)));
    expect(await code(writer.write(message('one more')))).toBe('unavailable');
    gate.resolve();
    await settle();
    expect((await Promise.all(held)).at(-1)?.seq).toBe(5_000);
    expect(writer.size).toBe(0);
    expect(Math.max(...store.batches.map((batch) => batch.length))).toBeLessThanOrEqual(500);
  });
});

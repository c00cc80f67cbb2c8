import { signal } from '@preact/signals-core';
import { describe, expect, it, vi } from 'vitest';
import type { ChatJoined, ChatMessage } from '../../src/protocol/chat.js';
import type { EventName, EventPayload } from '../../src/protocol/events.js';
import { type ChatConnection, ChatFeed } from './chat-feed.js';
import type { ConnectionStatus } from './connection.js';

const channel = 'room';

const message = (seq: number): ChatMessage => ({
  seq,
  nonce: `nonce ${seq}`,
  name: 'ann',
  role: 'member',
  text: `text ${seq}`,
  sentAt: '2026-01-01T00:00:00.000Z',
});

const joined = (more: Partial<ChatJoined>): ChatJoined => ({
  me: {
    role: 'guest',
    name: null,
    banned: false,
    bannedUntil: null,
    canWrite: true,
    followsSince: null,
  },
  rules: {
    slowModeS: 0,
    registeredOnly: false,
    followersOnlyMin: null,
    emojiOnly: false,
    holdLinks: false,
    holdFirst: false,
  },
  pinned: null,
  messages: [],
  lastSeq: 0,
  more: false,
  deletedSeqs: [],
  heldCount: null,
  ...more,
});

/** A server that replies when the test tells it to. */
class FakeServer {
  readonly requests: Readonly<{
    name: string;
    payload: object;
    answer: (data: unknown) => void;
  }>[] = [];
  readonly #listeners = new Map<string, (payload: never) => void>();
  #online: () => void = () => undefined;

  /** Cast, because the real connection's types depend on the event name. */
  readonly connection = {
    status: signal<ConnectionStatus>('online'),
    onOnline: (listener: () => void) => {
      this.#online = listener;
      return () => undefined;
    },
    on: (event: string, listener: (payload: never) => void) => {
      this.#listeners.set(event, listener);
      return () => undefined;
    },
    request: (name: string, payload: object) =>
      new Promise((answer) => void this.requests.push({ name, payload, answer })),
  } as unknown as ChatConnection;

  connect(): void {
    this.#online();
  }

  tell<N extends EventName>(event: N, payload: EventPayload<N>): void {
    this.#listeners.get(event)?.(payload as never);
  }

  /** Waits for the next request and answers it. */
  async answer(name: string, data: object): Promise<object> {
    await vi.waitUntil(() => this.requests.at(-1)?.name === name);
    const request = this.requests.pop();
    request?.answer(data);
    return request?.payload ?? {};
  }
}

function open(seesDeleted = false) {
  const shown: number[] = [];
  const server = new FakeServer();
  const feed = new ChatFeed({
    connection: server.connection,
    channel,
    seesDeleted: () => seesDeleted,
    onJoined: () => undefined,
    onShown: (fresh) => shown.push(...fresh.map(({ seq }) => seq)),
    onCaughtUp: () => undefined,
    onGone: () => undefined,
  });
  feed.open();
  server.connect();
  return { server, feed, shown };
}

describe('ChatFeed', () => {
  it.each([
    [true, 'text 1'],
    [false, ''],
  ])(
    'shows messages that were written and deleted during the join (for a moderator: %s)',
    async (sees, text) => {
      const { server, feed } = open(sees);
      server.tell('chat:messages', { channel, messages: [message(1), message(2)] });
      server.tell('chat:deleted', { channel, seqs: [1] });
      await server.answer('chat:join', joined({}));
      await expect.poll(() => feed.log.value.messages).toHaveLength(2);
      expect(feed.log.value.messages).toEqual([{ ...message(1), text, deleted: true }, message(2)]);
    },
  );

  it('reports a message only once if it is in the reply to the join and is announced too', async () => {
    const { server, feed, shown } = open();
    server.tell('chat:messages', { channel, messages: [message(2)] });
    await server.answer('chat:join', joined({ messages: [message(1), message(2)], lastSeq: 2 }));
    await expect.poll(() => feed.log.value.messages).toHaveLength(2);
    server.tell('chat:messages', { channel, messages: [message(2), message(3)] });
    expect(shown).toEqual([1, 2, 3]);
  });

  it('shows messages that were restored during the join', async () => {
    const { server, feed } = open();
    server.tell('chat:messages', { channel, messages: [message(1)] });
    server.tell('chat:deleted', { channel, seqs: [1] });
    server.tell('chat:restored', { channel, messages: [message(1)] });
    await server.answer('chat:join', joined({}));
    await expect.poll(() => feed.log.value.messages).toEqual([message(1)]);
  });

  it('fetches only restored messages again, one page at a time', async () => {
    const { server, feed } = open();
    const messages = Array.from({ length: 250 }, (_, i) => message(i + 1));
    await server.answer('chat:join', joined({ messages, lastSeq: 250 }));
    await expect.poll(() => feed.log.value.messages).toHaveLength(250);
    server.tell('chat:deleted', { channel, seqs: [2, 3, 50, 200] });
    server.connect();
    const asks = await server.answer('chat:join', joined({ lastSeq: 250, deletedSeqs: [3] }));
    expect(asks).toMatchObject({ afterSeq: 250 });
    expect(await server.answer('chat:history', { messages: messages.slice(1, 101) })).toMatchObject(
      { afterSeq: 1 },
    );
    expect(await server.answer('chat:history', { messages: messages.slice(199) })).toMatchObject({
      afterSeq: 199,
    });
    await expect.poll(() => feed.log.value.deletedSeqs).toEqual([3]);
    expect(feed.log.value.messages.filter(({ text }) => text === '')).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });
});

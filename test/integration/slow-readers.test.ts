import { randomUUID } from 'node:crypto';
import { connect, type Socket as TcpSocket } from 'node:net';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/chat/messages/chat-message.js';
import type { ChatRoom } from '../../src/chat/room/chat-room.js';
import { ChatRooms } from '../../src/chat/room/chat-rooms.js';
import { ChatGateway } from '../../src/chat/chat.gateway.js';
import { ChatRepository } from '../../src/chat/messages/chat.repository.js';
import type { OnairServer } from '../../src/common/gateway.js';
import { CHAT_PAGE, CHAT_TEXT_MAX } from '../../src/protocol/limits.js';
import { BACKLOG_MAX_BYTES } from '../../src/sockets/room-broadcaster.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { registerWithChannel } from '../support/people.js';
import { type ClientSocket, openSocket, request } from '../support/sockets.js';

const CHANNEL = 'crowded';
/** Three bytes a letter. */
const TEXT = '€'.repeat(CHAT_TEXT_MAX);
/** Told at once: 330 KB. */
const AT_ONCE = 200;
const FRAME_MAX_BYTES = AT_ONCE * 2_000;
const PAGE_MAX_BYTES = CHAT_PAGE * 2_000;
const POLL = { timeout: 30_000, interval: 20 };

/** The server's side of a connection, of which its types tell nothing. */
type ServerSide = {
  writeBuffer: { data: string }[];
  transport: { socket: { _socket: TcpSocket | null } };
};

/** A reader by hand, who is in the chat, asks what they like, and stops reading when they like. */
class Reader {
  readonly tcp: TcpSocket;
  readonly id: string;
  readonly #webSocket: WebSocket;

  private constructor(tcp: TcpSocket, webSocket: WebSocket, id: string) {
    this.tcp = tcp;
    this.#webSocket = webSocket;
    this.id = id;
  }

  static async in(url: string): Promise<Reader> {
    const { host, port } = new URL(url);
    const tcp = connect(Number(port), '127.0.0.1');
    const webSocket = new WebSocket(`ws://${host}/socket.io/?EIO=4&transport=websocket`, {
      createConnection: () => tcp,
    });
    webSocket.on('error', () => {});
    const { promise, resolve } = Promise.withResolvers<string>();
    let id = '';
    webSocket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text === '2') webSocket.send('3');
      else if (text.startsWith('0')) webSocket.send('40');
      else if (text.startsWith('40')) {
        ({ sid: id } = JSON.parse(text.slice(2)) as { sid: string });
        webSocket.send(`420["chat:join",{"channel":"${CHANNEL}"}]`);
      } else if (text.startsWith('430')) resolve(id);
    });
    return new Reader(tcp, webSocket, await promise);
  }

  askForHistory(): void {
    this.#webSocket.send(`421["chat:history",{"channel":"${CHANNEL}","afterSeq":0}]`);
    // As if the pings had been read.
    this.#webSocket.send('3');
  }
}

describe('who does not read', () => {
  let test: TestApp;
  let server: OnairServer;
  let room: ChatRoom;
  let stored: StoredMessage[];
  let stuck: Reader;
  let reader: ClientSocket;
  let told: number;
  let received: number[];

  beforeAll(async () => {
    test = await startTestApp();
    await registerWithChannel(test.url, CHANNEL);
    ({ server } = test.app.get<unknown, { server: OnairServer }>(ChatGateway));
    room = await test.app.get(ChatRooms).open(CHANNEL);
    const messages = Array.from({ length: CHAT_PAGE }, () => ({
      channelId: room.id,
      nonce: randomUUID(),
      broadcastId: null,
      accountId: null,
      guestId: 'guest',
      name: 'guest',
      displayName: '',
      role: 'guest' as const,
      text: TEXT,
      replyToSeq: null,
    }));
    stored = await test.app.get(ChatRepository).store(messages, new Date());
  });
  beforeEach(async () => {
    told = 0;
    received = [];
    stuck = await Reader.in(test.url);
    reader = await openSocket(test.url);
    await request(reader, 'chat:join', { channel: CHANNEL });
    reader.on('chat:messages', ({ messages }) => received.push(...messages.map(({ seq }) => seq)));
    stuck.tcp.pause();
  });
  afterEach(() => {
    stuck.tcp.destroy();
    reader.disconnect();
  });
  afterAll(() => test.close());

  /** What the server keeps for who doesn't read; null when it has let them go. */
  function keptBytes(): number | null {
    const socket = server.sockets.sockets.get(stuck.id);
    const conn = socket?.conn as unknown as ServerSide | undefined;
    const tcp = conn?.transport.socket._socket;
    if (!tcp || !conn) return null;
    const queued = conn.writeBuffer.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
    return tcp.writableLength + queued;
  }

  /** One tick's worth of messages for everybody; resolves when the one who reads has them. */
  async function tell(): Promise<void> {
    const messages = Array.from({ length: AT_ONCE }, (_, i) => ({
      ...stored[i % stored.length]!,
      seq: (told += 1),
    }));
    room.tell(messages);
    await expect.poll(() => received.length, POLL).toBe(told);
  }

  it('is cut, the server keeps little for them meanwhile, and others are told everything', async () => {
    let mostBytes = 0;
    for (let kept = keptBytes(); kept !== null; kept = keptBytes()) {
      mostBytes = Math.max(mostBytes, kept);
      expect(told).toBeLessThan(100 * AT_ONCE);
      await tell();
    }
    expect(mostBytes).toBeGreaterThan(0);
    expect(mostBytes).toBeLessThanOrEqual(BACKLOG_MAX_BYTES + FRAME_MAX_BYTES);
    await tell();
    expect(received).toEqual(Array.from({ length: told }, (_, i) => i + 1));
  });

  it('is cut as well when it is answers to their own requests that they don’t read, whatever they say', async () => {
    // As much as the kernel takes, and something more, but less than the bound.
    while (keptBytes() === 0) await tell();
    expect(keptBytes()).toBeLessThan(BACKLOG_MAX_BYTES);
    let mostBytes = 0;
    await expect
      .poll(
        () => {
          stuck.askForHistory();
          mostBytes = Math.max(mostBytes, keptBytes() ?? 0);
          return keptBytes();
        },
        { ...POLL, interval: 500 },
      )
      .toBe(null);
    expect(mostBytes).toBeLessThanOrEqual(BACKLOG_MAX_BYTES + 2 * PAGE_MAX_BYTES);
    await tell();
  });
});

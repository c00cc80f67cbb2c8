import { randomUUID } from 'node:crypto';
import { connect, type Socket as TcpSocket } from 'node:net';
import { WebSocket } from 'ws';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../src/chat/messages/chat-message.js';
import type { ChatRoom } from '../../src/chat/room/chat-room.js';
import { ChatRooms } from '../../src/chat/room/chat-rooms.js';
import { ChatGateway } from '../../src/chat/chat.gateway.js';
import { ChatRepository } from '../../src/chat/messages/chat.repository.js';
import type { OnairServer } from '../../src/common/gateway.js';
import { CHAT_PAGE, CHAT_TEXT_MAX } from '../../src/protocol/limits.js';
import { BACKLOG_MAX_BYTES } from '../../src/sockets/engine-connection.js';
import { registerWithChannel } from '../support/people.js';
import { type ClientSocket, openSocket, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

const CHANNEL = 'crowded';
/** Three bytes per character in UTF-8. */
const TEXT = '€'.repeat(CHAT_TEXT_MAX);
/** The number of messages sent in one tick, 330 KB in total. */
const AT_ONCE = 200;
const FRAME_MAX_BYTES = AT_ONCE * 2_000;
const PAGE_MAX_BYTES = CHAT_PAGE * 2_000;
const POLL = { timeout: 30_000, interval: 20 };

/** The server's side of a connection, which its types don't expose. */
type ServerSide = {
  writeBuffer: { data: string }[];
  transport: { socket: { _socket: TcpSocket | null } };
};

/** A raw client in the chat that sends any request and can stop reading. */
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
    // This answers a ping that the client hasn't read.
    this.#webSocket.send('3');
  }
}

describe('a client that does not read', () => {
  const test = useServer();
  let server: OnairServer;
  let room: ChatRoom;
  let stored: StoredMessage[];
  let stuck: Reader;
  let reader: ClientSocket;
  let sent: number;
  let received: number[];

  beforeAll(async () => {
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
    sent = 0;
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

  /**
   * Returns the number of bytes that the server buffers for the client, or null once it is
   * disconnected.
   */
  function keptBytes(): number | null {
    const socket = server.sockets.sockets.get(stuck.id);
    const conn = socket?.conn as unknown as ServerSide | undefined;
    const tcp = conn?.transport.socket._socket;
    if (!tcp || !conn) return null;
    const queued = conn.writeBuffer.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
    return tcp.writableLength + queued;
  }

  /**
   * Sends one tick's messages to everyone; resolves when the client that reads has received them.
   */
  async function tell(): Promise<void> {
    const messages = Array.from({ length: AT_ONCE }, (_, i) => ({
      ...stored[i % stored.length]!,
      seq: (sent += 1),
    }));
    room.send(messages);
    await expect.poll(() => received.length, POLL).toBe(sent);
  }

  it('is disconnected with little buffered, and others receive everything', async () => {
    let mostBytes = 0;
    for (let kept = keptBytes(); kept !== null; kept = keptBytes()) {
      mostBytes = Math.max(mostBytes, kept);
      expect(sent).toBeLessThan(100 * AT_ONCE);
      await tell();
    }
    expect(mostBytes).toBeGreaterThan(0);
    expect(mostBytes).toBeLessThanOrEqual(BACKLOG_MAX_BYTES + FRAME_MAX_BYTES);
    await tell();
    expect(received).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
  });

  it('is also disconnected if it does not read replies to its own requests', async () => {
    // The backlog exceeds the kernel's buffers, but not the limit.
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

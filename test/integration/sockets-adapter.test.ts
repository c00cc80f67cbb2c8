import { connect, type Socket as TcpSocket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { WebSocketServer } from '@nestjs/websockets';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NodeDrain } from '../../src/cluster/node-drain.js';
import { SOLO_CALLS } from '../../src/cluster/node-calls.js';
import { SoloCluster } from '../../src/cluster/solo-cluster.js';
import { readConfig } from '../../src/config/read-config.js';
import { systemClock } from '../../src/common/clock.js';
import { DomainError } from '../../src/common/domain-error.js';
import {
  OnairGateway,
  type OnairServer,
  type OnairSocket,
  OnRequest,
  Payload,
  RequestSocket,
} from '../../src/common/gateway.js';
import type { Identity } from '../../src/common/identity.js';
import { LOG } from '../../src/common/logger.js';
import { SerialQueue } from '../../src/common/serial-queue.js';
import { TypedEmitter } from '../../src/common/typed-emitter.js';
import type { RequestPayload } from '../../src/protocol/events.js';
import { SOCKET_PAYLOAD_MAX } from '../../src/protocol/limits.js';
import { ClientAddress } from '../../src/security/client-address.js';
import { ConnectionLimits } from '../../src/sockets/connection-limits.js';
import { sendShared, textFrame } from '../../src/sockets/engine-connection.js';
import { SocketAdapter } from '../../src/sockets/socket-adapter.js';
import {
  ask,
  type ClientSocket,
  disconnected,
  next,
  openSocket,
  refusal,
  request,
  sendRaw,
} from '../support/sockets.js';

const sessions = new TypedEmitter<{ ended: [sessionId: string] }>();
const logged: string[] = [];
const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });

@OnairGateway()
class TestGateway {
  @WebSocketServer() readonly server!: OnairServer;
  readonly #full = new SerialQueue(0);

  @OnRequest('clock:ping')
  ping(@Payload('clock:ping') _payload: RequestPayload<'clock:ping'>) {
    return { serverMs: 17 };
  }

  @OnRequest('viewer:leave')
  async leave(
    @Payload('viewer:leave') _payload: RequestPayload<'viewer:leave'>,
    @RequestSocket() socket: OnairSocket,
  ): Promise<void> {
    await socket.join('room');
  }

  @OnRequest('chat:leave')
  refuse(@Payload('chat:leave') payload: RequestPayload<'chat:leave'>): void {
    switch (payload.channel) {
      case 'not-mine':
        throw new DomainError('forbidden', 'this channel is not yours', { retryAfterMs: 5 });
      default:
        throw new Error('a secret of the server');
    }
  }

  @OnRequest('publisher:end')
  async full(@Payload('publisher:end') _payload: RequestPayload<'publisher:end'>): Promise<void> {
    await this.#full.run(() => undefined);
  }
}

@Module({
  providers: [TestGateway, { provide: LOG, useValue: log }],
})
class TestModule {}

describe('the socket layer', () => {
  let app: NestFastifyApplication;
  let url: string;
  let port: number;
  const open: ClientSocket[] = [];
  const left: string[] = [];

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(TestModule, new FastifyAdapter(), {
      logger: false,
    });
    app.useWebSocketAdapter(
      new SocketAdapter(app, {
        hashAddress: (address) => address,
        onSilence: () => undefined,
        onLeft: (socketId) => void left.push(socketId),
        authorizer: { admit: () => undefined, left: () => undefined, close: () => undefined },
        limits: new ConnectionLimits({
          clients: new ClientAddress({ hops: 0 }),
          factor: 10,
          clock: systemClock,
        }),
        bus: null,
        drain: new NodeDrain(new SoloCluster('test'), SOLO_CALLS, readConfig({}), log),
        publishes: () => false,
        clock: systemClock,
        log,
        access: {
          isAllowed: ({ headers }) => headers.origin !== 'https://evil.example',
          identify: async ({ headers }): Promise<Identity> => {
            if (headers.cookie === 'broken') throw new Error('the database is unavailable');
            return { account: null, sessionId: headers.cookie ?? null, guestId: 'guest' };
          },
          onSessionEnded: (listener) => sessions.on('ended', listener),
          checkSessions: async () => undefined,
        },
      }),
    );
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    port = Number(new URL(url).port);
  });

  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });

  afterAll(() => app.close());

  async function client(headers: Record<string, string> = {}): Promise<ClientSocket> {
    const socket = await openSocket(url, headers);
    open.push(socket);
    return socket;
  }

  it('replies with the method’s result, or an empty object for nothing', async () => {
    const socket = await client();
    expect(await ask(socket, 'clock:ping', {})).toEqual({ ok: true, data: { serverMs: 17 } });
    expect(await ask(socket, 'viewer:leave', {})).toEqual({ ok: true, data: {} });
  });

  it('replies with the code of a thrown error', async () => {
    const socket = await client();
    expect(await refusal(socket, 'chat:leave', { channel: 'not-mine' })).toEqual({
      code: 'forbidden',
      message: 'this channel is not yours',
      retryAfterMs: 5,
    });
  });

  it('hides an unexpected error but logs it', async () => {
    const socket = await client();
    logged.length = 0;
    const error = await refusal(socket, 'chat:leave', { channel: 'anything' });
    expect(error).toEqual({ code: 'internal', message: 'Something went wrong on the server.' });
    expect(logged.join()).toContain('a secret of the server');
  });

  it('replies "unavailable" when a queue is full', async () => {
    const socket = await client();
    expect(await refusal(socket, 'publisher:end', { channel: 'abc' })).toMatchObject({
      code: 'unavailable',
      retryAfterMs: 1_000,
    });
  });

  it('names the errors in a payload and never echoes it', async () => {
    const socket = await client();
    const error = await refusal(socket, 'chat:leave', { channel: 'NO!', token: 'sesame' });
    expect(error.code).toBe('bad_request');
    expect(error.issues).toContainEqual({ path: 'channel', message: 'not a channel name' });
    expect(JSON.stringify(error)).not.toContain('sesame');
    for (const wrong of [undefined, null, 7, 'text', [], [{}], { channel: {} }])
      expect(await refusal(socket, 'chat:leave', wrong)).toMatchObject({ code: 'bad_request' });
    expect(await refusal(socket, 'chat:leave')).toMatchObject({ code: 'bad_request' });
    expect(await refusal(socket, 'clock:ping', {}, {})).toMatchObject({ code: 'bad_request' });
  });

  it('replies to unknown events, including names of its own events and odd names', async () => {
    const socket = await client();
    for (const event of ['nothing', 'error', '__proto__', 'constructor', 'chat:messages', ''])
      expect(await refusal(socket, event, {})).toMatchObject({ code: 'unknown_event' });
    const refused = next(socket, 'connection:refused');
    sendRaw(socket, '2["nothing",{}]');
    expect(await refused).toMatchObject([{ error: { code: 'unknown_event' } }]);
  });

  it('is not affected by keys that target prototypes', async () => {
    const socket = await client();
    const keys = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    await ask(socket, 'clock:ping', JSON.parse(keys));
    await ask(socket, 'chat:leave', JSON.parse(`{"channel":${keys}}`));
    await ask(socket, 'chat:leave', JSON.parse(`{"channel":"abc","more":${keys}}`));
    expect('polluted' in {}).toBe(false);
    expect(await ask(socket, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  it('replies to a payload over 64 KB, and continues', async () => {
    const socket = await client();
    const text = 'x'.repeat(SOCKET_PAYLOAD_MAX);
    expect(await refusal(socket, 'clock:ping', { text })).toMatchObject({
      code: 'payload_too_large',
    });
    const wide = '€'.repeat(SOCKET_PAYLOAD_MAX / 3);
    expect(await refusal(socket, 'clock:ping', { wide })).toMatchObject({
      code: 'payload_too_large',
    });
    expect(await ask(socket, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  it('closes a connection that sends more than 256 KB at once', async () => {
    const socket = await client();
    const gone = disconnected(socket);
    socket.emit('clock:ping', { text: 'x'.repeat(5 * SOCKET_PAYLOAD_MAX) } as never, () => {});
    expect(await gone).toBe('transport close');
  });

  it('rejects binary data, with and without an acknowledgement', async () => {
    const socket = await client();
    expect(await refusal(socket, 'clock:ping', { bytes: Buffer.alloc(10) })).toMatchObject({
      code: 'bad_request',
      message: 'Binary data is not accepted.',
    });
    const refused = next(socket, 'connection:refused');
    sendRaw(socket, Buffer.alloc(10));
    expect(await refused).toMatchObject([{ error: { code: 'bad_request' } }]);
    expect(await ask(socket, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  it('replies to invalid Socket.IO packets, and continues', async () => {
    const socket = await client();
    for (const junk of ['2[', '2{"a":1}', '9', 'x', '2["connect"]', '251-["a"']) {
      const refused = next(socket, 'connection:refused');
      sendRaw(socket, junk);
      expect(await refused).toMatchObject([{ error: { code: 'bad_request' } }]);
    }
    expect(await ask(socket, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  it('asks a flooding socket to slow down, lets it continue if it does, and closes it if it does not', async () => {
    const socket = await client();
    const other = await client();
    const replies = await Promise.all(
      Array.from({ length: 300 }, () => ask(socket, 'clock:ping', {})),
    );
    expect(replies.filter((reply) => reply.ok).length).toBeGreaterThanOrEqual(190);
    const refused = replies.flatMap((reply) => (reply.ok ? [] : [reply.error]));
    expect(refused[0]).toMatchObject({ code: 'rate_limited' });
    await expect
      .poll(() => ask(socket, 'clock:ping', {}), { interval: refused[0]?.retryAfterMs ?? 0 })
      .toMatchObject({ ok: true });

    const gone = disconnected(socket);
    for (let i = 0; i < 1_000; i += 1) socket.emit('clock:ping', {}, () => {});
    expect(await gone).toMatch(/transport/);
    expect(await ask(other, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  it('rejects pages on other sites', async () => {
    await expect(client({ origin: 'https://evil.example' })).rejects.toThrow(/websocket error/);
  });

  it('does not connect a socket whose owner cannot be determined', async () => {
    await expect(client({ cookie: 'broken' })).rejects.toThrow('unavailable');
  });

  it('closes the sockets of an ended session, and no others', async () => {
    const [mine, other, guest] = [
      await client({ cookie: 'one' }),
      await client({ cookie: 'two' }),
      await client(),
    ];
    const gone = disconnected(mine);
    sessions.emit('ended', 'one');
    await gone;
    expect(await ask(other, 'clock:ping', {})).toMatchObject({ ok: true });
    expect(await ask(guest, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  it('serves no long polling and no client script', async () => {
    for (const path of ['/socket.io/?EIO=4&transport=polling', '/socket.io/socket.io.js'])
      expect((await fetch(url + path)).status).toBe(400);
  });

  it('sends messages to a room in order, whatever their length', async () => {
    const { server } = app.get(TestGateway);
    const clients = await Promise.all(Array.from({ length: 5 }, () => client()));
    await Promise.all(clients.map((socket) => request(socket, 'viewer:leave', {})));
    const lengths = [1, 60, 125, 126, 127, 1_000, 65_535, 65_536, 100_000];
    const got = clients.map((socket) => {
      const titles: string[] = [];
      socket.on('channel:state', ({ title }) => titles.push(title));
      return titles;
    });
    const titles = lengths.map((length) => 'é'.repeat(length / 2) + length);
    for (const title of titles)
      server.to('room').emit('channel:state', { channel: 'abc', title, broadcast: null });
    await expect.poll(() => got.map((list) => list.length)).toEqual(clients.map(() => 9));
    for (const list of got) expect(list).toEqual(titles);
  });

  it('disconnects a client that does not read, and nobody waits for it', async () => {
    const { server } = app.get(TestGateway);
    const reader = await client();
    await request(reader, 'viewer:leave', {});
    const stuck = await rawSocket(port);
    await expect.poll(() => server.sockets.adapter.rooms.get('room')?.size).toBe(2);
    stuck.pause();
    let received = 0;
    reader.on('channel:state', () => (received += 1));
    const title = 'x'.repeat(100_000);
    let sent = 0;
    await expect
      .poll(
        () => {
          for (let i = 0; i < 10; i += 1, sent += 1)
            server.to('room').emit('channel:state', { channel: 'abc', title, broadcast: null });
          return server.sockets.adapter.rooms.get('room')?.size;
        },
        { timeout: 30_000, interval: 20 },
      )
      .toBe(1);
    await expect.poll(() => received, { timeout: 30_000 }).toBe(sent);
    stuck.destroy();
  });

  it('sends pings, replies and messages to a room in the order in which they were written', async () => {
    const { server } = app.get(TestGateway);
    const socket = await client();
    await request(socket, 'viewer:leave', {});
    const got: string[] = [];
    socket.io.engine.on('packet', ({ type, data }) => got.push(type === 'ping' ? type : data));
    const sent: string[] = [];
    const connection = server.sockets.sockets.get(socket.id!)!.conn;
    // The first packet occupies the transport, so that the others have to wait in its queue.
    for (let i = 0; i < 50; i += 1) {
      connection.write(`2["queued",${i}]`);
      sendShared(connection, {
        type: 'message',
        data: `2["shared",${i}]`,
        frame: [textFrame(`42["shared",${i}]`)],
      });
      sendShared(connection, { type: 'ping', frame: [textFrame('2')] });
      sent.push(`2["queued",${i}]`, `2["shared",${i}]`, 'ping');
      if (i % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => got.filter((packet) => packet.includes('queued')).length).toBe(50);
    await expect.poll(() => got.at(-1)).toBe('ping');
    // One of the heartbeat's pings may be among them.
    expect(got.filter((packet) => packet !== 'ping')).toEqual(
      sent.filter((packet) => packet !== 'ping'),
    );
    const pings = got.filter((packet) => packet === 'ping').length;
    expect(pings).toBeGreaterThanOrEqual(50);
    expect(got.slice(0, 3)).toEqual(sent.slice(0, 3));
  });

  it('pings each client at the interval of the handshake, and keeps those that answer', async () => {
    const socket = await client();
    const times: number[] = [];
    socket.io.engine.on('ping', () => times.push(performance.now()));
    await expect.poll(() => times.length, { timeout: 60_000 }).toBe(6);
    // A connection that doesn't answer pings would have been closed after 8 s.
    expect(socket.connected).toBe(true);
    const intervals = times.slice(1).map((atMs, i) => atMs - times[i]!);
    expect(Math.min(...intervals.map(Math.round))).toBeGreaterThan(0);
    expect((times.at(-1)! - times[0]!) / 5).toBeGreaterThan(1_900);
  });

  it('handles each request with the socket that sent it, and reports when that one has left', async () => {
    const { server } = app.get(TestGateway);
    const [one, two] = [await client(), await client()];
    await request(two, 'viewer:leave', {});
    expect([...(server.sockets.adapter.rooms.get('room') ?? [])]).toEqual([two.id]);
    const ids = [one.id, two.id];
    for (const socket of [one, two]) socket.disconnect();
    await expect.poll(() => left.filter((id) => ids.includes(id))).toEqual(ids);
  });

  it('releases the request of a handshake while the connection is open', async () => {
    const { server } = app.get(TestGateway);
    const requests: WeakRef<object>[] = [];
    const note = (upgrade: object) => void requests.push(new WeakRef(upgrade));
    app.getHttpServer().on('upgrade', note);
    const socket = await client();
    app.getHttpServer().off('upgrade', note);
    expect(requests).toHaveLength(1);
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    await expect
      .poll(() => {
        collectGarbage();
        return requests[0]?.deref();
      })
      .toBe(undefined);
    expect(server.sockets.sockets.has(socket.id!)).toBe(true);
    expect(await ask(socket, 'clock:ping', {})).toMatchObject({ ok: true });
  });

  it('disconnects a client that answers no pings', async () => {
    const { server } = app.get(TestGateway);
    // It answers no pings, like a peer whose network or machine has failed.
    const silent = await rawSocket(port);
    await expect.poll(() => server.sockets.adapter.rooms.get('room')?.size).toBe(1);
    await expect
      .poll(() => server.sockets.adapter.rooms.get('room')?.size, { timeout: 30_000 })
      .toBe(undefined);
    silent.destroy();
  });
});

/** Opens a raw Socket.IO client in the room that never answers a ping. */
async function rawSocket(port: number): Promise<TcpSocket> {
  const tcp = connect(port, '127.0.0.1');
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
    createConnection: () => tcp,
  });
  webSocket.on('error', () => {});
  await new Promise<void>((resolve) => {
    webSocket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('0')) webSocket.send('40');
      if (text.startsWith('40')) webSocket.send('42["viewer:leave",{}]', () => resolve());
    });
  });
  return tcp;
}

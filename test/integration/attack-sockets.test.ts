import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { EVENTS } from '../support/access-table.js';
import { randomBytesOf, randomOf } from '../support/random.js';
import { api, register, registerWithChannel } from '../support/people.js';
import { type ClientSocket, openSocket, refusal, request, sendRaw } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

/** The number of frames per gateway, sent in bursts that a connection is allowed to send. */
const FRAMES = 10_000;
const PER_CONNECTION = 180;

const server = useServer();
const open: ClientSocket[] = [];
let cookie = '';

beforeAll(async () => {
  ({ cookie } = await registerWithChannel(server.url, 'tea'));
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.disconnect();
});

async function client(headers: Record<string, string> = {}): Promise<ClientSocket> {
  const socket = await openSocket(server.url, headers);
  open.push(socket);
  return socket;
}

const WORDS = [
  'channel',
  'text',
  'tea',
  'name',
  'seq',
  'afterSeq',
  'limit',
  'kind',
  'rtpCapabilities',
  'codecs',
  'transportId',
  'dtlsParameters',
  'fingerprints',
  'rtpParameters',
  'encodings',
  'consumerIds',
  'producerId',
  'layer',
  'jpeg',
  'offsetMs',
  'clientId',
  'length',
  'then',
  'toString',
  '',
  '\u202e',
];

class Garbage {
  readonly #random: () => number;
  readonly #events: readonly string[];

  constructor(seed: number, events: readonly string[]) {
    this.#random = randomOf(seed);
    this.#events = events;
  }

  frame(): string | Buffer {
    const kind = this.#random();
    if (kind < 0.05) return this.#bytes();
    if (kind < 0.15) return this.#text(60);
    const packet = `42${Math.floor(this.#random() * 1_000)}["${this.#pick(this.#events)}",${JSON.stringify(this.#value(0))}]`;
    return kind < 0.85 ? packet : this.#damaged(packet);
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }

  #bytes(): Buffer {
    return randomBytesOf(this.#random, 40);
  }

  #text(length: number): string {
    const codes = Array.from({ length }, () => Math.floor(this.#random() * 0x500));
    return String.fromCharCode(...codes);
  }

  #damaged(packet: string): string {
    const at = Math.floor(this.#random() * packet.length);
    const cut = packet.slice(0, at);
    return this.#random() < 0.5 ? cut : `${cut}${this.#text(1)}${packet.slice(at + 1)}`;
  }

  #value(depth: number): unknown {
    const kind = Math.floor(this.#random() * (depth > 3 ? 6 : 9));
    if (kind === 0) return null;
    if (kind === 1) return this.#random() < 0.5;
    if (kind === 2) return Math.floor((this.#random() - 0.3) * 10 ** (this.#random() * 17));
    if (kind === 3) return this.#text(Math.floor(this.#random() * 30));
    if (kind < 6) return this.#pick(WORDS);
    const size = Math.floor(this.#random() * 5);
    if (kind === 6) return Array.from({ length: size }, () => this.#value(depth + 1));
    // Usually the existing channel, because otherwise nothing passes the first check.
    const start = this.#random() < 0.8 ? { channel: 'tea' } : {};
    const entries = Array.from({ length: size }, () => [this.#pick(WORDS), this.#value(depth + 1)]);
    return { ...(Object.fromEntries(entries) as object), ...start };
  }
}

const gateways = {
  signaling: Object.keys(EVENTS).filter((event) => !event.startsWith('chat:')),
  chat: Object.keys(EVENTS).filter((event) => event.startsWith('chat:')),
};

describe.each(Object.entries(gateways))(
  '10,000 random frames to the %s gateway',
  (name, events) => {
    it.each(['a visitor', 'the owner'])('by %s cause no internal error', async (who) => {
      const garbage = new Garbage(name.length * 7 + who.length, events);
      const internal: unknown[] = [];
      for (let sent = 0; sent < FRAMES / 2; sent += PER_CONNECTION) {
        const socket = await client(who === 'the owner' ? { cookie } : {});
        socket.io.engine.on('data', (data: unknown) => {
          if (String(data).includes('"code":"internal"')) internal.push(data);
        });
        for (let count = 0; count < PER_CONNECTION; count += 1) {
          const frame = garbage.frame();
          if (typeof frame === 'string' && frame.startsWith('42')) sendRaw(socket, frame.slice(1));
          else sendRaw(socket, frame);
        }
        // Once it has answered or disconnected, it has processed all frames.
        const gone = once(socket as never, 'disconnect');
        await Promise.race([
          gone,
          socket
            .timeout(10_000)
            .emitWithAck('clock:ping', {})
            .catch(() => null),
        ]);
        socket.disconnect();
      }
      expect(internal).toEqual([]);
      const after = await client();
      expect(await request(after, 'clock:ping', {})).toMatchObject({
        serverMs: expect.any(Number),
      });
      const joined = await request(after, 'viewer:join', { channel: 'tea' });
      expect(joined.channel.name).toBe('tea');
    });
  },
);

describe('bytes that are not WebSocket frames', () => {
  it('close that connection and no other', async () => {
    const bystander = await client();
    const url = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const random = randomOf(17);
    for (let count = 0; count < 50; count += 1) {
      const socket = new WebSocket(url);
      socket.on('error', () => socket.terminate());
      await once(socket, 'open');
      const { _socket: tcp } = socket as unknown as { _socket: NodeJS.WritableStream };
      tcp.write(randomBytesOf(random, 300));
      socket.terminate();
    }
    expect(await request(bystander, 'clock:ping', {})).toMatchObject({
      serverMs: expect.any(Number),
    });
  });
});

describe('a socket packet', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each([
    ['two members of one name', '{"channel":"tea","channel":"tea"}'],
    ['a prototype', '{"channel":"tea","__proto__":{"isAdmin":true}}'],
    ['an escaped prototype', '{"channel":"tea","__pro\\u0074o__":{}}'],
    ['a constructor', '{"constructor":{"prototype":{}}}'],
    ['lists 25 deep', nested(25)],
    ['lists 30,000 deep', nested(30_000)],
    ['a NUL', '{"channel":"tea\\u0000"}'],
  ])('with %s is rejected, and the connection stays open', async (_what, payload) => {
    const socket = await client();
    const refused = once(socket.io.engine as never, 'data');
    sendRaw(socket, `27["viewer:join",${payload}]`);
    expect(String((await refused)[0])).toMatch(/^37\[\{"ok":false,"error":\{"code":"bad_request"/);
    expect('isAdmin' in {}).toBe(false);
    expect(await request(socket, 'clock:ping', {})).toMatchObject({});
  });
});

describe('a socket opened by a page on another site', () => {
  it.each([
    ['by its name', 'https://evil.example'],
    ['in a sandbox', 'null'],
    ['on another port', 'http://127.0.0.1:1'],
    ['under a similar name', 'http://127.0.0.1.evil.example'],
    ['from an extension', 'chrome-extension://abcdef'],
    ['without an address', '%%'],
  ])('is rejected: %s', async (_what, origin) => {
    await expect(client({ origin, cookie })).rejects.toThrow('websocket error');
  });

  it('is rejected over polling as well', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[]) {
      const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers });
      expect(answer.status).toBe(400);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('resources of another connection', () => {
  it('cannot be used: transports, broadcasts, channels', async () => {
    const eve = await register(server.url, 'eve');
    const owner = await client({ cookie });
    const { transport } = await request(owner, 'publisher:start', { channel: 'tea' });
    const attacker = await client({ cookie: eve.cookie });
    const transportId = transport.id;
    expect(await refusal(attacker, 'transport:restart-ice', { transportId })).toMatchObject({
      code: 'transport_not_found',
    });
    expect(await refusal(attacker, 'publisher:start', { channel: 'tea' })).toMatchObject({
      code: 'forbidden',
    });
    expect(await refusal(attacker, 'publisher:end', { channel: 'tea' })).toMatchObject({
      code: 'forbidden',
    });
    await expect(api(server.url, eve, 'PATCH', '/channels/tea', { title: 'mine' })).rejects.toThrow(
      'forbidden',
    );
    const { channel } = await request(attacker, 'viewer:join', { channel: 'tea' });
    expect(channel.title).toBe('');
    await request(owner, 'publisher:end', { channel: 'tea' });
  });
});

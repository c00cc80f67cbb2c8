import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import { ffmpegBin } from '../support/ffmpeg.js';
import { FfmpegRtmp, PLAIN_FILM } from '../support/ffmpeg-rtmp.js';
import { useServer } from '../support/fixtures/use-server.js';
import { freePort } from '../support/free-port.js';
import { api, createStreamKey, type Person, registerWithChannel } from '../support/people.js';

const LIMIT = { timeout: 60_000, interval: 100 };
const port = await freePort();
const server = useServer({ overrides: { GRACE_SECONDS: '30', RTMP_PORT: String(port) } });
let ann: Person;
let key = '';
const programs: FfmpegRtmp[] = [];
const sockets: Socket[] = [];

const broadcast = async (): Promise<BroadcastView | null> =>
  (await api<ChannelView>(server.url, null, 'GET', '/channels/ann')).broadcast;
const isIn = (state: BroadcastView['state']) =>
  vi.waitUntil(async () => (await broadcast())?.state === state, LIMIT);

/** Resolves when the server has lost one publisher and has another. */
const isTakenOver = async () => {
  await isIn('interrupted');
  await isIn('live');
};

const publish = (): FfmpegRtmp => {
  const program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/live/${key}`, PLAIN_FILM);
  programs.push(program);
  return program;
};

const dial = async (): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};

/** Resolves when the server has closed the connection. */
const closed = (socket: Socket) => vi.waitUntil(() => socket.destroyed, LIMIT);

beforeAll(async () => {
  ann = await registerWithChannel(server.url, 'ann');
  key = await createStreamKey(server.url, ann);
});
afterEach(async () => {
  for (const one of sockets.splice(0)) one.destroy();
  for (const one of programs.splice(0)) {
    one.thaw();
    await one.stop();
  }
});

describe('a connection to the RTMP port', () => {
  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a handshake and nonsense', `\u0003${'x'.repeat(3_072)}${'\u00ff'.repeat(100)}`],
  ])('is closed if it sends %s', async (_what, text) => {
    const socket = await dial();
    socket.resume();
    socket.write(Buffer.from(text, 'latin1'));
    await closed(socket);
    expect(socket.destroyed).toBe(true);
  });

  it('is closed if it never publishes', async () => {
    const socket = await dial();
    socket.resume();
    socket.write(Buffer.from([3]));
    const startedMs = performance.now();
    await closed(socket);
    expect(performance.now() - startedMs).toBeGreaterThan(5_000);
  });
});

describe.skipIf(ffmpegBin === '')('an encoder over RTMP', () => {
  it('resumes its broadcast after its connection was cut', async () => {
    const first = publish();
    await isIn('live');
    const { id } = (await broadcast()) ?? { id: '' };
    await first.kill();
    await isIn('interrupted');
    const second = publish();
    await isIn('live');
    expect((await broadcast())?.id).toBe(id);
    await second.stop();
    await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
  });

  it('is refused while another one publishes, and takes over once that one is silent', async () => {
    const first = publish();
    await isIn('live');
    const { id } = (await broadcast()) ?? { id: '' };
    const second = publish();
    expect(await second.ended()).not.toBe(0);
    expect(second.said).toMatch(/live from another/);
    expect(await broadcast()).toMatchObject({ id, state: 'live' });
    first.freeze();
    const third = publish();
    // The first publisher is frozen, so it can't learn that the second took its place.
    await isTakenOver();
    first.thaw();
    expect(await first.ended()).not.toBe(0);
    await isIn('live');
    expect(third.isRunning).toBe(true);
    expect(await broadcast()).toMatchObject({ id, state: 'live' });
    await third.stop();
    await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
  });

  it('is disconnected when the key is changed', async () => {
    const program = publish();
    await isIn('live');
    key = await createStreamKey(server.url, ann);
    expect(await program.ended()).not.toBe(0);
    await isIn('interrupted');
    const next = publish();
    await isIn('live');
    await next.stop();
    await vi.waitUntil(async () => (await broadcast()) === null, LIMIT);
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { H264 } from '../../test/support/h264-config.js';
import { OddRtmpServer } from '../../test/support/odd-rtmp-server.js';
import type { SampleKinds, SampleSource, TimedSample } from '../broadcast/ports/samples.js';
import { collectHeap } from '../common/collect-heap.js';
import type { Log } from '../common/logger.js';
import { readData } from '../media/rtmp/commands.js';
import { MESSAGE } from '../media/rtmp/rtmp-message.js';
import { RtmpPublication } from './rtmp-publication.js';
import { TargetSender } from './target-sender.js';

const KEY = 'live_secret';
const LIMIT = { timeout: 30_000, interval: 20 };

/** A broadcast that consists only of the pictures that the test sends. */
class Pictures implements SampleSource {
  kinds: SampleKinds = { video: true, audio: false, refused: null };
  #takers = new Set<(sample: TimedSample) => void>();
  #timeMs = 0;

  get takers(): number {
    return this.#takers.size;
  }

  take(taker: (sample: TimedSample) => void): () => void {
    this.#takers.add(taker);
    return () => void this.#takers.delete(taker);
  }

  send({ bytes = 10, config = H264, keyFrame = true } = {}): void {
    this.#timeMs += 40;
    const times = { timeMs: this.#timeMs, compositionMs: 0 };
    const data = new Uint8Array(bytes);
    for (const taker of this.#takers) taker({ kind: 'video', ...times, keyFrame, data, config });
  }
}

let server: OddRtmpServer;
let pictures: Pictures;
let sender: TargetSender;
let nowMs: number;
let logged: unknown[];

beforeEach(async () => {
  server = await OddRtmpServer.start();
  pictures = new Pictures();
  nowMs = 0;
  logged = [];
  const write = (...line: unknown[]): void => void logged.push(line);
  const log = { debug: write, info: write, warn: write, error: write } as unknown as Log;
  Object.assign(log, { child: () => log });
  sender = new TargetSender({
    host: '127.0.0.1',
    source: pictures,
    publish: async (signal) => {
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect', { signal });
      const url = `rtmp://127.0.0.1:${server.port}/live`;
      return new RtmpPublication({ socket, url, key: KEY });
    },
    clock: { nowMs: () => nowMs },
    random: () => 0.5,
    log,
  });
});

afterEach(() => {
  sender.close();
  server.close();
});

/** Sends pictures until the sender reaches this state. */
async function reaches(state: string): Promise<void> {
  await vi.waitUntil(() => {
    pictures.send();
    return sender.status.state === state;
  }, LIMIT);
}

/** The bytes of media that something still refers to, without garbage. */
function retainedBytes(): number {
  collectHeap();
  return process.memoryUsage().arrayBuffers;
}

const videos = () => server.media.filter(({ type }) => type === MESSAGE.video);

describe('a target’s sender', () => {
  it('waits for media, and then sends with the key', async () => {
    expect(sender.status).toMatchObject({ state: 'waiting', problem: null });
    await reaches('sending');
    await vi.waitUntil(() => (pictures.send(), videos().length > 2), LIMIT);
    expect(server.keys).toEqual([KEY]);
  });

  it('first announces which media will follow', async () => {
    await reaches('sending');
    await vi.waitUntil(() => server.media.length > 0, LIMIT);
    const data = readData(server.media[0]!);
    expect(data?.args).toContainEqual({ encoder: 'Onair', videocodecid: 7 });
  });

  it.each([
    ['refuse', 'key_refused'],
    ['close', 'key_refused'],
  ] as const)('retries when the server answers to %s', async (answer, problem) => {
    server.answer = answer;
    await reaches('retrying');
    expect(sender.status).toMatchObject({ problem, bitrateBps: null });
    expect(sender.status.reason).not.toContain(KEY);
    server.answer = 'accept';
    await reaches('sending');
    expect(logged.length).toBeGreaterThan(1);
    expect(JSON.stringify(logged)).not.toContain(KEY);
  });

  it('reconnects after the connection was cut', async () => {
    await reaches('sending');
    server.cut();
    await reaches('retrying');
    expect(sender.status.problem).toBe('closed');
    await reaches('sending');
    expect(server.keys).toHaveLength(2);
  });

  it('gives up a connection that doesn’t read, without retaining the unsent media', async () => {
    server.answer = 'accept and stop reading';
    await reaches('sending');
    const before = retainedBytes();
    // This is 300 MB in total, some of which the connection may accept.
    for (let count = 0; count < 300; count += 1) pictures.send({ bytes: 1_000_000 });
    expect(retainedBytes() - before).toBeLessThan(100_000_000);
    await vi.waitUntil(() => {
      nowMs += 500;
      return sender.status.state === 'retrying';
    }, LIMIT);
    expect(sender.status.problem).toBe('stalled');
  });

  it('reports which codec it can’t send, and continues with H.264', async () => {
    const vp9 = { ...H264, codec: 'vp9' } as const;
    pictures.send({ config: vp9 });
    expect(sender.status).toMatchObject({ state: 'unsupported', problem: 'codec' });
    await reaches('sending');
  });

  it('stops accepting media when it is closed', async () => {
    await reaches('sending');
    sender.close();
    sender.close();
    expect(pictures.takers).toBe(0);
  });
});

import { createWorker, type types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { KeyFrameOrder } from '../../src/sfu/key-frame-order.js';
import { LocalPipe } from '../../src/sfu/local-pipe.js';
import { mediaCodecs } from '../../src/sfu/media-codecs.js';
import { workerSettings } from '../../src/sfu/worker-settings.js';
import { DELTA, HandSentVideo, KEY } from '../support/hand-sent-video.js';
import { workerBin } from '../support/worker-bin.js';

const LIMIT = { timeout: 20_000, interval: 20 };

describe('a pipe between two workers', () => {
  const workers: types.Worker[] = [];
  let from: types.Router;
  let to: types.Router;

  beforeAll(async () => {
    for (let i = 0; i < 2; i += 1)
      workers.push(await createWorker(workerSettings(workerBin() ?? null)));
    const routers = await Promise.all(workers.map((one) => one.createRouter({ mediaCodecs })));
    [from, to] = routers as [types.Router, types.Router];
  });
  afterAll(() => {
    for (const worker of workers) worker.close();
  });

  async function publish(track: { layers?: number; appData?: types.AppData } = {}) {
    const video = await HandSentVideo.create(from, track);
    onTestFinished(() => video.transport.close());
    // A new stream that doesn't begin with a key frame would be asked for one.
    video.send(KEY);
    return video;
  }

  async function open(): Promise<LocalPipe> {
    const pipe = await LocalPipe.open(from, to);
    onTestFinished(() => pipe.close());
    return pipe;
  }

  const received = async (producer: types.Producer) =>
    (await producer.getStats()).reduce((sum, { packetCount }) => sum + packetCount, 0);

  it.each([
    ['one layer', { layers: 1 }],
    [
      'layers of which the best one is first',
      { layers: 3, appData: { keyFrameOrder: new KeyFrameOrder(true) } },
    ],
  ])('doesn’t request the key frame of %s until it is started', async (_what, track) => {
    const video = await publish(track);
    const pipe = await open();
    const piped = await pipe.add(video.producer);
    video.send(KEY);
    // The worker handles requests in order, so it has also handled the packet.
    await video.producer.getStats();
    expect(await received(piped)).toBe(0);
    expect(video.requests).toBe(0);
    await Promise.all([pipe.start(), pipe.start()]);
    await vi.waitUntil(() => video.requests === track.layers, LIMIT);
    video.send(KEY);
    video.send(DELTA);
    await vi.waitUntil(async () => (await received(piped)) === 2 * track.layers, LIMIT);
    expect(video.requests).toBe(track.layers);
  });

  it('is started by layers even if the best one may not be first', async () => {
    const video = await publish({ layers: 3 });
    const pipe = await open();
    const piped = await pipe.add(video.producer);
    await expect.poll(() => video.requests, LIMIT).toBe(3);
    video.send(KEY);
    await expect.poll(() => received(piped), LIMIT).toBe(3);
  });

  it('pauses, resumes and closes a track with the original', async () => {
    const { producer: original } = await publish();
    const pipe = await open();
    const piped = await pipe.add(original);
    await original.pause();
    await vi.waitUntil(() => piped.paused, LIMIT);
    // The track is paused from the start if the original is.
    const other = await open();
    expect((await other.add(original)).paused).toBe(true);
    await original.resume();
    await vi.waitUntil(() => !piped.paused, LIMIT);
    original.close();
    await vi.waitUntil(() => piped.closed, LIMIT);
  });

  it('closes both ends with either router', async () => {
    const routers = await Promise.all(workers.map((one) => one.createRouter({ mediaCodecs })));
    const [near, far] = routers as [types.Router, types.Router];
    const closed: string[] = [];
    near.observer.on('newtransport', (end) => end.observer.on('close', () => closed.push('near')));
    far.observer.on('newtransport', (end) => end.observer.on('close', () => closed.push('far')));
    await LocalPipe.open(near, far);
    far.close();
    expect(closed.toSorted()).toEqual(['far', 'near']);
    near.close();
    await expect(LocalPipe.open(near, far)).rejects.toThrow(/handler/i);
  });
});

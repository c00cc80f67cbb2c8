import { createWorker, type types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { KeyFrameOrder } from '../../src/sfu/key-frame-order.js';
import { LocalPipe } from '../../src/sfu/local-pipe.js';
import { mediaCodecs } from '../../src/sfu/media-codecs.js';
import { isKeyFrameRequest } from '../../src/sfu/rtcp.js';
import { workerSettings } from '../../src/sfu/worker-settings.js';
import { workerBin } from '../support/worker-bin.js';

const LIMIT = { timeout: 20_000, interval: 20 };
const PAYLOAD_TYPE = 103;
/** The header bytes of an H.264 parameter set, which mediasoup takes for a key frame, and a slice. */
const KEY = 0x67;
const DELTA = 0x41;

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

  /** Publishes a track that this test sends packet by packet. */
  async function publish({ layers = 1, appData = {} } = {}) {
    const transport = await from.createDirectTransport();
    onTestFinished(() => transport.close());
    let requests = 0;
    transport.on('rtcp', (packet) => {
      if (isKeyFrameRequest(packet)) requests += 1;
    });
    const codec = {
      mimeType: 'video/H264',
      payloadType: PAYLOAD_TYPE,
      clockRate: 90_000,
      parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
      rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
    };
    const ssrcs = Array.from({ length: layers }, (_, i) => 1_000 + i);
    const encodings = ssrcs.map((ssrc) => ({ ssrc }));
    const rtpParameters = { codecs: [codec], encodings };
    const original = await transport.produce({ kind: 'video', rtpParameters, appData });
    let number = 0;
    const send = (nal: number) => {
      number += 1;
      for (const ssrc of ssrcs) {
        const packet = Buffer.alloc(100);
        packet[0] = 0x80;
        packet[1] = 0x80 | PAYLOAD_TYPE;
        packet.writeUInt16BE(number, 2);
        packet.writeUInt32BE(3_000 * number, 4);
        packet.writeUInt32BE(ssrc, 8);
        packet[12] = nal;
        original.send(packet);
      }
    };
    // A new stream that doesn't begin with a key frame would be asked for one.
    send(KEY);
    return { original, send, requests: () => requests };
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
  ])('requests the key frame of %s only when it is started', async (_what, track) => {
    const { original, send, requests } = await publish(track);
    const pipe = await open();
    const piped = await pipe.add(original);
    send(KEY);
    // The worker handles requests in order, so it has also handled the packet.
    await original.getStats();
    expect(await received(piped)).toBe(0);
    expect(requests()).toBe(0);
    await Promise.all([pipe.start(), pipe.start()]);
    await vi.waitUntil(() => requests() === track.layers, LIMIT);
    send(KEY);
    send(DELTA);
    await vi.waitUntil(async () => (await received(piped)) === 2 * track.layers, LIMIT);
    expect(requests()).toBe(track.layers);
  });

  it('is started by layers of which the best one may not be first', async () => {
    const { original, send, requests } = await publish({ layers: 3 });
    const pipe = await open();
    const piped = await pipe.add(original);
    await expect.poll(requests, LIMIT).toBe(3);
    send(KEY);
    await expect.poll(() => received(piped), LIMIT).toBe(3);
  });

  it('pauses, resumes and closes a track with the original', async () => {
    const { original } = await publish();
    const pipe = await open();
    const piped = await pipe.add(original);
    await original.pause();
    await vi.waitUntil(() => piped.paused, LIMIT);
    // It is paused from the beginning if the original is.
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

import { createWorker, type types } from 'mediasoup';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { mediaCodecs } from '../../src/sfu/media-codecs.js';
import { RouterTap } from '../../src/sfu/router-tap.js';
import { SfuService } from '../../src/sfu/sfu.service.js';
import { workerSettings } from '../../src/sfu/worker-settings.js';
import { HandSentVideo, KEY } from '../support/hand-sent-video.js';
import { registerWithChannel } from '../support/people.js';
import { audioTrack, h264Viewer, videoTrack } from '../support/rtc.js';
import { openSocket, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';
import { workerBin } from '../support/worker-bin.js';

const LIMIT = { timeout: 30_000, interval: 20 };

describe('the packager’s key-frame request', () => {
  let worker: types.Worker;

  beforeAll(async () => {
    worker = await createWorker(workerSettings(workerBin() ?? null));
  });
  afterAll(() => worker.close());

  /** Creates a track that this test sends packet by packet, and a tap like the packager's. */
  async function tapped(isJoining: () => boolean) {
    const router = await worker.createRouter({ mediaCodecs });
    onTestFinished(() => router.close());
    const video = await HandSentVideo.create(router);
    const { producer } = video;
    await producer.enableTraceEvent(['keyframe']);
    /**
     * Sends a key frame, after which the worker may request another one. Resolves when it has
     * arrived.
     */
    const sendKeyFrame = async () => {
      const arrived = new Promise((resolve) => producer.once('trace', resolve));
      video.send(KEY);
      await arrived;
    };
    await sendKeyFrame();
    const tap = await RouterTap.create(router, {
      clock: { nowMs: () => Date.now() },
      log: pino({ enabled: false }),
      onLackingSets: () => undefined,
      isJoining,
    });
    await tap.add(producer);
    const [track] = tap.tracks;
    if (!track) throw new Error('nothing is tapped');
    // The tap's start requests a key frame.
    await vi.waitUntil(() => video.requests === 1, LIMIT);
    await sendKeyFrame();
    const requests = () => video.requests;
    return { track, sendKeyFrame, requests, answers: () => producer.getStats() };
  }

  it('is left to a viewer who is joining, and repeated if nothing arrives', async () => {
    let isJoining = true;
    const { track, sendKeyFrame, requests, answers } = await tapped(() => isJoining);
    track.requestKeyFrame();
    await sendKeyFrame();
    // The worker handles requests in order, so it would have handled that request.
    await answers();
    expect(requests()).toBe(1);
    isJoining = false;
    track.requestKeyFrame();
    await vi.waitUntil(() => requests() === 2, LIMIT);
    await sendKeyFrame();
    isJoining = true;
    track.requestKeyFrame();
    await vi.waitUntil(() => requests() === 3, LIMIT);
  });
});

describe('a viewer', () => {
  const test = useServer();

  it('is joining until it is ready or gives up, and only if it receives video', async () => {
    const ann = await registerWithChannel(test.url, 'ann');
    const publisher = await openSocket(test.url, { cookie: ann.cookie });
    const viewer = await openSocket(test.url);
    onTestFinished(() => {
      for (const socket of [publisher, viewer]) socket.disconnect();
    });
    await request(publisher, 'publisher:start', { channel: 'ann' });
    await request(publisher, 'publisher:produce', audioTrack());
    const [media] = test.app.get(SfuService).broadcasts;
    const isJoining = () => media?.output.isJoining;
    const join = () =>
      request(viewer, 'viewer:join', { channel: 'ann', rtpCapabilities: h264Viewer });
    await join();
    expect(isJoining()).toBe(false);
    await request(publisher, 'publisher:produce', videoTrack());
    await join();
    expect(isJoining()).toBe(true);
    await vi.waitUntil(() => !isJoining(), LIMIT);
    expect(media?.output.viewers.size).toBe(1);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createWorker, type types } from 'mediasoup';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LastingTracks } from '../../src/sfu/lasting/lasting-tracks.js';
import { LocalPipe } from '../../src/sfu/local-pipe.js';
import { mediaCodecs } from '../../src/sfu/media-codecs.js';
import { RouterTap } from '../../src/sfu/router-tap.js';
import { senderReport } from '../../src/sfu/rtcp.js';
import { SenderReport, unixMsOf } from '../../src/sfu/sender-report.js';
import { DELTA, HandSentVideo, KEY } from '../support/hand-sent-video.js';
import { workerBin } from '../support/worker-bin.js';
import { workerSettings } from '../../src/sfu/worker-settings.js';

const LIMIT = { timeout: 20_000, interval: 20 };
const CLOCK = { nowMs: () => Date.now() };
const log = pino({ enabled: false });
const FRAME_MS = 20;
const CLOCK_ERROR_MS = 60_000;

/** Packets are a millisecond apart, because tests send them at once. */
const rtpTimeOf = (sequence: number) => 90 * sequence;

type Received = Readonly<{ sequence: number; rtpTime: number; ssrc: number; atMs: number }>;

/** The maximum size of a socket buffer. On systems other than Linux, it isn't known. */
const LIMIT_FILE = '/proc/sys/net/core/rmem_max';
const bufferBytesMax = existsSync(LIMIT_FILE) ? Number(readFileSync(LIMIT_FILE, 'utf8')) : 0;

let worker: types.Worker;
beforeAll(async () => {
  worker = await createWorker(workerSettings(workerBin() ?? null));
});
afterAll(() => worker.close());

/** A viewer who receives the first track. */
class Watcher {
  readonly packets: Received[] = [];

  static async create(router: types.Router, producerId: string): Promise<Watcher> {
    const watcher = new Watcher();
    const transport = await router.createDirectTransport();
    const { rtpCapabilities } = router;
    const consumer = await transport.consume({ producerId, rtpCapabilities });
    consumer.on('rtp', (packet) =>
      watcher.packets.push({
        sequence: packet.readUInt16BE(2),
        rtpTime: packet.readUInt32BE(4),
        ssrc: packet.readUInt32BE(8),
        atMs: Date.now(),
      }),
    );
    return watcher;
  }

  get last(): Received {
    return this.packets.at(-1)!;
  }

  /** The differences between successive sequence numbers. */
  get steps(): number[] {
    return this.packets
      .slice(1)
      .map(({ sequence }, i) => (sequence - this.packets[i]!.sequence) & 0xffff);
  }
}

/** Creates lasting tracks from `first`, with a viewer on the same router and one behind a pipe. */
async function scene(first: (router: types.Router) => Promise<HandSentVideo>) {
  const router = await worker.createRouter({ mediaCodecs });
  const edge = await worker.createRouter({ mediaCodecs });
  onTestFinished(() => {
    router.close();
    edge.close();
  });
  const source = await first(router);
  let taps = 0;
  const openTap = () => {
    taps += 1;
    return RouterTap.create(router, { clock: CLOCK, log, onLackingSets: () => undefined });
  };
  const replaced: types.Producer[] = [];
  const lasting = await LastingTracks.create(
    { router, openTap, clock: CLOCK, log, onProducer: (producer) => replaced.push(producer) },
    [source.producer],
  );
  const [track] = lasting.producers;
  if (!track) throw new Error('no track lasts');
  const pipe = await LocalPipe.open(router, edge);
  const piped = await pipe.add(track);
  const watchers = [
    await Watcher.create(router, track.id),
    await Watcher.create(edge, piped.id),
  ] as const;
  await pipe.start();
  return { router, source, lasting, track, piped, watchers, replaced, taps: () => taps };
}

/** Starts to forward packets, which begins with a key-frame request. */
async function start(lasting: LastingTracks, source: HandSentVideo) {
  // Key frames can't be requested until something has arrived.
  source.send(KEY);
  await source.producer.getStats();
  lasting.start();
  await vi.waitUntil(() => source.requests > 0, LIMIT);
}

/** Sends a key frame and other frames until all viewers have received them. */
async function show(source: HandSentVideo, watchers: readonly Watcher[], frames = 20) {
  const before = watchers.map(({ packets }) => packets.length);
  source.send(KEY);
  for (let n = 1; n < frames; n += 1) source.send(DELTA);
  await vi.waitUntil(
    () => watchers.every(({ packets }, i) => packets.length >= before[i]! + frames),
    LIMIT,
  );
}

describe('a track for viewers with fixed session descriptions', () => {
  it('passes on the first source’s packets within the worker, once a viewer is ready', async () => {
    const { source, lasting, watchers, taps } = await scene((router) =>
      HandSentVideo.create(router, { rtpTimeOf }),
    );
    await start(lasting, source);
    expect(watchers[0].packets).toEqual([]);
    await show(source, watchers);
    expect(taps()).toBe(0);
    for (const { steps } of watchers) expect(new Set(steps)).toEqual(new Set([1]));
  });

  it.each([
    ['far ahead', 40_000],
    ['a little ahead', 500],
    ['behind', 65_000],
  ])('continues without a gap when a new source’s numbers are %s', async (_where, sent) => {
    const { router, source, lasting, watchers, replaced } = await scene((origin) =>
      HandSentVideo.create(origin, { rtpTimeOf }),
    );
    await start(lasting, source);
    await show(source, watchers);
    source.transport.close();
    const next = await HandSentVideo.create(router, { sent, rtpTimeOf });
    await lasting.add(next.producer);
    const before = watchers.map(({ last }) => last);
    await show(next, watchers);
    const third = await HandSentVideo.create(router, { sent: sent + 20_000, rtpTimeOf });
    await lasting.add(third.producer);
    await show(third, watchers);
    expect(replaced).toEqual([]);
    for (const [i, { packets, steps }] of watchers.entries()) {
      expect(packets).toHaveLength(60);
      expect(new Set(steps)).toEqual(new Set([1]));
      expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(1);
      const times = packets.map(({ rtpTime }) => rtpTime);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const passedMs = packets[20]!.atMs - before[i]!.atMs;
      const jumpMs = (packets[20]!.rtpTime - before[i]!.rtpTime) / 90;
      expect(jumpMs).toBeGreaterThan(passedMs / 2);
      expect(jumpMs).toBeLessThan(passedMs + 500);
    }
  });

  it.skipIf(bufferBytesMax < 1_048_576)(
    'loses nothing of a key frame with hundreds of packets, no matter who sends it',
    async () => {
      const { router, source, lasting, watchers } = await scene((origin) =>
        HandSentVideo.create(origin, { rtpTimeOf }),
      );
      await start(lasting, source);
      await show(source, watchers);
      await show(source, watchers, 700);
      const next = await HandSentVideo.create(router, { sent: 10_000, rtpTimeOf });
      await lasting.add(next.producer);
      await show(next, watchers);
      await show(next, watchers, 700);
      for (const { steps } of watchers) expect(new Set(steps)).toEqual(new Set([1]));
    },
  );

  it('replaces a source that is still sending with a new one', async () => {
    const { router, source, lasting, watchers } = await scene((origin) =>
      HandSentVideo.create(origin, { rtpTimeOf }),
    );
    await start(lasting, source);
    await show(source, watchers);
    const next = await HandSentVideo.create(router, { sent: 30_000, rtpTimeOf });
    await lasting.add(next.producer);
    source.send(KEY);
    await source.producer.getStats();
    await show(next, watchers);
    for (const { packets, steps } of watchers) {
      expect(packets).toHaveLength(40);
      expect(new Set(steps)).toEqual(new Set([1]));
    }
  });

  it('continues in all layers, and requests key frames from the new source', async () => {
    const { router, source, lasting, watchers } = await scene((origin) =>
      HandSentVideo.create(origin, { layers: 3, rtpTimeOf }),
    );
    await show(source, watchers);
    source.transport.close();
    const next = await HandSentVideo.create(router, { layers: 3, sent: 50_000, rtpTimeOf });
    await lasting.add(next.producer);
    await show(next, watchers);
    // mediasoup skips a number when it changes layers, to mark a frame as incomplete.
    for (const { steps } of watchers) expect(Math.max(...steps)).toBeLessThanOrEqual(2);
    const before = next.requests;
    const late = await Watcher.create(router, lasting.producers[0]!.id);
    await vi.waitUntil(() => next.requests > before, LIMIT);
    await show(next, [...watchers, late]);
  });

  it('is replaced if the new source has another codec', async () => {
    const { router, source, lasting, track, replaced } = await scene((origin) =>
      HandSentVideo.create(origin, { rtpTimeOf }),
    );
    source.transport.close();
    const transport = await router.createDirectTransport();
    const codecs = [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }];
    const producer = await transport.produce({
      kind: 'video',
      rtpParameters: { codecs, encodings: [{ ssrc: 1 }] },
    });
    await lasting.add(producer);
    expect(track.closed).toBe(true);
    expect(replaced).toEqual(lasting.producers);
    expect(replaced[0]!.rtpParameters.codecs[0]!.mimeType).toBe('video/VP8');
  });

  it('keeps its clock when a publisher with another clock continues it', async () => {
    const now = () => Math.round(90 * performance.now());
    const { router, source, lasting, piped, watchers } = await scene((origin) =>
      HandSentVideo.create(origin, { rtpTimeOf: now }),
    );
    const reports: SenderReport[] = [];
    await piped.enableTraceEvent(['sr']);
    piped.on('trace', ({ info }) => reports.push(SenderReport.parse(info)));
    await start(lasting, source);
    await show(source, watchers);
    // mediasoup estimates the sender's clock from three sender reports.
    const hearing = async (count: number, send: () => void) => {
      const wanted = reports.length + count;
      while (reports.length < wanted) {
        send();
        await pause(FRAME_MS);
      }
    };
    await hearing(4, () => source.send(DELTA));
    source.transport.close();
    const next = await HandSentVideo.create(router, { rtpTimeOf: now });
    await next.producer.enableTraceEvent(['sr']);
    await lasting.add(next.producer);
    await show(next, watchers, 1);
    const ntpMs = Date.now() - CLOCK_ERROR_MS;
    next.transport.sendRtcp(senderReport({ ssrc: 1_000, ntpMs, rtpTime: now() }));
    await hearing(2, () => next.send(DELTA));
    const report = reports.at(-1)!;
    const { last } = watchers[1];
    const errorMs = (report.rtpTs - last.rtpTime) / 90 - (unixMsOf(report) - last.atMs);
    expect(Math.abs(errorMs)).toBeLessThan(1_000);
  });
});

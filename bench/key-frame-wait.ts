import { setTimeout as wait } from 'node:timers/promises';
import { createWorker, type types } from 'mediasoup';
import { pino } from 'pino';
import { mediaCodecs } from '../src/sfu/media-codecs.js';
import { KEY_FRAME_REQUEST_DELAY_MS } from '../src/sfu/publisher-connection.js';
import { keyFrameRequests } from '../src/sfu/rtcp.js';
import { RouterTap } from '../src/sfu/router-tap.js';
import { workerSettings } from '../src/sfu/worker-settings.js';
import { workerBin } from '../test/support/worker-bin.js';
import { comparison, type Round, type Row } from './row.js';

const BROADCASTS = 16;
const JOINS = 12;
/** The time from joining until the viewer is ready, as long as its handshakes take. */
const HANDSHAKE_MS = 120;
/** A viewer who waits longer than this notices it. */
const LONG_MS = 150;
const SSRC = 1_111;
const PAYLOAD_TYPE = 103;
const FRAME_MS = 33;
/** The time from a request to the key frame's arrival. */
const ENCODER_MS = 40;
/** Chromium ignores a request within this time after the previous one. */
const DEAF_MS = 300;
/** The packager's segments; see src/hls. */
const SEGMENT = { earliestMs: 1_500, askMs: 1_900, againMs: 1_000 };

/** The service's rule, and a simple limit of two requests per second. */
const RULES = {
  service: { delayMs: KEY_FRAME_REQUEST_DELAY_MS, isPatient: true },
  plain: { delayMs: 500, isPatient: false },
} as const;
type Rule = (typeof RULES)[keyof typeof RULES];

/** A broadcast of one packet per frame, with a packager and one viewer after another. */
class Scene {
  isJoining = false;
  readonly #router: types.Router;
  readonly #producer: types.Producer;
  readonly #timers: NodeJS.Timeout[] = [];
  #number = 0;
  #keyFrameDue = true;
  #heardMs = -Infinity;

  private constructor(router: types.Router, producer: types.Producer) {
    this.#router = router;
    this.#producer = producer;
  }

  static async create(worker: types.Worker, { delayMs, isPatient }: Rule): Promise<Scene> {
    const router = await worker.createRouter({ mediaCodecs });
    const transport = await router.createDirectTransport();
    const producer = await transport.produce({
      kind: 'video',
      rtpParameters: VIDEO,
      keyFrameRequestDelay: delayMs,
    });
    await producer.enableTraceEvent(['keyframe']);
    const scene = new Scene(router, producer);
    transport.on('rtcp', (packet) => {
      if (keyFrameRequests(packet).length > 0) scene.#requested();
    });
    scene.#timers.push(setInterval(() => scene.#frame(), FRAME_MS));
    await scene.#package(isPatient);
    return scene;
  }

  /** Resolves with the time from the viewer's readiness to its first packet, in ms. */
  async join(): Promise<number> {
    const transport = await this.#router.createDirectTransport();
    const consumer = await transport.consume({
      producerId: this.#producer.id,
      rtpCapabilities: this.#router.rtpCapabilities,
      paused: true,
    });
    this.isJoining = true;
    await wait(HANDSHAKE_MS);
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    consumer.once('rtp', () => resolve());
    const readyMs = performance.now();
    this.isJoining = false;
    await consumer.resume();
    await arrived;
    const waitedMs = performance.now() - readyMs;
    transport.close();
    return waitedMs;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #package(isPatient: boolean): Promise<void> {
    const tap = await RouterTap.create(this.#router, {
      clock: { nowMs: () => Date.now() },
      log: pino({ enabled: false }),
      onLackingSets: () => undefined,
      isJoining: () => isPatient && this.isJoining,
    });
    await tap.add(this.#producer);
    const [track] = tap.tracks;
    let [startMs, askedMs] = [performance.now(), 0];
    this.#producer.on('trace', () => {
      if (performance.now() - startMs >= SEGMENT.earliestMs) startMs = performance.now();
    });
    const ask = () => {
      const nowMs = performance.now();
      if (nowMs - startMs < SEGMENT.askMs || nowMs - askedMs < SEGMENT.againMs) return;
      askedMs = nowMs;
      track?.requestKeyFrame();
    };
    this.#timers.push(setInterval(ask, FRAME_MS));
  }

  #requested(): void {
    const nowMs = performance.now();
    if (nowMs - this.#heardMs < DEAF_MS) return;
    this.#heardMs = nowMs;
    setTimeout(() => {
      this.#keyFrameDue = true;
      this.#frame();
    }, ENCODER_MS);
  }

  #frame(): void {
    if (this.#producer.closed) return;
    const packet = Buffer.alloc(200);
    this.#number = (this.#number + 1) % 2 ** 16;
    packet[0] = 0x80;
    packet[1] = 0x80 | PAYLOAD_TYPE;
    packet.writeUInt16BE(this.#number, 2);
    packet.writeUInt32BE((this.#number * 3_000) % 2 ** 32, 4);
    packet.writeUInt32BE(SSRC, 8);
    // A parameter set counts as a key frame.
    packet[12] = this.#keyFrameDue ? 0x67 : 0x41;
    this.#keyFrameDue = false;
    this.#producer.send(packet);
  }
}

const VIDEO: types.RtpParameters = {
  codecs: [
    {
      mimeType: 'video/H264',
      payloadType: PAYLOAD_TYPE,
      clockRate: 90_000,
      parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
      rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
    },
  ],
  encodings: [{ ssrc: SSRC }],
};

/**
 * Measures how long viewers who join at random times wait for their first key frame, while the
 * packager requests one every two seconds.
 */
export async function benchKeyFrameWait(): Promise<Row[]> {
  const worker = await createWorker(workerSettings(workerBin() ?? null));
  const scenes: Scene[] = [];
  const open = async (rule: Rule) => {
    const scene = await Scene.create(worker, rule);
    scenes.push(scene);
    return scene;
  };
  try {
    const waits = await Promise.all(
      Array.from({ length: BROADCASTS }, async () => {
        const [service, plain] = await Promise.all([open(RULES.service), open(RULES.plain)]);
        await wait(3_000);
        const [measured, baseline] = await Promise.all([joins(service), joins(plain)]);
        return { measured, baseline };
      }),
    );
    const rounds = (of: (waitsMs: readonly number[]) => number): Round[] =>
      waits.map(({ measured, baseline }) => ({ measured: of(measured), baseline: of(baseline) }));
    return [
      comparison('from being ready to the first key frame, mean', {
        unit: 'ms',
        rounds: rounds(mean),
      }),
      comparison(`joins that wait longer than ${LONG_MS} ms`, {
        unit: '%',
        rounds: [
          {
            measured: shareOfLong(waits.flatMap(({ measured }) => measured)),
            baseline: shareOfLong(waits.flatMap(({ baseline }) => baseline)),
          },
        ],
      }),
    ];
  } finally {
    for (const scene of scenes) scene.close();
    worker.close();
  }
}

async function joins(scene: Scene): Promise<number[]> {
  const waitsMs: number[] = [];
  for (let i = 0; i < JOINS; i += 1) {
    await wait(500 + 2_500 * Math.random());
    waitsMs.push(await scene.join());
  }
  return waitsMs;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const shareOfLong = (waitsMs: readonly number[]) =>
  (100 * waitsMs.filter((ms) => ms > LONG_MS).length) / waitsMs.length;

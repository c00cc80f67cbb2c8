import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { createWorker, type types } from 'mediasoup';
import { usefulCapabilities, withoutEstimation } from '../src/sfu/bandwidth-estimation.js';
import { mediaCodecs } from '../src/sfu/media-codecs.js';
import { workerSettings } from '../src/sfu/worker-settings.js';
import { workerBin } from '../test/support/worker-bin.js';
import type { RtpStream } from './rtp-source.js';

/** A stream like 720p at 2.6 Mbit/s, with one burst of packets per frame. */
export const STREAM = {
  ssrc: 1_111,
  payloadType: 103,
  packetBytes: 1_200,
  packetsPerFrame: 9,
  framesPerSecond: 30,
};
export const LISTEN = { protocol: 'udp', ip: '127.0.0.1' } as const;
/**
 * The cipher that Chromium and the worker negotiate (`srtpCipher` in a connection's statistics).
 */
const ENCRYPTED = { enableSrtp: true, srtpCryptoSuite: 'AEAD_AES_256_GCM' } as const;

export const VIDEO: types.RtpParameters = {
  codecs: [
    {
      mimeType: 'video/H264',
      payloadType: STREAM.payloadType,
      clockRate: 90_000,
      parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
      rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    },
  ],
  encodings: [{ ssrc: STREAM.ssrc }],
};

const PIPED = { listenInfo: LISTEN, enableSrtp: true, enableRtx: true } as const;

type Options = Readonly<{
  /**
   * Whether the stream first arrives at another worker, which sends it on through an encrypted
   * pipe, as between nodes. Otherwise, the stream arrives directly and unencrypted.
   */
  piped?: boolean;
  /** Whether the viewers' bandwidth is estimated, as for a track with layers. */
  estimated?: boolean;
  /** The path of the worker to measure; by default, the service's worker. */
  program?: string | undefined;
  framesPerSecond?: number | undefined;
}>;

/** The CPU time and traffic of a worker process so far. */
export type Usage = { cpuUs: number; packets: number; bytes: number };

/**
 * One stream forwarded to many viewers by the service's worker, encrypted for each, by default with
 * bandwidth estimation as for a browser. A second worker acts as the viewers: it decrypts the
 * packets, and sends the receiver reports and transport feedback of a browser.
 */
export class FanOut {
  /** The stream to each viewer: bursts of packets, one per frame. */
  readonly stream = STREAM;
  readonly #worker: types.Worker;
  readonly #viewers: types.Worker;
  readonly #origin: types.Worker | null;
  readonly #source: ChildProcess;
  readonly #consumers: types.Consumer[];
  /** The viewers' ports. */
  readonly ports: number[];

  private constructor(parts: {
    worker: types.Worker;
    viewers: types.Worker;
    origin: types.Worker | null;
    source: ChildProcess;
    consumers: types.Consumer[];
    ports: number[];
  }) {
    this.#worker = parts.worker;
    this.#viewers = parts.viewers;
    this.#origin = parts.origin;
    this.#source = parts.source;
    this.#consumers = parts.consumers;
    this.ports = parts.ports;
  }

  static async create(
    viewerCount: number,
    {
      piped = false,
      estimated = true,
      program,
      framesPerSecond = STREAM.framesPerSecond,
    }: Options = {},
  ): Promise<FanOut> {
    const [worker, viewers] = await Promise.all([startWorker(program), startWorker()]);
    const [near, far] = await Promise.all(
      [worker, viewers].map((place) => place.createRouter({ mediaCodecs })),
    );
    if (!near || !far) throw new Error('no routers');
    const origin = piped ? await startWorker() : null;
    const first = (await origin?.createRouter({ mediaCodecs })) ?? near;
    const entry = await first.createPlainTransport({ listenInfo: LISTEN, comedia: true });
    const published = await entry.produce({ kind: 'video', rtpParameters: VIDEO });
    const producer = piped ? await pipe(published, first, near) : published;
    const source = startSource({ ...STREAM, framesPerSecond, port: entry.tuple.localPort });
    const useful = usefulCapabilities(near.rtpCapabilities);
    const rtpCapabilities = estimated ? useful : withoutEstimation(useful);
    const consumers: types.Consumer[] = [];
    const ports: number[] = [];
    for (let i = 0; i < viewerCount; i += 1) {
      const [here, there] = await Promise.all([openEncrypted(near), openEncrypted(far)]);
      await Promise.all([connect(here, there), connect(there, here)]);
      const consumer = await here.consume({ producerId: producer.id, rtpCapabilities });
      await there.produce({ kind: 'video', rtpParameters: consumer.rtpParameters });
      consumers.push(consumer);
      ports.push(there.tuple.localPort);
    }
    return new FanOut({ worker, viewers, origin, source, consumers, ports });
  }

  start(): void {
    this.#source.send('go');
  }

  stop(): void {
    this.#source.send('stop');
  }

  async usage(): Promise<Usage> {
    const { ru_utime, ru_stime } = await this.#worker.getResourceUsage();
    const stats = await Promise.all(this.#consumers.map((consumer) => consumer.getStats()));
    const sent = stats.flat().filter((entry) => entry.type === 'outbound-rtp');
    return {
      cpuUs: (ru_utime + ru_stime) * 1_000,
      packets: sent.reduce((sum, { packetCount }) => sum + packetCount, 0),
      bytes: sent.reduce((sum, { byteCount }) => sum + byteCount, 0),
    };
  }

  close(): void {
    this.#source.disconnect();
    this.#worker.close();
    this.#viewers.close();
    this.#origin?.close();
  }
}

function startWorker(program = workerBin()): Promise<types.Worker> {
  return createWorker(workerSettings(program ?? null));
}

function startSource(stream: RtpStream): ChildProcess {
  return fork(join(import.meta.dirname, 'rtp-source.ts'), [JSON.stringify(stream)]);
}

function openEncrypted(router: types.Router): Promise<types.PlainTransport> {
  return router.createPlainTransport({ listenInfo: LISTEN, ...ENCRYPTED });
}

/** Pipes a track to a router, as a node pipes it to another node. */
async function pipe(
  { id, kind }: types.Producer,
  from: types.Router,
  to: types.Router,
): Promise<types.Producer> {
  const [here, there] = await Promise.all([
    from.createPipeTransport(PIPED),
    to.createPipeTransport(PIPED),
  ]);
  await Promise.all([connect(here, there), connect(there, here)]);
  const { rtpParameters } = await here.consume({ producerId: id });
  return there.produce({ kind, rtpParameters });
}

type Encrypted = types.PlainTransport | types.PipeTransport;

async function connect(from: Encrypted, to: Encrypted): Promise<void> {
  const { srtpParameters, tuple } = to;
  if (!srtpParameters) throw new Error('the transport is not encrypted');
  await from.connect({ ip: tuple.localAddress, port: tuple.localPort, srtpParameters });
}

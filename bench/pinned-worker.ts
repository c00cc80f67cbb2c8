import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createWorker, type types } from 'mediasoup';
import { z } from 'zod';
import {
  TRANSPORT_CC,
  usefulCapabilities,
  withoutEstimation,
} from '../src/sfu/bandwidth-estimation.js';
import { mediaCodecs } from '../src/sfu/media-codecs.js';
import { workerSettings } from '../src/sfu/worker-settings.js';
import type { CProgram } from './c-program.js';
import { LISTEN, STREAM, VIDEO } from './fan-out.js';
import type { LineProgram } from './line-program.js';
import { pin, twoCores } from './one-core.js';

const KEY_BYTES = 32;
const SALT_BYTES = 12;
const NS_PER_S = 1e9;

const Sample = z.object({
  sent: z.number(),
  received: z.number(),
  dropped: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
  cpuUs: z.number(),
});

/** The result of sending to a number of viewers for a few seconds. */
export type Carried = Readonly<{
  /** The total number of packets that the worker didn't deliver to the viewers. */
  lost: number;
  /** The number of packets that the viewers lost because they were too slow themselves. */
  dropped: number;
  /** The time from sending a frame until a viewer has received all of it. */
  p99Ms: number;
  /** The worker's CPU time per packet. */
  cpuUs: number;
  /** The share of its core that was available to the worker. Other processes used the rest. */
  available: number;
  /** The share of the available time in which the worker had nothing to do. */
  idle: number;
}>;

/**
 * A media worker alone on a core, and its publisher and viewers on another one
 * (baseline/viewers.c). Each viewer has an encrypted transport, and sends the reports of a browser.
 */
export class PinnedWorker {
  readonly #worker: types.Worker;
  readonly #router: types.Router;
  readonly #producer: types.Producer;
  readonly #clients: LineProgram;
  readonly #ports: readonly number[];
  readonly #srtp: types.SrtpParameters;
  readonly #capabilities: types.RtpCapabilities;
  readonly #viewers: types.PlainTransport[] = [];

  private constructor(parts: {
    worker: types.Worker;
    router: types.Router;
    producer: types.Producer;
    clients: LineProgram;
    ports: readonly number[];
    srtp: types.SrtpParameters;
    capabilities: types.RtpCapabilities;
  }) {
    this.#worker = parts.worker;
    this.#router = parts.router;
    this.#producer = parts.producer;
    this.#clients = parts.clients;
    this.#ports = parts.ports;
    this.#srtp = parts.srtp;
    this.#capabilities = parts.capabilities;
  }

  /** @param program the media worker; null for the one in mediasoup's package */
  static async start(
    program: string | null,
    {
      clients,
      viewersMax,
      estimated,
    }: { clients: CProgram; viewersMax: number; estimated: boolean },
  ): Promise<PinnedWorker> {
    const [core, other] = await twoCores();
    const worker = await createWorker(workerSettings(program));
    await pin(worker.pid, core);
    const router = await worker.createRouter({ mediaCodecs });
    const entry = await router.createPlainTransport({ listenInfo: LISTEN, comedia: true });
    const producer = await entry.produce({ kind: 'video', rtpParameters: VIDEO });
    const useful = usefulCapabilities(router.rtpCapabilities);
    const [key, salt] = [randomBytes(KEY_BYTES), randomBytes(SALT_BYTES)];
    const { ssrc, payloadType, packetBytes, packetsPerFrame, framesPerSecond } = STREAM;
    const stream = [ssrc, payloadType, packetBytes, packetsPerFrame, framesPerSecond];
    const secrets = [key.toString('hex'), salt.toString('hex')];
    const viewers = clients.startOnCore(other, [viewersMax, ...stream, ...secrets]);
    const ports = (await viewers.next()).trim().split(' ').map(Number);
    await viewers.ask(`source ${entry.tuple.localPort}`);
    return new PinnedWorker({
      worker,
      router,
      producer,
      clients: viewers,
      ports,
      srtp: {
        cryptoSuite: 'AEAD_AES_256_GCM',
        keyBase64: Buffer.concat([key, salt]).toString('base64'),
      },
      capabilities: estimated ? useful : withoutEstimation(useful),
    });
  }

  /** Sends the stream to this number of viewers. */
  async carry(viewers: number, seconds: number): Promise<Carried> {
    while (this.#viewers.length > viewers) this.#viewers.pop()?.close();
    while (this.#viewers.length < viewers) await this.#add();
    const before = await scheduled(this.#worker.pid);
    const startedNs = process.hrtime.bigint();
    const line = await this.#clients.ask(`run ${viewers} ${seconds}`);
    const wallNs = Number(process.hrtime.bigint() - startedNs);
    const after = await scheduled(this.#worker.pid);
    const sample = Sample.parse(JSON.parse(line));
    const ranNs = after.ranNs - before.ranNs;
    const waitedNs = after.waitedNs - before.waitedNs;
    // Frames are sent for the first `seconds` only.
    const sendingNs = Math.min(wallNs, seconds * NS_PER_S);
    const availableNs = Math.max(ranNs, sendingNs - waitedNs);
    return {
      lost: sample.sent - sample.received - sample.dropped,
      dropped: sample.dropped,
      p99Ms: sample.p99Ms,
      cpuUs: ranNs / 1_000 / sample.received,
      available: Math.min(1, availableNs / sendingNs),
      idle: Math.max(0, 1 - ranNs / availableNs),
    };
  }

  close(): void {
    this.#clients.stop();
    this.#worker.close();
  }

  async #add(): Promise<void> {
    const index = this.#viewers.length;
    const transport = await this.#router.createPlainTransport({
      listenInfo: LISTEN,
      enableSrtp: true,
      srtpCryptoSuite: this.#srtp.cryptoSuite,
    });
    const port = this.#ports[index];
    if (port === undefined) throw new RangeError(`no more than ${index} viewers`);
    await transport.connect({ ip: LISTEN.ip, port, srtpParameters: this.#srtp });
    const { rtpParameters } = await transport.consume({
      producerId: this.#producer.id,
      rtpCapabilities: this.#capabilities,
    });
    const { headerExtensions = [], encodings = [] } = rtpParameters;
    const extension = headerExtensions.find(({ uri }) => uri === TRANSPORT_CC)?.id ?? 0;
    const ssrc = encodings[0]?.ssrc ?? 0;
    await this.#clients.ask(`viewer ${index} ${transport.tuple.localPort} ${ssrc} ${extension}`);
    this.#viewers.push(transport);
  }
}

/** The total time for which a process's main thread has run, and has waited for its core. */
async function scheduled(pid: number): Promise<{ ranNs: number; waitedNs: number }> {
  const line = await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8');
  const [ranNs = 0, waitedNs = 0] = line.split(' ').map(Number);
  return { ranNs, waitedNs };
}

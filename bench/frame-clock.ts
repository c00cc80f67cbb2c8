import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createWorker, type types } from 'mediasoup';
import { z } from 'zod';
import { mediaCodecs } from '../src/sfu/media-codecs.js';
import { workerSettings } from '../src/sfu/worker-settings.js';
import type { CProgram } from './c-program.js';
import { VIDEO } from './fan-out.js';

const LISTEN = { protocol: 'udp', ip: '127.0.0.1' } as const;
const SUITE = 'AEAD_AES_256_GCM';
/** The total length of the cipher suite's key and salt. */
const KEY_BYTES = 44;

const Opened = z.object({ ports: z.array(z.number()) });
const Delays = z.object({
  p50Us: z.number().positive(),
  p99Us: z.number().positive(),
  frames: z.number().positive(),
  missing: z.number(),
});

/**
 * A worker under measurement, and the program frame-delay.c, which publishes bursts of packets to
 * it, and records when they arrive at viewers in the same program. The viewers send no feedback.
 */
export class FrameClock {
  readonly #worker: types.Worker;
  readonly #program: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    worker: types.Worker,
    program: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
  ) {
    this.#worker = worker;
    this.#program = program;
    this.#lines = lines;
  }

  /** @param workerProgram the path of the worker to measure; by default, mediasoup's own */
  static async create(
    program: CProgram,
    { viewers, workerProgram }: { viewers: number; workerProgram: string | undefined },
  ): Promise<FrameClock> {
    const worker = await createWorker(workerSettings(workerProgram ?? null));
    const router = await worker.createRouter({ mediaCodecs });
    const entry = await router.createPlainTransport({ listenInfo: LISTEN, comedia: true });
    const producer = await entry.produce({ kind: 'video', rtpParameters: VIDEO });
    const child = program.start([entry.tuple.localPort, viewers]);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const clock = new FrameClock(worker, child, lines);
    const { ports } = Opened.parse(await clock.#read());
    for (const port of ports) {
      const transport = await router.createPlainTransport({
        listenInfo: LISTEN,
        enableSrtp: true,
        srtpCryptoSuite: SUITE,
      });
      const keyBase64 = randomBytes(KEY_BYTES).toString('base64');
      const srtpParameters = { cryptoSuite: SUITE, keyBase64 } as const;
      await transport.connect({ ip: LISTEN.ip, port, srtpParameters });
      const { rtpCapabilities } = router;
      await transport.consume({ producerId: producer.id, rtpCapabilities });
    }
    return clock;
  }

  async #read(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the program ended');
    return JSON.parse(value);
  }

  /** Measures, for this number of seconds, the time until frames have arrived completely, in µs. */
  async measure(seconds: number): Promise<z.infer<typeof Delays>> {
    this.#program.stdin.write(`${seconds}\n`);
    return Delays.parse(await this.#read());
  }

  close(): void {
    this.#program.stdin.end();
    this.#worker.close();
  }
}

import { networkInterfaces } from 'node:os';
import { createWorker, type types } from 'mediasoup';
import type { Config } from '../config/config.js';
import { listenInfos } from './listen-addresses.js';
import { mediaCodecs } from './media-codecs.js';
import { whileItLives } from './media-refused.js';
import { workerSettings } from './worker-settings.js';

/** How long a worker may take to start: one of another version never answers. */
const START_TIMEOUT_MS = 20_000;
/** A peer's network loss is noticed within 10 s, as on the socket. */
const CONSENT_S = 10;

/** One mediasoup worker process with its port and its load. */
export class SfuWorker {
  readonly index: number;
  /** What clients reach it at; empty: at the machine's own addresses. */
  readonly announcedAddresses: readonly string[];
  readonly #worker: types.Worker;
  readonly #server: types.WebRtcServer;
  /** A rough count of streams going through it, to place new ones; see {@link ../sfu/edge}. */
  load = 0;

  private constructor(
    index: number,
    {
      worker,
      server,
      rtc,
    }: { worker: types.Worker; server: types.WebRtcServer; rtc: Config['rtc'] },
  ) {
    this.index = index;
    this.announcedAddresses = rtc.announcedAddresses;
    this.#worker = worker;
    this.#server = server;
  }

  /**
   * Starts the process and binds its port. Rejects if the port is in use or the binary does not
   * match.
   */
  static async create(index: number, rtc: Config['rtc']): Promise<SfuWorker> {
    const worker = await withTimeout(createWorker(workerSettings(rtc.workerBin)));
    const port = rtc.port === 0 ? 0 : rtc.port + index;
    try {
      const server = await worker.createWebRtcServer({
        listenInfos: listenInfos({
          announcedAddresses: rtc.announcedAddresses,
          port,
          interfaces: networkInterfaces(),
        }),
      });
      return new SfuWorker(index, { worker, server, rtc });
    } catch (cause) {
      worker.close();
      throw new Error(
        `The media worker can't listen on port ${port} (UDP and TCP): is another Onair running? ` +
          'Stop it, or set RTC_PORT to a free port.',
        { cause },
      );
    }
  }

  get pid(): number {
    return this.#worker.pid;
  }

  get closed(): boolean {
    return this.#worker.closed;
  }

  /** Calls the listener once if the process dies unexpectedly. */
  onDied(listener: () => void): void {
    this.#worker.once('died', listener);
  }

  /** @param codecs in place of those that we route, under our numbers */
  createRouter(codecs: readonly types.RouterRtpCodecCapability[] = mediaCodecs) {
    return whileItLives(this.#worker, () =>
      this.#worker.createRouter({ mediaCodecs: [...codecs] }),
    );
  }

  createTransport(
    router: types.Router,
    { consentS = CONSENT_S }: { consentS?: number } = {},
  ): Promise<types.WebRtcTransport> {
    const options: types.WebRtcTransportOptions = {
      webRtcServer: this.#server,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout: consentS,
      // High enough that a viewer starts with a good layer; estimation corrects it within a second.
      initialAvailableOutgoingBitrate: 2_500_000,
    };
    return whileItLives(router, () => router.createWebRtcTransport(options));
  }

  close(): void {
    this.#worker.close();
  }
}

async function withTimeout(starting: Promise<types.Worker>): Promise<types.Worker> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new Error(
          'The media worker did not answer: its version may not be that of the mediasoup package. ' +
            'Remove MEDIASOUP_WORKER_BIN or its cache, and start again.',
        ),
      );
    }, START_TIMEOUT_MS);
  });
  try {
    return await Promise.race([starting, late]);
  } finally {
    clearTimeout(timer);
  }
}

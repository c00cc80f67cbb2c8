import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';
import type { Config } from '../config/config.js';
import { listenInfos } from './listen-addresses.js';
import { mediaCodecs } from './media-codecs.js';
import { whileItLives } from './media-refused.js';
import { UdpCounters } from './udp-counters.js';
import { startWorkerProcess } from './worker-process.js';
import { workerSettings } from './worker-settings.js';

/** How long a worker may take to start. A worker whose version doesn't match never answers. */
const START_TIMEOUT_MS = 20_000;
/**
 * How long a worker may take to end before it is killed. Killing it loses nothing, because its
 * broadcasts have ended or moved. The limit is short because the whole shutdown may take only ten
 * seconds, and on a busy machine its other steps need several of them.
 */
const END_TIMEOUT_MS = 2_000;
/** A peer's network loss is noticed within 10 s, as on the socket. */
const CONSENT_S = 10;

/** One mediasoup worker process, with its port and load. */
export class SfuWorker {
  readonly index: number;
  /** The addresses at which clients reach the worker; empty for the machine's own addresses. */
  readonly announcedAddresses: readonly string[];
  readonly #worker: types.Worker;
  readonly #server: types.WebRtcServer;
  readonly #counters: UdpCounters;
  /**
   * A rough count of the streams that the worker forwards, which determines where new streams are
   * placed; see {@link ./broadcast-routers}.
   */
  load = 0;

  private constructor(
    index: number,
    {
      worker,
      server,
      rtc,
      counters,
    }: {
      worker: types.Worker;
      server: types.WebRtcServer;
      rtc: Config['rtc'];
      counters: UdpCounters;
    },
  ) {
    this.index = index;
    this.announcedAddresses = rtc.announcedAddresses;
    this.#worker = worker;
    this.#server = server;
    this.#counters = counters;
    worker.observer.once('close', () => counters.close());
  }

  /**
   * Starts the process and binds its port. Rejects if the port is in use or the binary's version
   * doesn't match.
   * @param onWarning called with each warning about the machine that the worker reports
   */
  static async create(
    index: number,
    rtc: Config['rtc'],
    onWarning: (sentence: string) => void,
  ): Promise<SfuWorker> {
    const counters = UdpCounters.create();
    try {
      return await SfuWorker.#start(index, { rtc, counters, onWarning });
    } catch (error) {
      counters.close();
      throw error;
    }
  }

  static async #start(
    index: number,
    {
      rtc,
      counters,
      onWarning,
    }: { rtc: Config['rtc']; counters: UdpCounters; onWarning: (sentence: string) => void },
  ): Promise<SfuWorker> {
    const { segments } = rtc;
    const worker = await withTimeout(
      startWorkerProcess(workerSettings(rtc.workerBin), { segments, counters, onWarning }),
    );
    const port = rtc.port === 0 ? 0 : rtc.port + index;
    try {
      const server = await worker.createWebRtcServer({
        listenInfos: listenInfos({
          announcedAddresses: rtc.announcedAddresses,
          port,
          interfaces: networkInterfaces(),
        }),
      });
      return new SfuWorker(index, { worker, server, rtc, counters });
    } catch (cause) {
      worker.close();
      throw new Error(
        `The media worker can’t listen on port ${port} (UDP and TCP): is another Onair running? ` +
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

  /** Returns the CPU time that the process has used, in seconds; rejects if the process dies. */
  async cpuSeconds(): Promise<number> {
    const { ru_utime: userMs, ru_stime: systemMs } = await this.#worker.getResourceUsage();
    return (userMs + systemMs) / 1_000;
  }

  /** The worker's counters of sent datagrams. */
  get udp(): ReturnType<UdpCounters['read']> {
    return this.#counters.read();
  }

  /** Calls the listener once if the process dies unexpectedly. */
  onDied(listener: () => void): void {
    this.#worker.once('died', listener);
  }

  /** @param codecs replaces the default codecs and payload types */
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
      // The value is high enough that a viewer starts with a good layer. The bandwidth estimation
      // corrects it within a second.
      initialAvailableOutgoingBitrate: 2_500_000,
    };
    return whileItLives(router, () => router.createWebRtcTransport(options));
  }

  /**
   * Ends the process, which takes a few milliseconds. Resolves when the process is gone and its
   * port is free. If it hangs, it is killed after two seconds.
   */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker.subprocessClosed) return;
    const gone = new Promise<void>((resolve) => worker.once('subprocessclose', resolve));
    worker.close();
    const timer = setTimeout(() => process.kill(worker.pid, 'SIGKILL'), END_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  }
}

async function withTimeout(starting: Promise<types.Worker>): Promise<types.Worker> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new Error(
          'The media worker did not respond: its version may not match the mediasoup package. ' +
            'Unset MEDIASOUP_WORKER_BIN or delete its cached binary, and start again.',
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

import { availableParallelism } from 'node:os';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { Metrics } from '../common/metrics.js';
import type { NodeLoad } from '../protocol/admin.js';

/** The interval at which totals are sampled. */
const SAMPLE_EVERY_MS = 5_000;
/** The number of stored samples. With two samples, rates cover one to two intervals. */
const SAMPLES = 2;

/** The totals since startup. Rates are calculated from their differences. */
type Totals = Readonly<{
  atMs: number;
  serverCpuMs: number;
  /**
   * The CPU time of each media worker, by label; it starts again at 0 if the worker is replaced.
   */
  workerCpuMs: ReadonlyMap<string, number>;
  hlsBytes: number;
}>;

/** Measures this node's load. The figures are those of the metrics. */
@Injectable()
export class LoadMeter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The latest samples, oldest first. */
  readonly #samples: Totals[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isSampling = false;

  constructor(
    private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async read(): Promise<NodeLoad> {
    const { metrics } = this;
    const [now, broadcasts, viewers, webRtcViewers, sockets, webRtc] = await Promise.all([
      this.#totals(),
      metrics.sum('onair_broadcasts'),
      metrics.sum('onair_viewers'),
      metrics.sum('onair_webrtc_viewers'),
      metrics.sum('onair_sockets'),
      metrics.sum('onair_bitrate_bps', { direction: 'out' }),
    ]);
    const cores = availableParallelism();
    const { server, workers, hlsBps } = rates(this.#samples[0] ?? now, now);
    const cpu = [server, ...workers].reduce((sum, share) => sum + share, 0) / cores;
    return {
      cores,
      cpu: Math.min(1, cpu),
      busiestWorker: Math.min(1, Math.max(0, ...workers)),
      memoryBytes: process.memoryUsage.rss(),
      broadcasts,
      viewers,
      webRtcViewers,
      sockets,
      outgoingBps: { webRtc: Math.round(webRtc), hls: Math.round(hlsBps) },
    };
  }

  /**
   * Skips a sample while the previous one is still being taken, which happens if a media worker
   * hangs.
   */
  #sample(): void {
    if (this.#isSampling) return;
    this.#isSampling = true;
    void this.#totals()
      .then((totals) => {
        this.#samples.push(totals);
        if (this.#samples.length > SAMPLES) this.#samples.shift();
      })
      .catch((err: unknown) => this.log.warn({ err }, 'the load could not be measured'))
      .finally(() => {
        this.#isSampling = false;
      });
  }

  async #totals(): Promise<Totals> {
    const [workers, hlsBytes] = await Promise.all([
      this.metrics.read('onair_worker_cpu_seconds_total'),
      this.metrics.sum('onair_hls_sent_bytes_total'),
    ]);
    const { user, system } = process.cpuUsage();
    return {
      atMs: performance.now(),
      serverCpuMs: (user + system) / 1_000,
      workerCpuMs: new Map(
        workers.map(({ labels: { worker = '' }, value }) => [worker, value * 1_000]),
      ),
      hlsBytes,
    };
  }
}

/** Returns the CPU use as shares of one core, and the HLS bit rate. All are 0 at the start. */
function rates(before: Totals, now: Totals) {
  const ms = now.atMs - before.atMs;
  const share = (usedMs: number) => (ms > 0 ? Math.max(0, usedMs) / ms : 0);
  return {
    server: share(now.serverCpuMs - before.serverCpuMs),
    workers: [...now.workerCpuMs].map(([worker, cpuMs]) =>
      share(cpuMs - (before.workerCpuMs.get(worker) ?? 0)),
    ),
    hlsBps: share(8_000 * (now.hlsBytes - before.hlsBytes)),
  };
}

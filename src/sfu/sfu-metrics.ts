import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import type { BroadcastOutput } from './broadcast-output.js';
import { SfuService } from './sfu.service.js';

type Bitrates = { incomingBps: number; outgoingBps: number };

/**
 * How long measured bit rates are reused. Each measurement costs one message per transport to its
 * worker.
 */
const BITRATE_MAX_AGE_MS = 5_000;

/** Registers the SFU metrics. */
@Injectable()
export class SfuMetrics {
  #bitrates: { atMs: number; value: Promise<Bitrates> } | null = null;

  constructor(
    private readonly sfu: SfuService,
    metrics: Metrics,
  ) {
    const kinds = (['audio', 'video'] as const).map((kind) => ({ kind }));
    metrics.gauge(
      'onair_producers',
      'Tracks received from publishers and from other nodes.',
      () => kinds.map((labels) => ({ labels, value: this.#count('producers', labels.kind) })),
      ['kind'],
    );
    metrics.gauge(
      'onair_consumers',
      'Tracks sent to viewers over WebRTC.',
      () => kinds.map((labels) => ({ labels, value: this.#count('consumers', labels.kind) })),
      ['kind'],
    );
    metrics.gauge(
      'onair_webrtc_viewers',
      'Viewers connected over WebRTC, including WHEP. Also counted among all viewers.',
      () => this.#sum(({ viewers }) => viewers.size),
    );
    metrics.gauge('onair_routers', 'Routers of broadcasts on all workers.', () =>
      this.#sum(({ routers }) => routers),
    );
    metrics.gauge('onair_workers', 'Running media workers.', () => sfu.pool.workers.length);
    metrics.gauge(
      'onair_worker_deaths_total',
      'Media workers that died unexpectedly since startup.',
      () => sfu.pool.deaths,
    );
    metrics.gauge(
      'onair_worker_cpu_seconds_total',
      'CPU time of each media worker since it started, in seconds.',
      () => this.#cpuTimes(),
      ['worker'],
    );
    metrics.gauge(
      'onair_worker_info',
      'Always 1. The labels describe the media worker: its origin (built, prebuilt or given) and its parts.',
      () => {
        const { origin, parts } = sfu.workerOrigin;
        return [{ labels: { origin, parts: parts.join(' ') }, value: 1 }];
      },
      ['origin', 'parts'],
    );
    metrics.gauge(
      'onair_worker_udp_total',
      'Counters of each media worker about the RTP and RTCP datagrams that it sent since it started.',
      () => this.#udpCounts(),
      ['worker', 'what'],
    );
    metrics.gauge(
      'onair_bitrate_bps',
      'Bit rate over WebRTC in bits per second: received from publishers (in), sent to viewers (out).',
      async () => {
        const { incomingBps, outgoingBps } = await this.#currentBitrates();
        return [
          { labels: { direction: 'in' }, value: incomingBps },
          { labels: { direction: 'out' }, value: outgoingBps },
        ];
      },
      ['direction'],
    );
  }

  #count(what: 'producers' | 'consumers', kind: 'audio' | 'video'): number {
    return this.#sum(({ producers, viewers }) => {
      if (what === 'producers') return producers.filter((one) => one.kind === kind).length;
      return [...viewers].reduce((sum, viewer) => sum + viewer.count(kind), 0);
    });
  }

  #sum(amount: (output: BroadcastOutput) => number): number {
    return [...this.sfu.broadcasts].reduce((sum, { output }) => sum + amount(output), 0);
  }

  #udpCounts() {
    return this.sfu.pool.workers.flatMap((worker) =>
      Object.entries(worker.udp).map(([what, value]) => ({
        labels: { worker: String(worker.index), what },
        value,
      })),
    );
  }

  /** Leaves out workers that die in the meantime. */
  async #cpuTimes() {
    const all = await Promise.allSettled(
      this.sfu.pool.workers.map(async (worker) => ({
        labels: { worker: String(worker.index) },
        value: await worker.cpuSeconds(),
      })),
    );
    return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  #currentBitrates(): Promise<Bitrates> {
    const nowMs = performance.now();
    if (!this.#bitrates || nowMs - this.#bitrates.atMs > BITRATE_MAX_AGE_MS)
      this.#bitrates = { atMs: nowMs, value: this.#measure() };
    return this.#bitrates.value;
  }

  async #measure(): Promise<Bitrates> {
    const all = await Promise.all([...this.sfu.broadcasts].map((one) => one.bitrates()));
    return all.reduce(
      (sum, { incomingBps, outgoingBps }) => ({
        incomingBps: sum.incomingBps + incomingBps,
        outgoingBps: sum.outgoingBps + outgoingBps,
      }),
      { incomingBps: 0, outgoingBps: 0 },
    );
  }
}

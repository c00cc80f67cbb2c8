import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import type { RoutedBroadcast } from './routed-broadcast.js';
import { SfuService } from './sfu.service.js';

type Bitrates = { incomingBps: number; outgoingBps: number };

/** Asking every transport costs a message to its worker: done at most this often. */
const BITRATE_MAX_AGE_MS = 5_000;

/** Registers the metrics of the SFU. */
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
      'Tracks that publishers send.',
      () => kinds.map((labels) => ({ labels, value: this.#count('producers', labels.kind) })),
      ['kind'],
    );
    metrics.gauge(
      'onair_consumers',
      'Tracks that are sent to viewers over WebRTC.',
      () => kinds.map((labels) => ({ labels, value: this.#count('consumers', labels.kind) })),
      ['kind'],
    );
    metrics.gauge('onair_routers', 'Routers of broadcasts, over all workers.', () =>
      this.#sum(({ routers }) => routers),
    );
    metrics.gauge('onair_workers', 'Media workers that run.', () => sfu.pool.workers.length);
    metrics.gauge(
      'onair_worker_deaths_total',
      'Media workers that died by themselves since the start.',
      () => sfu.pool.deaths,
    );
    metrics.gauge(
      'onair_bitrate_bps',
      'Media over WebRTC, bits a second: in from publishers, out to viewers.',
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

  #sum(of: (broadcast: RoutedBroadcast) => number): number {
    return [...this.sfu.broadcasts].reduce((sum, broadcast) => sum + of(broadcast), 0);
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

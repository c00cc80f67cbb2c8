import { Inject, Injectable } from '@nestjs/common';
import { Metrics } from '../../common/metrics.js';
import { HlsDelivery } from './hls-delivery.js';
import { HLS_SOURCE, type HlsSource } from './hls-source.js';

/** Registers the metrics of HLS. */
@Injectable()
export class HlsMetrics {
  constructor(delivery: HlsDelivery, @Inject(HLS_SOURCE) source: HlsSource, metrics: Metrics) {
    metrics.gauge(
      'onair_hls_requests_total',
      'Requests under /hls since the start, by what they asked for.',
      () =>
        Object.entries(delivery.traffic.requests).map(([what, value]) => ({
          labels: { what },
          value,
        })),
      ['what'],
    );
    metrics.gauge(
      'onair_hls_sent_bytes_total',
      'Bodies of answers under /hls since the start, bytes.',
      () => delivery.traffic.bytes,
    );
    metrics.gauge(
      'onair_hls_waiting_requests',
      'Requests that wait for media that is not there yet.',
      () => delivery.waiting + source.usage.waiting,
    );
    metrics.gauge(
      'onair_hls_memory_bytes',
      'Segments and parts in memory.',
      () => source.usage.memoryBytes,
    );
    metrics.gauge('onair_hls_disk_bytes', 'Segments on the disk.', () => source.usage.diskBytes);
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Metrics } from '../../common/metrics.js';
import { HlsDelivery } from './hls-delivery.js';
import { HLS_EDGE, type HlsEdge } from './hls-edge.js';
import { HlsOrigin } from './hls-origin.js';
import { HLS_SOURCE, type HlsSource } from './hls-source.js';
import { LocalHls } from './local-hls.js';

/** Registers the HLS metrics. */
@Injectable()
export class HlsMetrics {
  constructor(
    delivery: HlsDelivery,
    local: LocalHls,
    @Inject(HLS_SOURCE) source: HlsSource,
    @Inject(HLS_EDGE) edge: HlsEdge | null,
    origin: HlsOrigin,
    metrics: Metrics,
  ) {
    if (edge) registerEdge(edge, origin, metrics);
    metrics.gauge(
      'onair_hls_requests_total',
      'Requests under /hls since startup, by resource type.',
      () =>
        Object.entries(delivery.traffic.requests).map(([what, value]) => ({
          labels: { what },
          value,
        })),
      ['what'],
    );
    metrics.gauge(
      'onair_hls_sent_bytes_total',
      'Response bodies under /hls since startup, in bytes.',
      () => delivery.traffic.bytes,
    );
    metrics.gauge(
      'onair_hls_waiting_requests',
      'Requests waiting for media that is not available yet.',
      () => local.waiting + source.usage.waiting + (edge?.waiting ?? 0),
    );
    metrics.gauge(
      'onair_hls_memory_bytes',
      'Segments and parts in memory, in bytes.',
      () => source.usage.memoryBytes + (edge?.memoryBytes ?? 0),
    );
    metrics.gauge(
      'onair_hls_disk_bytes',
      'Segments on disk, in bytes.',
      () => source.usage.diskBytes,
    );
  }
}

/** Registers the metrics that exist only on nodes of a cluster. */
function registerEdge(edge: HlsEdge, origin: HlsOrigin, metrics: Metrics): void {
  metrics.gauge(
    'onair_hls_fetched_total',
    'Responses fetched from the nodes that have the broadcasts, since startup.',
    () => edge.fetched.requests,
  );
  metrics.gauge(
    'onair_hls_fetched_bytes_total',
    'Response bodies fetched from the nodes that have the broadcasts, since startup, in bytes.',
    () => edge.fetched.bytes,
  );
  metrics.gauge(
    'onair_hls_node_requests_total',
    'HLS requests from other nodes since startup.',
    () => origin.traffic.requests,
  );
  metrics.gauge(
    'onair_hls_node_sent_bytes_total',
    'HLS response bodies sent to other nodes since startup, in bytes.',
    () => origin.traffic.bytes,
  );
}

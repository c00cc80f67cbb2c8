import { Inject, Injectable } from '@nestjs/common';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { Metrics } from '../common/metrics.js';

/** Registers the metrics of this node as a member of its cluster. */
@Injectable()
export class NodeMetrics {
  constructor(@Inject(CLUSTER) cluster: Cluster, metrics: Metrics) {
    metrics.gauge(
      'onair_draining',
      '1 if this node is moving its viewers and broadcasts to other nodes, otherwise 0.',
      () => Number(cluster.nodes.get(cluster.self)?.draining === true),
    );
  }
}

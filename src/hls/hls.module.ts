import { Global, Module } from '@nestjs/common';
import { ORIGIN_DIRECTORY, type OriginDirectory } from '../broadcast/ports/origins.js';
import { PACKAGING } from '../broadcast/ports/packaging.js';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { NODE_RESOURCES, type NodeResources } from '../cluster/node-resources.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import { BroadcastOrigins } from './delivery/broadcast-origins.js';
import { HlsDelivery } from './delivery/hls-delivery.js';
import { HLS_EDGE, HlsEdge } from './delivery/hls-edge.js';
import { HlsFastPath } from './delivery/hls-fast-path.js';
import { HlsMetrics } from './delivery/hls-metrics.js';
import { HlsOrigin } from './delivery/hls-origin.js';
import { HLS_SOURCE } from './delivery/hls-source.js';
import { LocalHls } from './delivery/local-hls.js';
import { HlsController } from './hls.controller.js';
import { HlsService } from './hls.service.js';

/**
 * Implements the domain's packaging port. Global because the domain injects the port and doesn't
 * import this module.
 */
@Global()
@Module({
  controllers: [HlsController],
  providers: [
    HlsService,
    LocalHls,
    HlsOrigin,
    HlsDelivery,
    HlsFastPath,
    HlsMetrics,
    { provide: PACKAGING, useExisting: HlsService },
    { provide: HLS_SOURCE, useExisting: HlsService },
    {
      provide: HLS_EDGE,
      inject: [CONFIG, ORIGIN_DIRECTORY, CLUSTER, NODE_RESOURCES, LocalHls, CLOCK],
      useFactory: (
        { node }: Config,
        directory: OriginDirectory,
        cluster: Cluster,
        resources: NodeResources,
        local: LocalHls,
        clock: Clock,
      ): HlsEdge | null => {
        if (node.url === null) return null;
        const origins = new BroadcastOrigins(directory, clock);
        return new HlsEdge({ cluster, resources, origins, local, clock });
      },
    },
  ],
  exports: [PACKAGING, HLS_SOURCE, HlsService],
})
export class HlsModule {}

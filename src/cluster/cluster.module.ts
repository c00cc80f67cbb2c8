import { Global, Module } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { PrismaService } from '../db/prisma.service.js';
import { Secrets } from '../secrets/secrets.js';
import { BUS } from './bus.js';
import { CLUSTER } from './cluster.js';
import { Membership } from './membership.js';
import { NodeDrain } from './node-drain.js';
import { NODE_CALLS } from './node-calls.js';
import { NODE_RESOURCES } from './node-resources.js';
import { DbModule } from '../db/db.module.js';

/**
 * Provides the {@link CLUSTER}, its {@link BUS}, its {@link NODE_CALLS}, its {@link NODE_RESOURCES}
 * and the {@link NodeDrain} globally.
 */
@Global()
@Module({
  imports: [DbModule],
  providers: [
    {
      provide: Membership,
      inject: [CONFIG, PrismaService, Secrets, CLOCK, LOG],
      useFactory: (config: Config, db: PrismaService, secrets: Secrets, clock: Clock, log: Log) =>
        Membership.join({ config, db, secrets, clock, log: log.child({ part: 'cluster' }) }),
    },
    { provide: CLUSTER, inject: [Membership], useFactory: ({ cluster }: Membership) => cluster },
    { provide: BUS, inject: [Membership], useFactory: ({ bus }: Membership) => bus },
    { provide: NODE_CALLS, inject: [Membership], useFactory: ({ calls }: Membership) => calls },
    {
      provide: NODE_RESOURCES,
      inject: [Membership],
      useFactory: ({ resources }: Membership) => resources,
    },
    NodeDrain,
  ],
  exports: [CLUSTER, BUS, NODE_CALLS, NODE_RESOURCES, NodeDrain],
})
export class ClusterModule {}

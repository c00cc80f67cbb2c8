import { Module } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { Jobs } from './jobs.js';
import { PrismaService } from './prisma.service.js';

/**
 * Nest's injection token for the initial content of an in-memory database (a tar of a data folder),
 * or null.
 */
export const DATABASE_IMAGE = Symbol('DatabaseImage');

/** Provides the opened and migrated database, and its periodic jobs. */
@Module({
  providers: [
    {
      provide: PrismaService,
      inject: [CONFIG, LOG, DATABASE_IMAGE],
      useFactory: (config: Config, log: Log, image: Uint8Array | null) =>
        PrismaService.open(config.data, log.child({ part: 'database' }), {
          isNode: config.node.url !== null,
          image,
        }),
    },
    {
      provide: Jobs,
      inject: [PrismaService, CONFIG],
      useFactory: (db: PrismaService, { node }: Config) => new Jobs(db, node.url !== null),
    },
  ],
  exports: [PrismaService, Jobs],
})
export class DbModule {}

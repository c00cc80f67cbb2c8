import { Module } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { PrismaService } from './prisma.service.js';

/**
 * Nest's injection token for the initial content of an in-memory database (a folder's tar), or
 * null.
 */
export const DATABASE_IMAGE = Symbol('DatabaseImage');

/** Provides the database, opened and migrated. */
@Module({
  providers: [
    {
      provide: PrismaService,
      inject: [CONFIG, LOG, DATABASE_IMAGE],
      useFactory: (config: Config, log: Log, image: Uint8Array | null) =>
        PrismaService.open(config.data, log.child({ part: 'database' }), image),
    },
  ],
  exports: [PrismaService],
})
export class DbModule {}

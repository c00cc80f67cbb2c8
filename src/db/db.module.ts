import { Module } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { PrismaService } from './prisma.service.js';

/** The database, open and up to date before anybody gets it. */
@Module({
  providers: [
    {
      provide: PrismaService,
      inject: [CONFIG, LOG],
      useFactory: (config: Config, log: Log) =>
        PrismaService.open(config.data, log.child({ part: 'database' })),
    },
  ],
  exports: [PrismaService],
})
export class DbModule {}

import { type DynamicModule, Module } from '@nestjs/common';
import { LOG, type Log } from './common/logger.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/config.js';
import { DbModule } from './db/db.module.js';

/** The one file that names every module. */
@Module({})
export class AppModule {
  static of(config: Config, log: Log): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [ConfigModule.of(config), DbModule],
      providers: [{ provide: LOG, useValue: log }],
      exports: [LOG],
    };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import { CLOCK, systemClock } from '../common/clock.js';
import { CONFIG, type Config } from './config.js';

/** Provides the {@link Config} and the clock globally. */
@Module({})
export class ConfigModule {
  static of(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: CLOCK, useValue: systemClock },
      ],
      exports: [CONFIG, CLOCK],
    };
  }
}

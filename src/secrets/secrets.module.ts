import { Global, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { masterSecret } from './master-secret.js';
import { Secrets } from './secrets.js';

/** Provides the server's {@link Secrets} globally. */
@Global()
@Module({
  providers: [
    {
      provide: Secrets,
      inject: [CONFIG],
      useFactory: async ({ data, auth }: Config) =>
        new Secrets(await masterSecret({ given: auth.secret, dir: data.dir })),
    },
  ],
  exports: [Secrets],
})
export class SecretsModule {}

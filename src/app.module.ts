import { type DynamicModule, Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { AccessModule } from './access/access.module.js';
import { AccountModule } from './account/account.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import { BroadcastModule } from './broadcast/broadcast.module.js';
import { LiveChannelsModule } from './broadcast/live-channels.module.js';
import { ChatModule } from './chat/chat.module.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { ADMISSION } from './common/admission.js';
import { badRequest } from './common/bad-request.js';
import { CLOCK, type Clock } from './common/clock.js';
import { FolderLock } from './common/folder-lock.js';
import { HttpErrorFilter } from './common/http-error.filter.js';
import { LOG, type Log } from './common/logger.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/config.js';
import { DATABASE_IMAGE, DbModule } from './db/db.module.js';
import { FollowsModule } from './follows/follows.module.js';
import { HealthModule } from './health/health.module.js';
import { HlsModule } from './hls/hls.module.js';
import { IngestModule } from './ingest/ingest.module.js';
import { OpenApiModule } from './openapi/openapi.module.js';
import { PagesModule } from './pages/pages.module.js';
import { RecordingsModule } from './recordings/recordings.module.js';
import { RestreamModule } from './restream/restream.module.js';
import { SecretsModule } from './secrets/secrets.module.js';
import { ClientAddress } from './security/client-address.js';
import { RequestAdmission, RequestBounds } from './security/request-bounds.js';
import { SfuModule } from './sfu/sfu.module.js';
import { SharingModule } from './sharing/sharing.module.js';
import { SignalingModule } from './signaling/signaling.module.js';
import { StageModule } from './stage/stage.module.js';
import { StatisticsModule } from './statistics/statistics.module.js';
import { TranscodeModule } from './transcode/transcode.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { WhepModule } from './whep/whep.module.js';
import { WhipModule } from './whip/whip.module.js';

type Parts = Readonly<{
  config: Config;
  log: Log;
  /** The folder of the web build. */
  webRoot: string;
  /** The initial content of an in-memory database. */
  databaseImage: Uint8Array | null;
  /** The lock on the data folder, which is released at the end; null if there is no folder. */
  folder: FolderLock | null;
}>;

/** The root module; the only file that imports all others. */
@Module({})
export class AppModule {
  static of({ config, log, webRoot, databaseImage, folder }: Parts): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [
        ConfigModule.of(config),
        SecretsModule,
        DbModule,
        ClusterModule,
        AuthModule,
        AccessModule,
        LiveChannelsModule,
        BroadcastModule,
        TranscodeModule,
        SfuModule,
        RecordingsModule,
        HlsModule,
        SignalingModule,
        WhipModule,
        WhepModule,
        IngestModule,
        FollowsModule,
        ChatModule,
        StageModule,
        SharingModule,
        AccountModule,
        AdminModule,
        WebhooksModule,
        RestreamModule,
        StatisticsModule,
        HealthModule,
        OpenApiModule,
        // This must be last, because its routes match all remaining paths.
        PagesModule.of(webRoot),
      ],
      providers: [
        { provide: LOG, useValue: log },
        { provide: DATABASE_IMAGE, useValue: databaseImage },
        { provide: FolderLock, useValue: folder },
        {
          provide: RequestBounds,
          inject: [CLOCK],
          useFactory: (clock: Clock) =>
            new RequestBounds({ clock, factor: config.http.addressLimitFactor }),
        },
        {
          provide: ADMISSION,
          inject: [RequestBounds],
          useFactory: (bounds: RequestBounds) =>
            new RequestAdmission(bounds, new ClientAddress(config.http.trustProxy)),
        },
        { provide: APP_FILTER, useClass: HttpErrorFilter },
        {
          provide: APP_PIPE,
          useValue: new StandardSchemaValidationPipe({ exceptionFactory: badRequest }),
        },
      ],
      exports: [LOG, ADMISSION, DATABASE_IMAGE],
    };
  }
}

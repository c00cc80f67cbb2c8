import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.js';
import { DbModule } from '../db/db.module.js';
import { AccessMemory } from './access-memory.js';
import { AccessSettings } from './access-settings.js';
import { AccountAddresses } from './account-addresses.js';
import { AccessController } from './access.controller.js';
import { AccessRepository } from './access.repository.js';
import { AccessService } from './access.service.js';
import { ChannelAccessGuard } from './channel-access.guard.js';
import { HlsAuthorizer } from './hls-authorizer.js';
import { MediaTokens } from './media-tokens.js';
import { RequestVisitors } from './request-visitors.js';
import { UnlockService } from './unlock.service.js';

/** Provides access control. Global because every entry point calls {@link AccessService}. */
@Global()
@Module({
  imports: [DbModule, AuthModule],
  controllers: [AccessController],
  providers: [
    AccessMemory,
    AccessRepository,
    AccessService,
    AccessSettings,
    AccountAddresses,
    HlsAuthorizer,
    MediaTokens,
    RequestVisitors,
    UnlockService,
    { provide: APP_GUARD, useClass: ChannelAccessGuard },
  ],
  exports: [
    AccessService,
    AccountAddresses,
    HlsAuthorizer,
    MediaTokens,
    RequestVisitors,
    AuthModule,
  ],
})
export class AccessModule {}

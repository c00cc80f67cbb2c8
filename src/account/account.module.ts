import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { SecurityLogModule } from '../security-log/security-log.module.js';
import { AccountDataController } from './account-data.controller.js';
import { AccountDataRepository } from './account-data.repository.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AccountExportService } from './account-export.service.js';
import { CredentialsController } from './credentials.controller.js';
import { CredentialsRepository } from './credentials.repository.js';
import { CredentialsService } from './credentials.service.js';
import { SecurityEventController } from './security-event.controller.js';

/** Provides operations on a whole account: credentials, export and deletion. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule, SecurityLogModule],
  controllers: [AccountDataController, CredentialsController, SecurityEventController],
  exports: [AccountDeletionService],
  providers: [
    AccountDataRepository,
    AccountDeletionService,
    AccountExportService,
    CredentialsRepository,
    CredentialsService,
  ],
})
export class AccountModule {}

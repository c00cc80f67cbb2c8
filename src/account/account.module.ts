import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { AccountDataController } from './account-data.controller.js';
import { AccountDataRepository } from './account-data.repository.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AccountExportService } from './account-export.service.js';

/** What concerns all that there is of an account: its export and its end. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule],
  controllers: [AccountDataController],
  exports: [AccountDeletionService],
  providers: [AccountDataRepository, AccountDeletionService, AccountExportService],
})
export class AccountModule {}

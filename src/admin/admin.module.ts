import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { SecurityLogModule } from '../security-log/security-log.module.js';
import { AdminAccountController } from './admin-account.controller.js';
import { AdminAccountService } from './admin-account.service.js';
import { AdminBroadcastController } from './admin-broadcast.controller.js';
import { AdminBroadcastService } from './admin-broadcast.service.js';
import { AdminEventController } from './admin-event.controller.js';
import { AdminNodeController } from './admin-node.controller.js';
import { AdminNodeService } from './admin-node.service.js';
import { AdminOverviewController } from './admin-overview.controller.js';
import { AdminOverviewService } from './admin-overview.service.js';
import { AdminRegistrationController } from './admin-registration.controller.js';
import { AdminRepository } from './admin.repository.js';
import { FirstAdministrator } from './first-administrator.js';
import { LoadMeter } from './load-meter.js';
import { SetupController } from './setup.controller.js';

/** Provides administration, including the creation of the first administrator. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule, SecurityLogModule],
  controllers: [
    SetupController,
    AdminOverviewController,
    AdminAccountController,
    AdminBroadcastController,
    AdminEventController,
    AdminNodeController,
    AdminRegistrationController,
  ],
  providers: [
    AdminRepository,
    AdminAccountService,
    AdminBroadcastService,
    AdminNodeService,
    LoadMeter,
    AdminOverviewService,
    FirstAdministrator,
  ],
})
export class AdminModule {}

import { Module } from '@nestjs/common';
import { DbModule } from '../db/db.module.js';
import { AdminEventRepository } from './admin-event.repository.js';
import { SecurityEventRepository } from './security-event.repository.js';
import { SecurityLog } from './security-log.js';

/** Provides the security log. */
@Module({
  imports: [DbModule],
  providers: [AdminEventRepository, SecurityEventRepository, SecurityLog],
  exports: [SecurityLog],
})
export class SecurityLogModule {}

import { Controller, Get } from '@nestjs/common';
import { Operation } from '../common/operation.js';
import { AdminOverview } from '../protocol/admin.js';
import { AdminOverviewService } from './admin-overview.service.js';
import { ForAdministrators } from './administrator.guard.js';

/** HTTP API of the service's status, for administrators. */
@Controller('api/admin/overview')
@ForAdministrators()
export class AdminOverviewController {
  constructor(private readonly overview: AdminOverviewService) {}

  @Get()
  @Operation({
    summary: 'How the service is: counts, storage, health, limits',
    reply: AdminOverview,
    errors: ['not_logged_in', 'forbidden'],
  })
  async get(): Promise<AdminOverview> {
    return this.overview.get();
  }
}

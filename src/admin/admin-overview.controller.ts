import { Controller, Get } from '@nestjs/common';
import { Operation } from '../common/operation.js';
import { AdminOverview } from '../protocol/admin.js';
import { AdminOverviewService } from './admin-overview.service.js';
import { ForAdministrators } from './administrator.guard.js';

/** The HTTP API through which administrators read the server's status. */
@Controller('api/admin/overview')
@ForAdministrators()
export class AdminOverviewController {
  constructor(private readonly overview: AdminOverviewService) {}

  @Get()
  @Operation({
    summary: 'Get the server’s counts, storage, health and limits',
    reply: AdminOverview,
    errors: ['not_logged_in', 'forbidden'],
  })
  async get(): Promise<AdminOverview> {
    return this.overview.get();
  }
}

import { Controller, Get, Query } from '@nestjs/common';
import { Operation } from '../common/operation.js';
import { Page } from '../protocol/paging.js';
import { AdminEventList } from '../protocol/security-event.js';
import { SecurityLog } from '../security-log/security-log.service.js';
import { ForAdministrators } from './administrator.guard.js';

/** HTTP API of the log of administrators' actions. */
@Controller('api/admin/events')
@ForAdministrators()
export class AdminEventController {
  constructor(private readonly log: SecurityLog) {}

  @Get()
  @Operation({
    summary: 'What administrators did, the newest first',
    description: 'Of one year, and at most 2,000; the same within an hour is one entry.',
    reply: AdminEventList,
    errors: ['not_logged_in', 'forbidden'],
  })
  async list(@Query({ schema: Page }) page: Page): Promise<AdminEventList> {
    return this.log.acts(page);
  }
}

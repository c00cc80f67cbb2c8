import { Controller, Get, Query } from '@nestjs/common';
import { Operation } from '../common/operation.js';
import { Page } from '../protocol/paging.js';
import { AdminEventList } from '../protocol/security-event.js';
import { SecurityLog } from '../security-log/security-log.js';
import { ForAdministrators } from './administrator.guard.js';

/** The HTTP API for the log of administrator actions. */
@Controller('api/admin/events')
@ForAdministrators()
export class AdminEventController {
  constructor(private readonly log: SecurityLog) {}

  @Get()
  @Operation({
    summary: 'List administrators’ actions, newest first',
    description:
      'Covers the last year, up to 2,000 entries; repetitions within an hour are combined into one entry.',
    reply: AdminEventList,
    errors: ['not_logged_in', 'forbidden'],
  })
  async list(@Query({ schema: Page }) page: Page): Promise<AdminEventList> {
    return this.log.acts(page);
  }
}

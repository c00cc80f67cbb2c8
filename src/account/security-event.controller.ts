import { Controller, Get, Query } from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { Page } from '../protocol/paging.js';
import { SecurityEventList } from '../protocol/security-event.js';
import { SecurityLog } from '../security-log/security-log.service.js';

/** HTTP API of the caller's security events. */
@Controller('api/account/events')
@LoggedIn()
export class SecurityEventController {
  constructor(private readonly log: SecurityLog) {}

  @Get()
  @Operation({
    summary: 'What happened to one’s account, the newest first',
    description:
      'Log-ins, wrong passwords, changes of what lets somebody in, and of who may watch one’s channels. Of 90 days, and at most 500; the same within an hour is one entry.',
    reply: SecurityEventList,
    errors: ['not_logged_in'],
  })
  async list(
    @Query({ schema: Page }) page: Page,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<SecurityEventList> {
    return this.log.events(id, page);
  }
}

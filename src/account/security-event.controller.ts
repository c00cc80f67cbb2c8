import { Controller, Get, Query } from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { Page } from '../protocol/paging.js';
import { SecurityEventList } from '../protocol/security-event.js';
import { SecurityLog } from '../security-log/security-log.js';

/** The HTTP API for the caller's security events. */
@Controller('api/account/events')
@LoggedIn()
export class SecurityEventController {
  constructor(private readonly log: SecurityLog) {}

  @Get()
  @Operation({
    summary: 'List your account’s security events, newest first',
    description:
      'Logins, wrong passwords, and changes of credentials and of the audience of your channels. Covers the last 90 days, up to 500 entries; repetitions within an hour are combined into one entry.',
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

import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentAccount, CurrentIdentity, Identified, LoggedIn } from '../auth/identity.guard.js';
import { LogInService } from '../auth/log-in.service.js';
import { type RequestSource, Source } from '../auth/request-source.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { AccountView } from '../protocol/account.js';
import { SetupClaim, SetupRequest } from '../protocol/admin.js';
import { FirstAdministrator } from './first-administrator.js';

/**
 * The HTTP API for the setup link, which is printed at each startup until an administrator exists.
 */
@Controller('api/setup')
export class SetupController {
  constructor(
    private readonly first: FirstAdministrator,
    private readonly logIns: LogInService,
  ) {}

  @Post()
  @Identified()
  @Operation({
    summary: 'Create the first administrator’s account with the link from the server’s log',
    reply: AccountView,
    errors: ['forbidden', 'username_taken'],
  })
  async create(
    @Body({ schema: SetupRequest }) request: SetupRequest,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountView> {
    const created = await this.first.create(request);
    const { account, setCookies } = await this.logIns.begin(created, identity, source, {
      isNew: true,
    });
    reply.header('set-cookie', [...setCookies]);
    return account;
  }

  @Post('claim')
  @HttpCode(204)
  @LoggedIn()
  @Operation({
    summary: 'Become the first administrator with the link from the server’s log',
    reply: null,
    errors: ['not_logged_in', 'forbidden'],
  })
  async claim(
    @Body({ schema: SetupClaim }) { token }: SetupClaim,
    @CurrentAccount() account: CurrentAccount,
  ): Promise<void> {
    await this.first.claim(token, account);
  }
}

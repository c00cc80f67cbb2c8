import { Body, Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from './tokens/token-scope.js';
import { AccountView, LoginOptions, LoginRequest, RegisterRequest } from '../protocol/account.js';
import { AccountService } from './account.service.js';
import { CurrentAccount, CurrentIdentity, Identified, LoggedIn } from './identity.guard.js';
import { type LoggedInNow, LogInService } from './log-in.service.js';
import { type RequestSource, Source } from './request-source.js';
import { OidcClient } from './oidc/oidc-client.js';
import { RegistrationService } from './registration/registration.service.js';
import { SessionService } from './sessions/session.service.js';

/** The HTTP API for registering, logging in and logging out. */
@Controller('api')
export class AuthController {
  constructor(
    private readonly accounts: AccountService,
    private readonly logIns: LogInService,
    private readonly sessions: SessionService,
    private readonly registration: RegistrationService,
    private readonly provider: OidcClient,
  ) {}

  @Get('auth/options')
  @Operation({ summary: 'Get the available login and registration methods', reply: LoginOptions })
  async options(): Promise<LoginOptions> {
    return { registration: await this.registration.mode(), provider: this.provider.name };
  }

  @Post('auth/register')
  @Identified()
  @Operation({
    summary: 'Create an account and log in',
    reply: AccountView,
    errors: ['username_taken', 'registration_closed', 'invitation_needed'],
  })
  async register(
    @Body({ schema: RegisterRequest }) request: RegisterRequest,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountView> {
    const account = await this.registration.register(request.invitation, () =>
      this.accounts.create({ ...request, client: source.address }),
    );
    return answer(reply, await this.logIns.begin(account, identity, source, { isNew: true }));
  }

  @Post('auth/login')
  @HttpCode(200)
  @Identified()
  @Operation({
    summary: 'Log in',
    reply: AccountView,
    errors: [
      'wrong_credentials',
      'second_factor_required',
      'wrong_code',
      'account_disabled',
      'rate_limited',
    ],
  })
  async login(
    @Body({ schema: LoginRequest }) request: LoginRequest,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountView> {
    return answer(reply, await this.logIns.byPassword(request, identity, source));
  }

  @Post('auth/logout')
  @HttpCode(204)
  @Identified()
  @Operation({ summary: 'Log out; has no effect when not logged in', reply: null })
  async logout(
    @CurrentIdentity() { sessionId }: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { setCookie } = await this.sessions.end(sessionId);
    reply.header('set-cookie', setCookie);
  }

  @Get('me')
  @LoggedIn()
  @AllowToken()
  @Operation({
    summary: 'Get the logged-in account',
    reply: AccountView,
    errors: ['not_logged_in'],
  })
  async me(@CurrentAccount() { id }: CurrentAccount): Promise<AccountView> {
    const account = await this.accounts.find(id);
    if (account === null) throw new DomainError('not_logged_in', 'Log in first.');
    return this.accounts.view(account);
  }
}

function answer(reply: FastifyReply, { account, setCookies }: LoggedInNow): AccountView {
  reply.header('set-cookie', [...setCookies]);
  return account;
}

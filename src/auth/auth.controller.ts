import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { AccountView, Credentials, LoginRequest } from '../protocol/account.js';
import type { Account } from './account.repository.js';
import { AccountService } from './account.service.js';
import { CurrentAccount, CurrentIdentity, Identified, LoggedIn } from './identity.guard.js';
import { SessionService } from './session.service.js';

/** Making an account, logging in and out. */
@Controller('api')
export class AuthController {
  readonly #accounts: AccountService;
  readonly #sessions: SessionService;

  constructor(accounts: AccountService, sessions: SessionService) {
    this.#accounts = accounts;
    this.#sessions = sessions;
  }

  @Post('auth/register')
  @Identified()
  @Operation({
    summary: 'Make an account and log in to it',
    reply: AccountView,
    errors: ['username_taken'],
  })
  async register(
    @Body({ schema: Credentials }) credentials: Credentials,
    @CurrentIdentity() identity: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountView> {
    return this.#begin(await this.#accounts.register(credentials), identity, reply);
  }

  @Post('auth/login')
  @HttpCode(200)
  @Identified()
  @Operation({
    summary: 'Log in',
    reply: AccountView,
    errors: ['wrong_credentials', 'rate_limited'],
  })
  async login(
    @Body({ schema: LoginRequest }) credentials: LoginRequest,
    @CurrentIdentity() identity: Identity,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountView> {
    const account = await this.#accounts.authenticate(credentials, request.ip);
    return this.#begin(account, identity, reply);
  }

  @Post('auth/logout')
  @HttpCode(204)
  @Identified()
  @Operation({ summary: 'Log out; nothing happens to who is not logged in', reply: null })
  async logout(
    @CurrentIdentity() { sessionId }: Identity,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { setCookie } = await this.#sessions.end(sessionId);
    reply.header('set-cookie', setCookie);
  }

  @Get('me')
  @LoggedIn()
  @Operation({ summary: 'Who is logged in', reply: AccountView, errors: ['not_logged_in'] })
  async me(@CurrentAccount() { id }: CurrentAccount): Promise<AccountView> {
    const account = await this.#accounts.find(id);
    if (account === null) throw new DomainError('not_logged_in', 'Log in first.');
    return this.#accounts.view(account);
  }

  /** A new log-in takes the place of the one that the browser had. */
  async #begin(account: Account, { sessionId }: Identity, reply: FastifyReply) {
    if (sessionId !== null) await this.#sessions.end(sessionId);
    const { setCookie } = await this.#sessions.begin(account.id);
    reply.header('set-cookie', setCookie);
    return this.#accounts.view(account);
  }
}

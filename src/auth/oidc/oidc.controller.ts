import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { Identity } from '../../common/identity.js';
import { LOG, type Log } from '../../common/logger.js';
import { Operation } from '../../common/operation.js';
import { OwnerProof, ProviderQuery, ProviderRedirect } from '../../protocol/account.js';
import { CurrentAccount, CurrentIdentity, Identified, LoggedIn } from '../identity.guard.js';
import { LogInService } from '../log-in.service.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { eventOrigin, Origin } from '../event-origin.js';
import { OwnerCheck, PROOF_ERRORS } from '../owner-check.js';
import { type RequestSource, Source } from '../request-source.js';
import { type LogInState, LogInStates } from './log-in-states.js';
import { localPath } from './local-path.js';
import { OidcClient } from './oidc-client.js';
import { OidcService } from './oidc.service.js';

/** The HTTP API for logging in through an OpenID provider: the redirect and the return. */
@Controller('api')
export class OidcController {
  // oxlint-disable-next-line max-params -- Injected by Nest: the provider, the state of a login,
  // owners and the log.
  constructor(
    private readonly client: OidcClient,
    private readonly states: LogInStates,
    private readonly service: OidcService,
    private readonly logIns: LogInService,
    private readonly owners: OwnerCheck,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get('auth/oidc')
  @Operation({
    summary: 'Redirect a browser to the OpenID provider to log in',
    reply: null,
    errors: ['not_found', 'unavailable'],
  })
  async start(
    @Query({ schema: ProviderQuery }) { next, invitation }: ProviderQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const url = await this.#leave(reply, {
      next: localPath(next),
      ...(invitation === undefined ? {} : { invitation }),
    });
    await reply.redirect(url, 302);
  }

  @Post('account/provider')
  @HttpCode(200)
  @LoggedIn()
  @Operation({
    summary: 'Connect your account to the OpenID provider; returns the address to visit',
    reply: ProviderRedirect,
    errors: [...PROOF_ERRORS, 'not_found', 'unavailable'],
  })
  async link(
    @Body({ schema: OwnerProof }) proof: OwnerProof,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProviderRedirect> {
    const { id } = await this.owners.assertOwner(this.logIns.asker(identity, source), proof);
    return { url: await this.#leave(reply, { next: '/account', linkTo: id }) };
  }

  @Delete('account/provider')
  @HttpCode(204)
  @LoggedIn()
  @Operation({
    summary: 'Disconnect your account from the OpenID provider',
    reply: null,
    errors: ['not_logged_in', 'conflict'],
  })
  async unlink(
    @CurrentAccount() { id }: CurrentAccount,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    await this.service.unlink(id, from);
  }

  @Get('auth/oidc/callback')
  @Identified()
  @Operation({
    summary: 'Complete a login when the OpenID provider redirects the browser back',
    reply: null,
  })
  async callback(
    @Req() request: FastifyRequest,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const state = this.states.read(source.cookieHeader, this.clock.nowMs());
    reply.header('set-cookie', this.states.forget());
    const goTo = (path: string) => reply.redirect(path, 302);
    if (state === null) return void (await goTo('/login?problem=provider_failed'));
    try {
      const { search } = new URL(request.url, 'http://localhost');
      const setCookies = await this.#arrive(search, state, { identity, source });
      reply.header('set-cookie', setCookies);
      await goTo(state.next);
    } catch (error) {
      // The provider's response contains codes, so only the error's name and message are logged.
      const problem = error instanceof DomainError ? error.code : 'provider_failed';
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
      this.log.warn({ problem, reason }, 'a login through the provider failed');
      await goTo(`${state.linkTo === undefined ? '/login' : '/account'}?problem=${problem}`);
    }
  }

  /** Redirects to the provider, with a cookie that contains the values to verify on return. */
  async #leave(
    reply: FastifyReply,
    rest: Pick<LogInState, 'next' | 'invitation' | 'linkTo'>,
  ): Promise<string> {
    if (this.client.name === null)
      throw new DomainError('not_found', 'Single sign-on is not enabled on this server.');
    const { url, checks } = await this.client.start().catch((error: unknown) => {
      this.log.warn({ err: error }, 'the OpenID provider is unreachable');
      throw new DomainError('unavailable', 'The login provider is unreachable. Try again later.', {
        cause: error,
        retryAfterMs: 10_000,
      });
    });
    reply.header('set-cookie', this.states.keep({ ...checks, ...rest }, this.clock.nowMs()));
    return url;
  }

  /**
   * Logs the user in, or connects the account that requested it. Resolves with the cookies to set.
   */
  async #arrive(
    search: string,
    state: LogInState,
    { identity, source }: { identity: Identity; source: RequestSource },
  ): Promise<string[]> {
    const claims = await this.client.finish(search, state);
    if (state.linkTo !== undefined) {
      // Another account may have logged in in the meantime.
      if (identity.account?.id !== state.linkTo)
        throw new DomainError('not_logged_in', 'Log in first.');
      await this.service.link(claims, state.linkTo, eventOrigin(source));
      return [];
    }
    const account = await this.service.accountOf(claims, state.invitation);
    return [...(await this.logIns.begin(account, identity, source)).setCookies];
  }
}

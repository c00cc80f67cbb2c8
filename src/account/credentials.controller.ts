import { Body, Controller, Delete, HttpCode, Put } from '@nestjs/common';
import { Origin } from '../auth/event-origin.js';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../auth/identity.guard.js';
import { LogInService } from '../auth/log-in.service.js';
import { PROOF_ERRORS } from '../auth/owner-check.js';
import { type RequestSource, Source } from '../auth/request-source.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { PasswordChange, SessionsEnd } from '../protocol/account.js';
import type { EventOrigin } from '../security-log/security-event.js';
import { CredentialsService } from './credentials.service.js';

/**
 * The HTTP API for changing the password, and for revoking sessions, API tokens and stream keys.
 */
@Controller('api/account')
@LoggedIn()
export class CredentialsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly logIns: LogInService,
  ) {}

  @Put('password')
  @HttpCode(204)
  @Operation({
    summary: 'Change your password and log out everywhere else',
    description:
      'Also revokes API tokens, unless `endTokens` is false, and stream keys, unless `removeStreamKeys` is false.',
    reply: null,
    errors: PROOF_ERRORS,
  })
  async changePassword(
    @Body({ schema: PasswordChange }) change: PasswordChange,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    await this.credentials.changePassword(this.logIns.asker(identity, source), change, from);
  }

  @Delete('sessions')
  @HttpCode(204)
  @Operation({
    summary: 'Log out everywhere else',
    description:
      'Also revokes API tokens, unless `endTokens` is false, and stream keys, unless `removeStreamKeys` is false. Without a body, both are true.',
    reply: null,
    errors: ['not_logged_in'],
  })
  async endOthers(
    @Body({ schema: SessionsEnd }) what: SessionsEnd,
    @CurrentAccount() { id: accountId }: CurrentAccount,
    @CurrentIdentity() { sessionId: exceptSession }: Identity,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    await this.credentials.endSessions({ accountId, exceptSession }, what, from);
  }
}

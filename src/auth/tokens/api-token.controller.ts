import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import type { Identity } from '../../common/identity.js';
import { Operation } from '../../common/operation.js';
import { CreatedToken, NewToken, TokenList } from '../../protocol/account-tokens.js';
import type { EventOrigin } from '../../security-log/security-event.js';
import { Origin } from '../event-origin.js';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../identity.guard.js';
import { LogInService } from '../log-in.service.js';
import { OwnerCheck, PROOF_ERRORS } from '../owner-check.js';
import { type RequestSource, Source } from '../request-source.js';
import { isUuid } from '../../common/uuid.js';
import { ApiTokenService } from './api-token.service.js';

/** The HTTP API for the caller's API tokens. */
@Controller('api/account/tokens')
@LoggedIn()
export class ApiTokenController {
  constructor(
    private readonly tokens: ApiTokenService,
    private readonly owners: OwnerCheck,
    private readonly logIns: LogInService,
  ) {}

  @Get()
  @Operation({ summary: 'List your API tokens', reply: TokenList, errors: ['not_logged_in'] })
  async list(@CurrentAccount() { id }: CurrentAccount): Promise<TokenList> {
    return this.tokens.list(id);
  }

  @Post()
  @Operation({
    summary: 'Create an API token',
    description:
      'Requires the password, and a code if two-factor authentication is on. The token is returned only once. Programs send it as `Authorization: Bearer TOKEN`; routes outside its scopes reject it.',
    reply: CreatedToken,
    errors: [...PROOF_ERRORS, 'forbidden', 'token_limit'],
  })
  async create(
    @Body({ schema: NewToken }) { password, code, ...token }: NewToken,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
    @Origin() from: EventOrigin,
  ): Promise<CreatedToken> {
    const asker = this.logIns.asker(identity, source);
    const account = await this.owners.assertOwner(asker, { password, code });
    return this.tokens.create(account, token, from);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Revoke an API token',
    reply: null,
    errors: ['not_logged_in', 'not_found'],
  })
  async delete(
    @Param('id') id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    if (!isUuid(id)) throw new DomainError('not_found', 'There is no such token.');
    await this.tokens.delete(accountId, id, from);
  }
}

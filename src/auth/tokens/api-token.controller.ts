import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { Operation } from '../../common/operation.js';
import { CreatedToken, NewToken, TokenList } from '../../protocol/account-tokens.js';
import { CurrentAccount, LoggedIn } from '../identity.guard.js';
import { isUuid } from '../uuid.js';
import { ApiTokenService } from './api-token.service.js';

/** One's own API tokens. */
@Controller('api/account/tokens')
@LoggedIn()
export class ApiTokenController {
  readonly #tokens: ApiTokenService;

  constructor(tokens: ApiTokenService) {
    this.#tokens = tokens;
  }

  @Get()
  @Operation({ summary: 'One’s API tokens', reply: TokenList, errors: ['not_logged_in'] })
  async list(@CurrentAccount() { id }: CurrentAccount): Promise<TokenList> {
    return this.#tokens.list(id);
  }

  @Post()
  @Operation({
    summary: 'Make an API token',
    description:
      'The token is told once. Programs send it as `Authorization: Bearer TOKEN`; at addresses that its scopes don’t reach it is refused.',
    reply: CreatedToken,
    errors: ['not_logged_in', 'forbidden', 'token_limit'],
  })
  async create(
    @Body({ schema: NewToken }) token: NewToken,
    @CurrentAccount() account: CurrentAccount,
  ): Promise<CreatedToken> {
    return this.#tokens.create(account, token);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Take an API token back',
    reply: null,
    errors: ['not_logged_in', 'not_found'],
  })
  async delete(
    @Param('id') id: string,
    @CurrentAccount() { id: accountId }: CurrentAccount,
  ): Promise<void> {
    if (!isUuid(id)) throw new DomainError('not_found', 'There is no such token.');
    await this.#tokens.delete(accountId, id);
  }
}

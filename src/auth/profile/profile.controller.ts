import { Body, Controller, Get, HttpCode, Patch, Put } from '@nestjs/common';
import type { Identity } from '../../common/identity.js';
import { Operation } from '../../common/operation.js';
import {
  AccountView,
  PasswordChange,
  ProfileChange,
  SecurityView,
} from '../../protocol/account.js';
import { AccountService } from '../account.service.js';
import { CurrentAccount, CurrentIdentity, LoggedIn } from '../identity.guard.js';
import { LogInService } from '../log-in.service.js';
import { type RequestSource, Source } from '../request-source.js';
import { ProfileService } from './profile.service.js';

/** The name that others see, and the password. */
@Controller('api/account')
@LoggedIn()
export class ProfileController {
  readonly #profiles: ProfileService;
  readonly #accounts: AccountService;
  readonly #logIns: LogInService;

  constructor(profiles: ProfileService, accounts: AccountService, logIns: LogInService) {
    this.#profiles = profiles;
    this.#accounts = accounts;
    this.#logIns = logIns;
  }

  @Patch()
  @Operation({
    summary: 'Change the name that others see',
    reply: AccountView,
    errors: ['not_logged_in', 'username_taken'],
  })
  async change(
    @Body({ schema: ProfileChange }) change: ProfileChange,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<AccountView> {
    return this.#accounts.view(await this.#profiles.rename(id, change));
  }

  @Get('security')
  @Operation({ summary: 'How one can log in', reply: SecurityView, errors: ['not_logged_in'] })
  async security(@CurrentAccount() { id }: CurrentAccount): Promise<SecurityView> {
    return this.#profiles.security(id);
  }

  @Put('password')
  @HttpCode(204)
  @Operation({
    summary: 'Change the password; one is logged out everywhere else',
    reply: null,
    errors: ['not_logged_in', 'wrong_password', 'rate_limited'],
  })
  async changePassword(
    @Body({ schema: PasswordChange }) change: PasswordChange,
    @CurrentIdentity() identity: Identity,
    @Source() source: RequestSource,
  ): Promise<void> {
    await this.#profiles.changePassword(this.#logIns.asker(identity, source), change);
  }
}

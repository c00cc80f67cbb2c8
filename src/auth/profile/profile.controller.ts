import { Body, Controller, Get, Patch } from '@nestjs/common';
import { Operation } from '../../common/operation.js';
import { AccountView, ProfileChange, SecurityView } from '../../protocol/account.js';
import { AccountService } from '../account.service.js';
import { CurrentAccount, LoggedIn } from '../identity.guard.js';
import { ProfileService } from './profile.service.js';

/** The HTTP API for the display name and the ways to log in. */
@Controller('api/account')
@LoggedIn()
export class ProfileController {
  constructor(
    private readonly profiles: ProfileService,
    private readonly accounts: AccountService,
  ) {}

  @Patch()
  @Operation({
    summary: 'Change your display name',
    reply: AccountView,
    errors: ['not_logged_in', 'username_taken'],
  })
  async change(
    @Body({ schema: ProfileChange }) change: ProfileChange,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<AccountView> {
    return this.accounts.view(await this.profiles.rename(id, change));
  }

  @Get('security')
  @Operation({
    summary: 'Get your login methods',
    reply: SecurityView,
    errors: ['not_logged_in'],
  })
  async security(@CurrentAccount() { id }: CurrentAccount): Promise<SecurityView> {
    return this.profiles.security(id);
  }
}

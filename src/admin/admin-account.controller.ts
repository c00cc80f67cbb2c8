import { Body, Controller, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { CurrentAccount } from '../auth/identity.guard.js';
import { isUuid } from '../common/uuid.js';
import { DomainError } from '../common/domain-error.js';
import { Operation } from '../common/operation.js';
import { AdminAccountChange, AdminAccountList, AdminQuery } from '../protocol/admin.js';
import { AdminAccountService } from './admin-account.service.js';
import { ForAdministrators } from './administrator.guard.js';

/** The HTTP API with which administrators manage accounts. */
@Controller('api/admin/accounts')
@ForAdministrators()
export class AdminAccountController {
  constructor(private readonly accounts: AdminAccountService) {}

  @Get()
  @Operation({
    summary: 'List all accounts by name',
    reply: AdminAccountList,
    errors: ['not_logged_in', 'forbidden'],
  })
  async list(@Query({ schema: AdminQuery }) query: AdminQuery): Promise<AdminAccountList> {
    return this.accounts.list(query);
  }

  @Patch(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Grant or revoke the administrator role, or disable or enable an account',
    description:
      'Disabling an account ends its sessions, sockets and broadcasts, and disconnects programs that use its tokens and keys.',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'account_not_found', 'last_administrator', 'conflict'],
  })
  async change(
    @Param('id') id: string,
    @Body({ schema: AdminAccountChange }) change: AdminAccountChange,
    @CurrentAccount() by: CurrentAccount,
  ): Promise<void> {
    if (!isUuid(id)) throw new DomainError('account_not_found', 'There is no such account.');
    await this.accounts.change(id, change, by);
  }
}

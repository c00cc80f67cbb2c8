import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { CurrentAccount } from '../auth/identity.guard.js';
import { RegistrationService } from '../auth/registration/registration.service.js';
import { isUuid } from '../common/uuid.js';
import { DomainError } from '../common/domain-error.js';
import { Operation } from '../common/operation.js';
import {
  CreatedInvitation,
  InvitationList,
  NewInvitation,
  RegistrationSetting,
} from '../protocol/admin.js';
import { ForAdministrators } from './administrator.guard.js';

/** The HTTP API with which administrators control who can create an account. */
@Controller('api/admin')
@ForAdministrators()
export class AdminRegistrationController {
  constructor(private readonly registration: RegistrationService) {}

  @Put('registration')
  @HttpCode(204)
  @Operation({
    summary: 'Set who can create an account',
    reply: null,
    errors: ['not_logged_in', 'forbidden'],
  })
  async set(
    @Body({ schema: RegistrationSetting }) { mode }: RegistrationSetting,
    @CurrentAccount() by: CurrentAccount,
  ): Promise<void> {
    await this.registration.setMode(mode, by);
  }

  @Get('invitations')
  @Operation({
    summary: 'List the newest 200 invitations',
    reply: InvitationList,
    errors: ['not_logged_in', 'forbidden'],
  })
  async invitations(): Promise<InvitationList> {
    return this.registration.invitations();
  }

  @Post('invitations')
  @Operation({
    summary: 'Create an invitation for one person; the link is returned only once',
    reply: CreatedInvitation,
    errors: ['not_logged_in', 'forbidden', 'conflict'],
  })
  async invite(
    @Body({ schema: NewInvitation }) invitation: NewInvitation,
    @CurrentAccount() by: CurrentAccount,
  ): Promise<CreatedInvitation> {
    return this.registration.invite(by, invitation);
  }

  @Delete('invitations/:id')
  @HttpCode(204)
  @Operation({
    summary: 'Delete an unused invitation',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'not_found'],
  })
  async uninvite(@Param('id') id: string, @CurrentAccount() by: CurrentAccount): Promise<void> {
    if (!isUuid(id)) throw new DomainError('not_found', 'There is no such invitation.');
    await this.registration.uninvite(id, by);
  }
}

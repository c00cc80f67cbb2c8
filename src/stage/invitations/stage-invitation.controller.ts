import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
} from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../../auth/identity.guard.js';
import { OWNER_ERRORS } from '../../channels/owner-errors.js';
import { Operation } from '../../common/operation.js';
import {
  CreatedStageInvitation,
  NewStageInvitation,
  StageInvitationList,
} from '../../protocol/stage.js';
import { OwnChannels } from '../own-channels.js';
import { StageInvitations } from './stage-invitations.js';

/** The HTTP API through which a channel's owner manages invitations to its stage. */
@Controller('api/channels/:name/stage/invitations')
@LoggedIn()
export class StageInvitationController {
  constructor(
    private readonly channels: OwnChannels,
    private readonly invitations: StageInvitations,
  ) {}

  @Get()
  @Operation({
    summary: 'List the invitations to your channel’s stage',
    description: 'Newest first, excluding expired and revoked ones.',
    reply: StageInvitationList,
    errors: OWNER_ERRORS,
  })
  async list(
    @Param('name') name: string,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<StageInvitationList> {
    return this.invitations.list(await this.channels.find(name, id));
  }

  @Post()
  @Operation({
    summary: 'Invite guests to your channel’s stage',
    description:
      'The guest page’s URL is returned only once. Each person counts as one use, no matter how often they return.',
    reply: CreatedStageInvitation,
    errors: [...OWNER_ERRORS, 'stage_limit'],
  })
  async create(
    @Param('name') name: string,
    @CurrentAccount() { id }: CurrentAccount,
    @Body({ schema: NewStageInvitation }) invitation: NewStageInvitation,
  ): Promise<CreatedStageInvitation> {
    return this.invitations.create(await this.channels.find(name, id), invitation);
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Revoke an invitation; guests who used it are removed from the stage',
    reply: null,
    errors: [...OWNER_ERRORS, 'not_found'],
  })
  async revoke(
    @Param('name') name: string,
    @Param('id', ParseUUIDPipe) invitationId: string,
    @CurrentAccount() { id }: CurrentAccount,
  ): Promise<void> {
    await this.invitations.revoke(await this.channels.find(name, id), invitationId);
  }
}

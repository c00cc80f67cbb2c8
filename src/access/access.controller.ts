import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Origin } from '../auth/event-origin.js';
import { CurrentAccount, Identified, LoggedIn } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { AccessChange, AccessView, Playback, Unlock } from '../protocol/access.js';
import type { EventOrigin } from '../security-log/security-event.js';
import { AccessSettings } from './access-settings.js';
import { AccessService } from './access.service.js';
import { type Visitor } from './visitor.js';
import { OpenToLocked } from './channel-access.guard.js';
import { HlsAuthorizer } from './hls-authorizer.js';
import { UnlockService } from './unlock.service.js';
import { CurrentVisitor } from './current-visitor.js';

/** HTTP API for who can watch a channel. */
@Controller('api/channels/:name')
export class AccessController {
  constructor(
    private readonly settings: AccessSettings,
    private readonly unlocking: UnlockService,
    private readonly access: AccessService,
    private readonly hls: HlsAuthorizer,
  ) {}

  @Post('unlock')
  @HttpCode(204)
  @Identified()
  @OpenToLocked()
  @Operation({
    summary: 'Get in by a channel’s password',
    description:
      'Sets a cookie that lets in for 30 days, or until the password is changed. Wrong passwords are bounded for each address and channel.',
    reply: null,
    errors: ['wrong_password', 'rate_limited', 'channel_not_found'],
  })
  async unlock(
    @Param('name') name: string,
    @Body({ schema: Unlock }) { password }: Unlock,
    @CurrentVisitor() visitor: Visitor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const setCookie = await this.unlocking.unlock(name, visitor, password);
    if (setCookie !== null) reply.header('set-cookie', setCookie);
  }

  @Get('playback')
  @AllowToken('channels:read')
  @Identified()
  @Operation({
    summary: 'Where a channel’s broadcast is played',
    description:
      'The address of a protected channel’s is for who asks, works for as long as it is used, and ends when they may not watch any more: then ask again.',
    reply: Playback,
    errors: ['channel_not_found', 'password_required'],
  })
  async playback(
    @Param('name') name: string,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<Playback> {
    return this.hls.playback(await this.access.enter(name, visitor), visitor);
  }

  @Get('access')
  @AllowToken('channels:read')
  @LoggedIn()
  @Operation({
    summary: 'Who may watch a channel of one’s own',
    reply: AccessView,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async view(
    @CurrentAccount() { id }: CurrentAccount,
    @Param('name') name: string,
  ): Promise<AccessView> {
    return this.settings.view(name, id);
  }

  @Patch('access')
  @AllowToken('channels:write')
  @LoggedIn()
  @Operation({
    summary: 'Change who may watch a channel of one’s own',
    description: 'Who may not any more is cut off at once, also while watching.',
    reply: AccessView,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async change(
    @CurrentAccount() { id }: CurrentAccount,
    @Param('name') name: string,
    @Body({ schema: AccessChange }) change: AccessChange,
    @Origin() from: EventOrigin,
  ): Promise<AccessView> {
    return this.settings.change(name, id, change, from);
  }

  @Put('members/:username')
  @AllowToken('channels:write')
  @HttpCode(204)
  @LoggedIn()
  @Operation({
    summary: 'Put an account on the list of a channel of one’s own',
    reply: null,
    errors: [
      'not_logged_in',
      'forbidden',
      'channel_not_found',
      'account_not_found',
      'member_limit',
    ],
  })
  async add(
    @CurrentAccount() { id }: CurrentAccount,
    @Param('name') name: string,
    @Param('username') username: string,
  ): Promise<void> {
    await this.settings.add(name, id, username.toLowerCase());
  }

  @Delete('members/:username')
  @AllowToken('channels:write')
  @HttpCode(204)
  @LoggedIn()
  @Operation({
    summary: 'Take an account off the list of a channel of one’s own',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async remove(
    @CurrentAccount() { id }: CurrentAccount,
    @Param('name') name: string,
    @Param('username') username: string,
  ): Promise<void> {
    await this.settings.remove(name, id, username.toLowerCase());
  }
}

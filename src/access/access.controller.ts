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
import { type Visitor } from './visitor.js';
import { OpenToLocked } from './channel-access.guard.js';
import { GrantedAccess } from './granted-access.js';
import { HlsAuthorizer } from './hls-authorizer.js';
import { channelNotFound } from './refusals.js';
import { UnlockService } from './unlock.service.js';
import { CurrentVisitor } from './current-visitor.js';

/** The HTTP API that controls who can watch a channel. */
@Controller('api/channels/:name')
export class AccessController {
  constructor(
    private readonly settings: AccessSettings,
    private readonly unlocking: UnlockService,
    private readonly hls: HlsAuthorizer,
  ) {}

  @Post('unlock')
  @HttpCode(204)
  @Identified()
  @OpenToLocked()
  @Operation({
    summary: 'Unlock a channel with its password',
    description:
      'Sets a cookie that gives access for 30 days, or until the password changes. Wrong passwords are limited per address and channel.',
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
    summary: 'Get the playback address of a channel’s broadcast',
    description:
      'For a protected channel, the address is bound to the caller. It expires after `idleMs` without use, after a day, or when the caller loses access. Then request a new one.',
    reply: Playback,
    errors: ['channel_not_found', 'password_required'],
  })
  playback(
    @Param('name') name: string,
    @GrantedAccess() granted: GrantedAccess | null,
    @CurrentVisitor() visitor: Visitor,
  ): Playback {
    if (granted === null) throw channelNotFound(name);
    return this.hls.playback(granted.access, visitor);
  }

  @Get('access')
  @AllowToken('channels:read')
  @LoggedIn()
  @Operation({
    summary: 'Get your channel’s access settings',
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
    summary: 'Change who can watch your channel',
    description: 'Viewers who lose access are disconnected immediately.',
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
    summary: 'Add an account to your channel’s member list',
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
    summary: 'Remove an account from your channel’s member list',
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

import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { Origin } from '../auth/event-origin.js';
import { CurrentAccount, CurrentIdentity, Identified, LoggedIn } from '../auth/identity.guard.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { ChannelChange, ChannelList, ChannelView, NewChannel } from '../protocol/channel.js';
import { ChannelQuery } from '../protocol/paging.js';
import type { EventOrigin } from '../security-log/security-event.js';
import { ChannelService } from './channel.service.js';

/** The HTTP API for channels. */
@Controller('api/channels')
export class ChannelController {
  constructor(private readonly channels: ChannelService) {}

  @Get()
  @AllowToken('channels:read')
  @Identified()
  @Operation({
    summary: 'List channels',
    description:
      'Live channels come first, then the others by when they were last live. Includes public channels, private channels of which you are a member and, if `owner` is your username, all of your own channels.',
    reply: ChannelList,
  })
  async list(
    @Query({ schema: ChannelQuery }) query: ChannelQuery,
    @CurrentIdentity() { account }: Identity,
  ): Promise<ChannelList> {
    return this.channels.list(query, account?.id ?? null);
  }

  @Post()
  @AllowToken('channels:write')
  @LoggedIn()
  @Operation({
    summary: 'Create a channel',
    reply: ChannelView,
    errors: ['not_logged_in', 'channel_name_taken', 'channel_limit'],
  })
  async create(
    @CurrentAccount() account: CurrentAccount,
    @Body({ schema: NewChannel }) channel: NewChannel,
  ): Promise<ChannelView> {
    return this.channels.view(await this.channels.create(account.id, channel));
  }

  @Get(':name')
  @AllowToken('channels:read')
  @Operation({
    summary: 'Get a channel',
    reply: ChannelView,
    errors: ['channel_not_found', 'password_required'],
  })
  async get(@Param('name') name: string): Promise<ChannelView> {
    return this.channels.view(await this.channels.get(name));
  }

  @Patch(':name')
  @AllowToken('channels:write')
  @LoggedIn()
  @Operation({
    summary: 'Change one of your channels',
    reply: ChannelView,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async change(
    @CurrentAccount() account: CurrentAccount,
    @Param('name') name: string,
    @Body({ schema: ChannelChange }) change: ChannelChange,
  ): Promise<ChannelView> {
    return this.channels.view(await this.channels.change(name, account.id, change));
  }

  @Delete(':name')
  @AllowToken('channels:write')
  @HttpCode(204)
  @LoggedIn()
  @Operation({
    summary: 'Delete one of your channels with its broadcasts and chat; a live broadcast ends',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async delete(
    @CurrentAccount() account: CurrentAccount,
    @Param('name') name: string,
    @Origin() from: EventOrigin,
  ): Promise<void> {
    await this.channels.delete(name, account.id, from);
  }
}

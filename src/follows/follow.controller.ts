import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor } from '../access/current-visitor.js';
import { CurrentAccount, CurrentIdentity, Identified, LoggedIn } from '../auth/identity.guard.js';
import { ChannelService } from '../channels/channel.service.js';
import type { Identity } from '../common/identity.js';
import { Operation } from '../common/operation.js';
import { FollowList, FollowView } from '../protocol/follow.js';
import { Page } from '../protocol/paging.js';
import { FollowService } from './follow.service.js';

/** The HTTP API for following channels. */
@Controller('api')
export class FollowController {
  constructor(
    private readonly follows: FollowService,
    private readonly channels: ChannelService,
  ) {}

  @Get('channels/:name/follow')
  @Identified()
  @Operation({
    summary: 'Get a channel’s number of followers, and when the caller started to follow it',
    reply: FollowView,
    errors: ['channel_not_found', 'password_required'],
  })
  async view(
    @Param('name') name: string,
    @CurrentIdentity() { account }: Identity,
  ): Promise<FollowView> {
    const { id } = await this.channels.get(name);
    return this.follows.view(id, account?.id ?? null);
  }

  @Put('channels/:name/follow')
  @LoggedIn()
  @Operation({
    summary: 'Follow a channel',
    description: 'Following again has no effect.',
    reply: FollowView,
    errors: [
      'not_logged_in',
      'forbidden',
      'follow_limit',
      'channel_not_found',
      'password_required',
    ],
  })
  async follow(
    @Param('name') name: string,
    @CurrentAccount() account: CurrentAccount,
  ): Promise<FollowView> {
    const channel = await this.channels.get(name);
    await this.follows.follow(channel, account.id);
    return this.follows.view(channel.id, account.id);
  }

  @Delete('channels/:name/follow')
  @LoggedIn()
  @Operation({
    summary: 'Unfollow a channel',
    reply: FollowView,
    errors: ['not_logged_in', 'channel_not_found', 'password_required'],
  })
  async unfollow(
    @Param('name') name: string,
    @CurrentAccount() account: CurrentAccount,
  ): Promise<FollowView> {
    const channel = await this.channels.get(name);
    await this.follows.unfollow(channel, account.id);
    return this.follows.view(channel.id, account.id);
  }

  @Get('follows')
  @LoggedIn()
  @Operation({
    summary: 'List the channels that the caller follows',
    description:
      'Most recently followed first; within a page, live channels come first. Channels that the caller isn’t allowed to watch are omitted.',
    reply: FollowList,
    errors: ['not_logged_in'],
  })
  async list(
    @Query({ schema: Page }) page: Page,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<FollowList> {
    return this.follows.list(visitor, page);
  }
}

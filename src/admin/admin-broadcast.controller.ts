import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CurrentAccount } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AdminBroadcastList, AdminChannelList, AdminQuery } from '../protocol/admin.js';
import { AdminBroadcastService } from './admin-broadcast.service.js';
import { ForAdministrators } from './administrator.guard.js';

/** The HTTP API with which administrators list channels and end broadcasts. */
@Controller('api/admin')
@ForAdministrators()
export class AdminBroadcastController {
  constructor(private readonly broadcasts: AdminBroadcastService) {}

  @Get('channels')
  @Operation({
    summary: 'List all channels by name',
    reply: AdminChannelList,
    errors: ['not_logged_in', 'forbidden'],
  })
  async channels(@Query({ schema: AdminQuery }) query: AdminQuery): Promise<AdminChannelList> {
    return this.broadcasts.channels(query);
  }

  @Get('broadcasts')
  @Operation({
    summary: 'List all running broadcasts',
    reply: AdminBroadcastList,
    errors: ['not_logged_in', 'forbidden'],
  })
  live(): AdminBroadcastList {
    return this.broadcasts.live();
  }

  @Post('broadcasts/:channel/end')
  @HttpCode(204)
  @Operation({
    summary: 'End a channel’s broadcast',
    reply: null,
    errors: ['not_logged_in', 'forbidden', 'not_live'],
  })
  async end(
    @Param('channel') channel: string,
    @CurrentAccount() by: CurrentAccount,
  ): Promise<void> {
    await this.broadcasts.end(channel, by);
  }
}

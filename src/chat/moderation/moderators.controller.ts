import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import type { Visitor } from '../../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../../access/current-visitor.js';
import { Operation } from '../../common/operation.js';
import { AuditPage, AuditQuery, ModeratorList } from '../../protocol/chat-moderation.js';
import { accountOf } from '../room/chat-sender.js';
import { ChatRoom } from '../room/chat-room.js';
import { RoomByName } from '../room/in-room.js';
import { AuditLog } from './audit-log.js';
import { Moderators } from './moderators.js';

/** The HTTP API for a channel's moderators and audit log. */
@Controller('api/channels/:name')
@ForVisitors()
export class ModeratorsController {
  constructor(
    private readonly moderators: Moderators,
    private readonly auditLog: AuditLog,
  ) {}

  @Get('moderators')
  @Operation({
    summary: 'List the moderators of a channel',
    description: 'For the channel’s owner and moderators.',
    reply: ModeratorList,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async list(
    @Param('name', RoomByName) room: ChatRoom,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<ModeratorList> {
    return this.moderators.list(room, accountOf(visitor));
  }

  @Put('moderators/:username')
  @HttpCode(204)
  @Operation({
    summary: 'Appoint a moderator',
    description: 'For the channel’s owner.',
    reply: null,
    errors: [
      'not_logged_in',
      'forbidden',
      'channel_not_found',
      'account_not_found',
      'moderator_limit',
      'rate_limited',
    ],
  })
  async appoint(
    @Param('name', RoomByName) room: ChatRoom,
    @Param('username') username: string,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<void> {
    await this.moderators.appoint(room, accountOf(visitor), username);
  }

  @Delete('moderators/:username')
  @HttpCode(204)
  @Operation({
    summary: 'Dismiss a moderator',
    description: 'The owner can dismiss any moderator; a moderator can resign.',
    reply: null,
    errors: [
      'not_logged_in',
      'forbidden',
      'channel_not_found',
      'account_not_found',
      'rate_limited',
    ],
  })
  async dismiss(
    @Param('name', RoomByName) room: ChatRoom,
    @Param('username') username: string,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<void> {
    await this.moderators.dismiss(room, accountOf(visitor), username);
  }

  @Get('audit')
  @Operation({
    summary: 'List the actions of moderators, newest first',
    description:
      'For the channel’s owner and moderators. For the next page, pass the last `id` as `before`.',
    reply: AuditPage,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async audit(
    @Param('name', RoomByName) room: ChatRoom,
    @Query({ schema: AuditQuery }) { before: beforeId, limit }: AuditQuery,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<AuditPage> {
    return this.auditLog.page(room, accountOf(visitor), { beforeId, limit });
  }
}

import { Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import type { Visitor } from '../../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../../access/current-visitor.js';
import { Operation } from '../../common/operation.js';
import { AuditPage, AuditQuery, ModeratorList } from '../../protocol/chat-moderation.js';
import { accountOf } from '../room/chat-sender.js';
import { ChatRooms } from '../room/chat-rooms.js';
import { AuditLog } from './audit-log.js';
import { Moderators } from './moderators.js';

/** Who moderates a channel and what they did, over HTTP. */
@Controller('api/channels/:name')
@ForVisitors()
export class ModeratorsController {
  readonly #audit: AuditLog;

  constructor(
    private readonly moderators: Moderators,
    audit: AuditLog,
    private readonly rooms: ChatRooms,
  ) {
    this.#audit = audit;
  }

  @Get('moderators')
  @Operation({
    summary: 'Who moderates a channel: for its owner and moderators',
    reply: ModeratorList,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async list(
    @Param('name') name: string,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<ModeratorList> {
    return this.moderators.list(await this.rooms.open(name), accountOf(visitor));
  }

  @Put('moderators/:username')
  @HttpCode(204)
  @Operation({
    summary: 'Make an account a moderator of a channel of one’s own',
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
    @Param('name') name: string,
    @Param('username') username: string,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<void> {
    const room = await this.rooms.open(name);
    await this.moderators.appoint(room, accountOf(visitor), username);
  }

  @Delete('moderators/:username')
  @HttpCode(204)
  @Operation({
    summary: 'Dismiss a moderator',
    description: 'The owner any of them, a moderator themselves.',
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
    @Param('name') name: string,
    @Param('username') username: string,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<void> {
    const room = await this.rooms.open(name);
    await this.moderators.dismiss(room, accountOf(visitor), username);
  }

  @Get('audit')
  @Operation({
    summary: 'What moderators did, the newest first: for the channel’s owner and moderators',
    description: 'For the next page, ask again with the last `id` as `before`.',
    reply: AuditPage,
    errors: ['not_logged_in', 'forbidden', 'channel_not_found'],
  })
  async audit(
    @Param('name') name: string,
    @Query({ schema: AuditQuery }) { before: beforeId, limit }: AuditQuery,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<AuditPage> {
    const room = await this.rooms.open(name);
    return this.#audit.page(room, accountOf(visitor), { beforeId, limit });
  }
}

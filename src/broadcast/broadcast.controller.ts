import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../access/current-visitor.js';
import { Identified } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { BroadcastChange, BroadcastView } from '../protocol/broadcast.js';
import { BroadcastHistory } from './broadcast-history.js';

/** The HTTP API for running and ended broadcasts. */
@Controller('api')
export class BroadcastController {
  constructor(private readonly history: BroadcastHistory) {}

  @Get('broadcasts/:id')
  @AllowToken('channels:read')
  @Identified()
  @Operation({
    summary: 'Get a broadcast',
    reply: BroadcastView,
    errors: ['broadcast_not_found', 'password_required'],
  })
  async get(@Param('id') id: string, @CurrentVisitor() visitor: Visitor): Promise<BroadcastView> {
    return this.history.get(id, visitor);
  }

  @Patch('broadcasts/:id')
  @AllowToken('channels:write')
  @ForVisitors()
  @Operation({
    summary: 'Change who can watch one of your broadcasts, live or ended',
    description:
      'A broadcast can only narrow its channel’s audience: the stricter visibility applies. Viewers who lose access are disconnected immediately.',
    reply: BroadcastView,
    errors: ['not_logged_in', 'forbidden', 'broadcast_not_found', 'password_required'],
  })
  async change(
    @Param('id') id: string,
    @Body({ schema: BroadcastChange }) change: BroadcastChange,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<BroadcastView> {
    return this.history.change(id, visitor, change);
  }
}

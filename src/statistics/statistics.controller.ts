import { Controller, Get, Param } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../access/current-visitor.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { BroadcastStatistics } from '../protocol/statistics.js';
import { StatisticsService } from './statistics.service.js';

/** Broadcasts' statistics over HTTP. */
@Controller('api/broadcasts/:id/statistics')
export class StatisticsController {
  constructor(private readonly statistics: StatisticsService) {}

  @Get()
  @AllowToken('channels:read')
  @ForVisitors()
  @Operation({
    summary: 'How a broadcast did: its viewers, watch time and chat messages',
    description:
      'For the channel’s owner and moderators, while it is on and after. For others it is as if it were not there.',
    reply: BroadcastStatistics,
    errors: ['broadcast_not_found', 'password_required'],
  })
  async get(
    @Param('id') id: string,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<BroadcastStatistics> {
    return this.statistics.of(id, visitor);
  }
}

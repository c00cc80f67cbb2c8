import { Controller, Get, Param } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../access/current-visitor.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { BroadcastStatistics } from '../protocol/statistics.js';
import { StatisticsService } from './statistics.service.js';

/** The HTTP API for broadcast statistics. */
@Controller('api/broadcasts/:id/statistics')
export class StatisticsController {
  constructor(private readonly statistics: StatisticsService) {}

  @Get()
  @AllowToken('channels:read')
  @ForVisitors()
  @Operation({
    summary: 'Get a broadcast’s viewers, watch time and chat messages',
    description:
      'For the channel’s owner and moderators, during and after the broadcast. Others get `broadcast_not_found`.',
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

import { Controller, Get, Param } from '@nestjs/common';
import type { Visitor } from '../access/access.service.js';
import { CurrentVisitor } from '../access/visitor.js';
import { Identified } from '../auth/identity.guard.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../common/token-scope.js';
import { BroadcastView } from '../protocol/broadcast.js';
import { BroadcastHistory } from './broadcast-history.service.js';

/** Broadcasts over HTTP, those that are over and those that are on. */
@Controller('api')
export class BroadcastController {
  readonly #history: BroadcastHistory;

  constructor(history: BroadcastHistory) {
    this.#history = history;
  }

  @Get('broadcasts/:id')
  @AllowToken('channels:read')
  @Identified()
  @Operation({
    summary: 'One broadcast',
    reply: BroadcastView,
    errors: ['broadcast_not_found', 'password_required'],
  })
  async get(@Param('id') id: string, @CurrentVisitor() visitor: Visitor): Promise<BroadcastView> {
    return this.#history.get(id, visitor);
  }
}

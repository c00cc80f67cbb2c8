import { Injectable } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { BroadcastHistory } from '../broadcast/broadcast-history.js';
import { authorOf } from '../chat/messages/chat-message.js';
import { ChatRooms } from '../chat/room/chat-rooms.js';
import { DomainError } from '../common/domain-error.js';
import type { BroadcastStatistics } from '../protocol/statistics.js';
import { SampleRepository } from './sample.repository.js';
import { BroadcastSampler } from './broadcast-sampler.js';
import { inSteps } from './statistics-view.js';

/** Statistics of broadcasts, for the channel's owner and moderators. */
@Injectable()
export class StatisticsService {
  constructor(
    private readonly broadcasts: BroadcastHistory,
    private readonly rooms: ChatRooms,
    private readonly repository: SampleRepository,
    private readonly sampler: BroadcastSampler,
  ) {}

  /**
   * @throws {DomainError} `broadcast_not_found`, also for everybody but the channel's owner and
   *   moderators; `password_required`
   */
  async of(id: string, visitor: Visitor): Promise<BroadcastStatistics> {
    const { channel, startedAt, peakViewers } = await this.broadcasts.get(id, visitor);
    const room = await this.rooms.open(channel);
    if (!room.isModerator(authorOf(visitor.identity)))
      throw new DomainError('broadcast_not_found', 'There is no such broadcast.');
    // Read before the query: samples stored meanwhile then appear twice rather than not at all.
    const unstored = this.sampler.unstored(id);
    const stored = await this.repository.list(id);
    const byStep = new Map([...unstored, ...stored].map((sample) => [sample.step, sample]));
    return { startedAt, peakViewers, ...inSteps([...byStep.values()]) };
  }
}

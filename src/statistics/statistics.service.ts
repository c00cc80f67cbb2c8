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

/** Provides broadcast statistics to the channel's owner and moderators. */
@Injectable()
export class StatisticsService {
  constructor(
    private readonly broadcasts: BroadcastHistory,
    private readonly rooms: ChatRooms,
    private readonly repository: SampleRepository,
    private readonly sampler: BroadcastSampler,
  ) {}

  /**
   * @throws {DomainError} `broadcast_not_found`, including if the caller is neither the channel's
   *   owner nor a moderator; `password_required`
   */
  async of(id: string, visitor: Visitor): Promise<BroadcastStatistics> {
    const { channel, startedAt, peakViewers } = await this.broadcasts.get(id, visitor);
    const room = await this.rooms.open(channel);
    if (!room.isModerator(authorOf(visitor.identity)))
      throw new DomainError('broadcast_not_found', 'Broadcast not found.');
    // The unstored samples are read before the query. A sample that is stored in between is then
    // found twice rather than not at all.
    const unstored = this.sampler.unstored(id);
    const stored = await this.repository.list(id);
    const byWriter = new Map(
      [...unstored, ...stored].map((sample) => [`${sample.step} ${sample.epoch}`, sample]),
    );
    return { startedAt, peakViewers, ...inSteps([...byWriter.values()]) };
  }
}

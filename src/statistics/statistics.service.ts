import { Injectable } from '@nestjs/common';
import type { Visitor } from '../access/access.service.js';
import { BroadcastHistory } from '../broadcast/broadcast-history.service.js';
import { authorOf } from '../chat/chat-message.js';
import { ChatRooms } from '../chat/chat-rooms.js';
import { DomainError } from '../common/domain-error.js';
import type { BroadcastStatistics } from '../protocol/statistics.js';
import { SampleRepository } from './sample.repository.js';
import { BroadcastSampler } from './sampler.js';
import { inSteps } from './statistics-view.js';

/** How broadcasts did, for those who run their channels. */
@Injectable()
export class StatisticsService {
  readonly #broadcasts: BroadcastHistory;
  readonly #rooms: ChatRooms;
  readonly #repository: SampleRepository;
  readonly #sampler: BroadcastSampler;

  constructor(
    broadcasts: BroadcastHistory,
    rooms: ChatRooms,
    repository: SampleRepository,
    sampler: BroadcastSampler,
  ) {
    this.#broadcasts = broadcasts;
    this.#rooms = rooms;
    this.#repository = repository;
    this.#sampler = sampler;
  }

  /** @throws {DomainError} `broadcast_not_found`, also for all but the channel's owner and moderators; `password_required` */
  async of(id: string, visitor: Visitor): Promise<BroadcastStatistics> {
    const { channel, startedAt, peakViewers } = await this.#broadcasts.get(id, visitor);
    const room = await this.#rooms.open(channel);
    if (!room.isModerator(authorOf(visitor.identity)))
      throw new DomainError('broadcast_not_found', 'There is no such broadcast.');
    // Before the database is asked: what is stored meanwhile is in both, not in neither.
    const unstored = this.#sampler.unstored(id);
    const stored = await this.#repository.list(id);
    const byStep = new Map([...unstored, ...stored].map((sample) => [sample.step, sample]));
    return { startedAt, peakViewers, ...inSteps([...byStep.values()]) };
  }
}

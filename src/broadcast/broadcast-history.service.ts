import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DomainError } from '../common/domain-error.js';
import type { BroadcastList, BroadcastView } from '../protocol/broadcast.js';
import type { Page } from '../protocol/paging.js';
import { BroadcastRepository, type StoredBroadcast } from './broadcast.repository.js';
import { ChannelService } from './channel.service.js';
import { BroadcastRegistry } from './registry.js';

const BroadcastId = z.uuid();

/** Broadcasts to look up: what is stored, and for one that is on, how it is now. */
@Injectable()
export class BroadcastHistory {
  readonly #repository: BroadcastRepository;
  readonly #channels: ChannelService;
  readonly #registry: BroadcastRegistry;

  constructor(
    repository: BroadcastRepository,
    channels: ChannelService,
    registry: BroadcastRegistry,
  ) {
    this.#repository = repository;
    this.#channels = channels;
    this.#registry = registry;
  }

  /** The newest first, without those that never sent anything. @throws {DomainError} `channel_not_found` */
  async list(channelName: string, { limit, offset }: Page): Promise<BroadcastList> {
    const { id } = await this.#channels.get(channelName);
    const rows = await this.#repository.list(id, { skip: offset, take: limit });
    return rows.map((row) => this.#view(row));
  }

  /** @throws {DomainError} `broadcast_not_found` */
  async get(id: string): Promise<BroadcastView> {
    const row = BroadcastId.safeParse(id).success ? await this.#repository.find(id) : null;
    if (row === null) throw new DomainError('broadcast_not_found', 'There is no such broadcast.');
    return this.#view(row);
  }

  #view({ channelId, ...stored }: StoredBroadcast): BroadcastView {
    const current = this.#registry.current(channelId);
    if (current?.id === stored.id) return current;
    return {
      ...stored,
      startedAt: stored.startedAt.toISOString(),
      interruptedUntil: null,
      endedAt: stored.endedAt?.toISOString() ?? null,
      hls: null,
    };
  }
}

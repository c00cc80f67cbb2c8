import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccessService, type Visitor } from '../access/access.service.js';
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
  readonly #access: AccessService;

  constructor(
    repository: BroadcastRepository,
    channels: ChannelService,
    registry: BroadcastRegistry,
    access: AccessService,
  ) {
    this.#repository = repository;
    this.#channels = channels;
    this.#registry = registry;
    this.#access = access;
  }

  /** The newest first, without those that never sent anything. @throws {DomainError} `channel_not_found` */
  async list(channelName: string, { limit, offset }: Page): Promise<BroadcastList> {
    const { id } = await this.#channels.get(channelName);
    const rows = await this.#repository.list(id, { skip: offset, take: limit });
    return rows.map((row) => this.#view(row));
  }

  /** @throws {DomainError} `broadcast_not_found`, also for one that is not for the visitor; `password_required` */
  async get(id: string, visitor: Visitor): Promise<BroadcastView> {
    const row = BroadcastId.safeParse(id).success ? await this.#repository.find(id) : null;
    if (row === null) throw notFound();
    try {
      await this.#access.enter(row.channel, visitor);
    } catch (error) {
      throw error instanceof DomainError && error.code === 'channel_not_found' ? notFound() : error;
    }
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

const notFound = () => new DomainError('broadcast_not_found', 'There is no such broadcast.');

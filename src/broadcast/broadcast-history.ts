import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccessService } from '../access/access.service.js';
import { type Visitor } from '../access/visitor.js';
import { DomainError } from '../common/domain-error.js';
import type { BroadcastChange, BroadcastList, BroadcastView } from '../protocol/broadcast.js';
import type { Page } from '../protocol/paging.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import { BroadcastRepository, type StoredBroadcast } from './broadcast.repository.js';
import { ChannelService } from '../channels/channel.service.js';
import { LiveChannels } from './live-channels.js';

const BroadcastId = z.uuid();

/**
 * Looks up stored broadcasts. For a live broadcast, the current state is returned instead of the
 * stored one.
 */
@Injectable()
export class BroadcastHistory {
  constructor(
    private readonly repository: BroadcastRepository,
    private readonly channels: ChannelService,
    private readonly liveChannels: LiveChannels,
    private readonly access: AccessService,
    private readonly visibility: BroadcastVisibility,
  ) {}

  /**
   * Lists a channel's broadcasts, newest first, without those that never sent media.
   * @throws {DomainError} `channel_not_found`
   */
  async list(
    channelName: string,
    visitor: Visitor,
    { limit, offset }: Page,
  ): Promise<BroadcastList> {
    const { id } = await this.channels.get(channelName);
    const visibilities = await this.access.listed(channelName, visitor);
    const rows = await this.repository.list(id, { visibilities, skip: offset, take: limit });
    return rows.map((row) => this.#view(row));
  }

  /**
   * @throws {DomainError} `broadcast_not_found`, including if the visitor isn't allowed to see it;
   *   `password_required`
   */
  async get(id: string, visitor: Visitor): Promise<BroadcastView> {
    return this.#view(await this.#find(id, visitor));
  }

  /**
   * Changes who can watch one of the caller's broadcasts.
   * @throws {DomainError} `broadcast_not_found`, `password_required`; `forbidden` unless the caller
   * owns the channel; `bad_request` for `password` if the channel has none
   */
  async change(
    id: string,
    visitor: Visitor,
    { visibility }: BroadcastChange,
  ): Promise<BroadcastView> {
    const row = await this.#find(id, visitor);
    if (visitor.identity.account === null) throw new DomainError('not_logged_in', 'Log in first.');
    if (visitor.identity.account.id !== row.ownerId)
      throw new DomainError('forbidden', 'Only the channel’s owner can do that.');
    await this.visibility.change(row, visibility);
    return this.#view({ ...row, visibility });
  }

  async #find(id: string, visitor: Visitor): Promise<StoredBroadcast> {
    const row = BroadcastId.safeParse(id).success ? await this.repository.find(id) : null;
    if (row === null) throw notFound();
    try {
      await this.access.enterPart(row.channel, row.visibility, visitor);
    } catch (error) {
      throw error instanceof DomainError && error.code === 'channel_not_found' ? notFound() : error;
    }
    return row;
  }

  #view(row: StoredBroadcast): BroadcastView {
    const current = this.liveChannels.current(row.channelId);
    if (current?.id === row.id) return current;
    const { startedAt, endedAt, channelId: _channelId, ownerId: _ownerId, ...shown } = row;
    return {
      ...shown,
      startedAt: startedAt.toISOString(),
      interruptedUntil: null,
      endedAt: endedAt?.toISOString() ?? null,
      hls: null,
      webrtc: null,
    };
  }
}

const notFound = () => new DomainError('broadcast_not_found', 'Broadcast not found.');

import { Injectable } from '@nestjs/common';
import type { Channel } from '../channels/channel.js';
import { ChannelService } from '../channels/channel.service.js';
import { DomainError } from '../common/domain-error.js';

/** A channel that the caller owns. */
export type OwnChannel = Pick<Channel, 'id' | 'name' | 'title'>;

/** Finds a channel for its owner. Only the owner can manage the channel's stage. */
@Injectable()
export class OwnChannels {
  constructor(private readonly channels: ChannelService) {}

  /**
   * @param accountId null for a caller without an account
   * @throws {DomainError} `not_logged_in`, `channel_not_found`, `forbidden`
   */
  async find(name: string, accountId: string | null): Promise<OwnChannel> {
    if (accountId === null)
      throw new DomainError('not_logged_in', 'Log in to open the stage of your channel.');
    const channel = await this.channels.get(name);
    if (channel.ownerId === accountId) return channel;
    throw new DomainError('forbidden', 'This channel belongs to another account.');
  }
}

import { Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import { DomainError } from '../common/domain-error.js';
import type { Visibility } from '../protocol/access.js';
import { BroadcastRepository, type StoredBroadcast } from './broadcast.repository.js';
import { LiveChannels } from './live-channels.js';

/** Who may watch single broadcasts. One can only be for fewer than its channel: the stricter of both counts. */
@Injectable()
export class BroadcastVisibility {
  constructor(
    private readonly repository: BroadcastRepository,
    private readonly liveChannels: LiveChannels,
    private readonly access: AccessService,
  ) {}

  /**
   * Changes it for one that is on or over. Who may not watch any more is cut off at once.
   * @throws {DomainError} `bad_request` for `password` while the channel has none
   */
  async change({ id, channel, channelId }: StoredBroadcast, visibility: Visibility): Promise<void> {
    await this.assertCanBe(channel, visibility);
    await this.repository.setVisibility(id, visibility);
    const live = this.liveChannels.find(channelId);
    if (live?.broadcast?.id === id) live.setVisibility(visibility);
    this.access.changed(channel);
  }

  /** What a new broadcast is to be: what is asked for, or what the one was that it takes the place of. */
  async forNew(
    channel: string,
    {
      visibility,
      continues,
    }: { visibility?: Visibility | undefined; continues?: string | undefined },
  ): Promise<Visibility> {
    const before = continues === undefined ? null : await this.repository.find(continues);
    const chosen = before?.channel === channel ? before.visibility : (visibility ?? 'public');
    await this.assertCanBe(channel, chosen);
    return chosen;
  }

  /** @throws {DomainError} `bad_request` for `password` while the channel has none */
  async assertCanBe(channel: string, visibility: Visibility): Promise<void> {
    if (visibility !== 'password' || (await this.access.find(channel))?.hasPassword === true)
      return;
    throw new DomainError(
      'bad_request',
      'The channel has no password yet. Choose one for the channel first.',
      { issues: [{ path: 'visibility', message: 'choose a password for the channel first' }] },
    );
  }

  /** One is on from now on. */
  begun(channel: string): void {
    this.access.changed(channel);
  }
}

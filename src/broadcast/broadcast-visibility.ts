import { Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import { DomainError } from '../common/domain-error.js';
import type { Visibility } from '../protocol/access.js';
import { BroadcastRepository, type StoredBroadcast } from './broadcast.repository.js';
import { LiveChannels } from './live-channels.js';

/**
 * Controls who can watch a single broadcast. The stricter of the broadcast's and the channel's
 * visibility applies, so a broadcast can only narrow its channel's audience.
 */
@Injectable()
export class BroadcastVisibility {
  constructor(
    private readonly repository: BroadcastRepository,
    private readonly liveChannels: LiveChannels,
    private readonly access: AccessService,
  ) {}

  /**
   * Changes the visibility of a running or ended broadcast. Viewers who lose access are
   * disconnected immediately.
   * @throws {DomainError} `bad_request` for `password` if the channel has none
   */
  async change({ id, channel, channelId }: StoredBroadcast, visibility: Visibility): Promise<void> {
    await this.assertCanBe(channel, visibility);
    await this.repository.setVisibility(id, visibility);
    const live = this.liveChannels.find(channelId);
    if (live?.broadcast?.id === id) live.setVisibility(visibility);
    this.access.changed(channel);
  }

  /**
   * Returns the visibility of a new broadcast: that of the broadcast it continues, otherwise the
   * requested one.
   */
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

  /** @throws {DomainError} `bad_request` for `password` if the channel has none */
  async assertCanBe(channel: string, visibility: Visibility): Promise<void> {
    if (visibility !== 'password' || (await this.access.find(channel))?.hasPassword === true)
      return;
    throw new DomainError(
      'bad_request',
      'The channel has no password yet. Set one for the channel first.',
      { issues: [{ path: 'visibility', message: 'set a password for the channel first' }] },
    );
  }

  /** Applies the visibility of a broadcast that has just started on the channel. */
  apply(channel: string): void {
    this.access.changed(channel);
  }
}

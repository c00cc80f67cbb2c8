import { Inject, Injectable } from '@nestjs/common';
import { BroadcastControl } from '../broadcast/broadcast-control.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import type { AdminBroadcastView, AdminChannelView, AdminQuery } from '../protocol/admin.js';
import type { Administrator } from '../security-log/admin-event.repository.js';
import { SecurityLog } from '../security-log/security-log.js';
import { AdminRepository } from './admin.repository.js';

/** Lists all channels and running broadcasts for administrators, regardless of their visibility. */
@Injectable()
export class AdminBroadcastService {
  constructor(
    private readonly repository: AdminRepository,
    private readonly liveChannels: LiveChannels,
    private readonly control: BroadcastControl,
    private readonly acts: SecurityLog,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async channels(query: AdminQuery): Promise<AdminChannelView[]> {
    return (await this.repository.channels(query)).map(
      ({ id, createdAt, lastLiveAt, ...rest }) => ({
        ...rest,
        createdAt: createdAt.toISOString(),
        lastLiveAt: lastLiveAt?.toISOString() ?? null,
        isLive: this.liveChannels.current(id) !== null,
      }),
    );
  }

  /** Lists running broadcasts, most viewers first. */
  live(): AdminBroadcastView[] {
    return this.liveChannels
      .all()
      .map(({ channelId: _channelId, ...shown }) => shown)
      .toSorted((a, b) => b.viewers - a.viewers);
  }

  /** @throws {DomainError} `not_live`; `unavailable` if the broadcast's node isn't responding */
  async end(name: string, by: Administrator): Promise<void> {
    const channelId = this.liveChannels.idOf(name);
    if (channelId === null || !(await this.control.end(channelId, 'administrator_ended')))
      throw new DomainError('not_live', 'This channel is not live.');
    this.log.info({ channel: name, byId: by.id }, 'an administrator ended a broadcast');
    await this.acts.writeAct({ by, kind: 'broadcast_ended', subject: name });
  }
}

import { Injectable } from '@nestjs/common';
import type { BroadcastView } from '../protocol/broadcast.js';

/** What is on now, by channel. */
@Injectable()
export class BroadcastRegistry {
  /** The channel's broadcast that is on (live or interrupted), or null. */
  current(_channelId: string): BroadcastView | null {
    return null;
  }

  /** How many watch the channel now. */
  viewers(_channelId: string): number {
    return 0;
  }

  /** The ids of all channels with a broadcast that is on. */
  liveChannelIds(): string[] {
    return [];
  }
}

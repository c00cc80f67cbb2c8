import { Global, Module } from '@nestjs/common';
import { DbModule } from '../db/db.module.js';
import { LIVE_STATUS } from '../channels/live-status.js';
import { BroadcastAnnouncer } from './broadcast-announcer.js';
import { BroadcastDirectory } from './directory.js';
import { LiveChannels } from './live-channels.js';
import { ORIGIN_DIRECTORY } from './ports/origins.js';
import { BROADCAST_STOP } from './ports/stopping.js';
import { RunningRepository } from './running.repository.js';
import { ViewerPresence } from './viewer-presence.js';

/**
 * Global because the channels folder, a layer below broadcasts, uses {@link LIVE_STATUS} to find
 * out which channels are live.
 */
@Global()
@Module({
  imports: [DbModule],
  providers: [
    RunningRepository,
    BroadcastDirectory,
    ViewerPresence,
    LiveChannels,
    BroadcastAnnouncer,
    { provide: LIVE_STATUS, useExisting: LiveChannels },
    { provide: ORIGIN_DIRECTORY, useExisting: BroadcastDirectory },
    { provide: BROADCAST_STOP, useExisting: LiveChannels },
  ],
  exports: [
    BroadcastDirectory,
    ORIGIN_DIRECTORY,
    BROADCAST_STOP,
    LiveChannels,
    RunningRepository,
    LIVE_STATUS,
  ],
})
export class LiveChannelsModule {}

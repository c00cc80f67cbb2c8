import { Global, Module } from '@nestjs/common';
import { LIVE_STATUS } from '../channels/live-status.js';
import { LiveChannels } from './live-channels.js';

/**
 * Global: channels, a layer below broadcasts, read through {@link LIVE_STATUS} which of them are
 * live.
 */
@Global()
@Module({
  providers: [LiveChannels, { provide: LIVE_STATUS, useExisting: LiveChannels }],
  exports: [LiveChannels, LIVE_STATUS],
})
export class LiveChannelsModule {}

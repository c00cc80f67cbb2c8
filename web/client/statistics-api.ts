import type { BroadcastStatistics } from '../../src/protocol/statistics.js';
import { call } from './api.js';

/**
 * The statistics of a broadcast, for the channel's owner and moderators. Throws `RequestError` on
 * failure.
 */
export const statisticsOf = (broadcastId: string): Promise<BroadcastStatistics> =>
  call<BroadcastStatistics>('GET', `/broadcasts/${encodeURIComponent(broadcastId)}/statistics`);

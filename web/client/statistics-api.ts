import type { BroadcastStatistics } from '../../src/protocol/statistics.js';
import { call } from './api.js';

/** How a broadcast of a channel did that one runs. Throws `RequestError` when it fails. */
export const statisticsOf = (broadcastId: string): Promise<BroadcastStatistics> =>
  call<BroadcastStatistics>('GET', `/broadcasts/${encodeURIComponent(broadcastId)}/statistics`);

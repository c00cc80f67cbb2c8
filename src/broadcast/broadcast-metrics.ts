import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { BroadcastState } from '../protocol/broadcast.js';
import { LiveChannels } from './live-channels.js';

/** Registers the metrics of broadcasts and their viewers. */
@Injectable()
export class BroadcastMetrics {
  constructor(liveChannels: LiveChannels, metrics: Metrics) {
    const states = BroadcastState.options.filter((state) => state !== 'ended');
    metrics.gauge(
      'onair_broadcasts',
      'Current broadcasts by state.',
      () =>
        states.map((state) => ({
          labels: { state },
          value: [...liveChannels.channels].filter(
            ({ broadcast }) => broadcast?.phase.name === state,
          ).length,
        })),
      ['state'],
    );
    metrics.gauge('onair_viewers', 'Viewers of all channels on this node, live or not.', () =>
      [...liveChannels.channels].reduce((sum, { viewersHere }) => sum + viewersHere, 0),
    );
  }
}

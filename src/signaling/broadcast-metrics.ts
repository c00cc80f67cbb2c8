import { Injectable } from '@nestjs/common';
import { BroadcastRegistry } from '../broadcast/registry.js';
import { Metrics } from '../health/metrics.js';
import { BroadcastState } from '../protocol/broadcast.js';
import { WhepService } from './whep/whep.service.js';

/** What broadcasts tell monitoring. */
@Injectable()
export class BroadcastMetrics {
  constructor(registry: BroadcastRegistry, whep: WhepService, metrics: Metrics) {
    const states = BroadcastState.options.filter((state) => state !== 'ended');
    metrics.gauge(
      'onair_broadcasts',
      'Broadcasts that are on, by state.',
      () =>
        states.map((state) => ({
          labels: { state },
          value: [...registry.channels].filter(({ broadcast }) => broadcast?.phase.name === state)
            .length,
        })),
      ['state'],
    );
    metrics.gauge('onair_whep_viewers', 'Viewers by WHEP, among all.', () => whep.size);
    metrics.gauge('onair_viewers', 'Viewers of all channels, live or waiting.', () =>
      [...registry.channels].reduce((sum, { viewerCount }) => sum + viewerCount, 0),
    );
  }
}

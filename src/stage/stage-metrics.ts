import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { guestsIn } from './room/stage-rules.js';
import { StageRooms } from './stage-rooms.js';

const PLACES = ['waiting', 'on-stage'] as const;

/** Registers the stage metrics. */
@Injectable()
export class StageMetrics {
  constructor(stages: StageRooms, metrics: Metrics) {
    metrics.gauge('onair_stages', 'Open stages.', () => [...stages.rooms].length);
    metrics.gauge(
      'onair_stage_guests',
      'Guests on stages and in green rooms, including those who recently lost their connection.',
      () =>
        PLACES.map((place) => ({
          labels: { place },
          value: [...stages.rooms].reduce(
            (sum, { participants }) => sum + guestsIn(place, participants),
            0,
          ),
        })),
      ['place'],
    );
  }
}
